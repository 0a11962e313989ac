import { CnnvizError } from '../core/errors.js';
import { answerCalls } from './answer-calls.js';
import type { FromWorker, ToWorker } from './protocol.js';

/** The part of a worker's surroundings that is used; TypeScript has it only with the browser's types. */
declare function postMessage(message: FromWorker, options: { transfer: ArrayBuffer[] }): void;
declare function addEventListener(kind: 'message', listen: (event: { readonly data: ToWorker }) => void): void;
declare class XMLHttpRequest {
  readonly status: number;
  readonly response: ArrayBuffer | null;
  responseType: 'arraybuffer';
  open(method: 'GET', address: string, waits: false): void;
  setRequestHeader(name: string, value: string): void;
  send(): void;
}

/** What is computed behind a page: it answers the page's messages. */
const answer = answerCalls({
  post: (message, transfer) => postMessage(message, { transfer: [...transfer] }),
  fetchRange(address, from, to) {
    const request = new XMLHttpRequest();
    // a worker may wait, and the engine reads weights where it needs them
    request.open('GET', address, false);
    request.responseType = 'arraybuffer';
    request.setRequestHeader('Range', `bytes=${from}-${to - 1}`);
    try {
      request.send();
    } catch (cause) {
      throw unreachable(cause);
    }
    const bytes = new Uint8Array(request.response ?? new ArrayBuffer(0));
    if (request.status !== 206 || bytes.length !== to - from) throw unreachable(request.status);
    return bytes;
  },
});

addEventListener('message', ({ data }) => void answer(data));

function unreachable(cause: unknown): CnnvizError {
  return new CnnvizError('usage', 'the weights cannot be fetched from the command that serves this page', {
    fix: 'is cnnviz explore --serve still running? start it again, and open the address it prints',
    cause,
  });
}
