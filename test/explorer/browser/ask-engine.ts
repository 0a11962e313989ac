import type { Page } from 'playwright-core';
import type { EngineMethod } from '../../../src/explorer/protocol.js';

/** What the page's own worker becomes known by. */
declare const window: { engineOfPage?: Worker };
declare class Worker {
  postMessage(message: unknown): void;
  addEventListener(kind: 'message', listen: (event: { data: Answer }) => void): void;
  removeEventListener(kind: 'message', listen: (event: { data: Answer }) => void): void;
}

interface Answer {
  readonly id: number;
  readonly kind: 'answer' | 'refused' | 'broken';
  readonly result: unknown;
  readonly refusal: { readonly message: string };
  readonly message: string;
}

/** In a page, before any of its scripts: keeps hold of the worker that it starts. */
export function keepWorker(): void {
  const scope = globalThis as unknown as { Worker: new (...words: unknown[]) => Worker };
  const Own = scope.Worker;
  scope.Worker = class extends (Own as unknown as new (...words: unknown[]) => object) {
    constructor(...words: unknown[]) {
      super(...words);
      window.engineOfPage = this as unknown as Worker;
    }
  } as unknown as typeof Own;
}

/** The numbers the page's questions never reach. */
let asked = 1_000_000;

/** Something that is asked of the engine behind a page. */
export type Question = readonly [method: EngineMethod, ...args: readonly unknown[]];

/**
 * Asks the engine behind a page, as the page does, one question after another. Numbers come as JSON has them.
 * @param pick what of each answer is told: `hash`: SHA-256 of the bytes of `data`, or else of the JSON of these fields
 */
export async function askEngine<T>(
  page: Page,
  questions: readonly Question[],
  hash: readonly string[] | 'data' | null = null,
): Promise<T[]> {
  const from = asked;
  asked += questions.length;
  const text = await page.evaluate(
    async ({ from, questions, hash }) => {
      const worker = window.engineOfPage!;
      const ask = async (id: number, [method, ...args]: Question): Promise<unknown> => {
        const answer = await new Promise<Answer>((resolve) => {
          const listen = ({ data }: { data: Answer }) => {
            if (data.id !== id && data.kind !== 'broken') return;
            worker.removeEventListener('message', listen);
            resolve(data);
          };
          worker.addEventListener('message', listen);
          worker.postMessage({ kind: 'call', id, method, args });
        });
        if (answer.kind !== 'answer') throw new Error(answer.refusal?.message ?? answer.message);
        return answer.result;
      };
      const json = (value: unknown) =>
        JSON.stringify(value, (_, one) => (ArrayBuffer.isView(one) ? Array.from(one as Uint8Array) : one));
      const hashOf = async (bytes: Uint8Array<ArrayBuffer>) => {
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
        return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
      };
      const answers: unknown[] = [];
      for (const [n, question] of questions.entries()) {
        const result = (await ask(from + n, question)) as Record<string, unknown>;
        if (hash === null) answers.push(result);
        else if (hash === 'data') answers.push(await hashOf(result.data as Uint8Array<ArrayBuffer>));
        else {
          const picked = Object.fromEntries(hash.map((key) => [key, result[key]]));
          answers.push(await hashOf(new TextEncoder().encode(json(picked))));
        }
      }
      return json(answers);
    },
    { from, questions: questions.map((one) => [...one] as unknown as Question), hash },
  );
  return JSON.parse(text) as T[];
}
