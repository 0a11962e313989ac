import type { EngineMethod, ExplorerEngine, FromWorker, Situation } from '../../protocol.js';
import { SUPERSEDED } from '../refusal.js';

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The engine in a worker. While it runs, the newest of several waiting runs is the only one that is done; the others are
 * refused as superseded.
 */
export function connectEngine(worker: Worker): ExplorerEngine {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let running = false;
  let next: { readonly situation: Situation; readonly waiting: Waiting } | null = null;

  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === 'opened') return;
    if (data.kind === 'broken') {
      for (const { reject } of waiting.values()) reject(new Error(`the engine is broken: ${data.message}`));
      waiting.clear();
      return;
    }
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === 'answer') one?.resolve(data.result as never);
    else one?.reject(data.refusal);
  });
  worker.addEventListener('error', ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(`the engine is broken: ${message}`));
    waiting.clear();
  });

  const call = <T>(method: EngineMethod, ...args: readonly unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      asked++;
      waiting.set(asked, { resolve, reject });
      worker.postMessage({ kind: 'call', id: asked, method, args });
    });
  const run = (situation: Situation): Promise<never> =>
    new Promise((resolve, reject) => {
      if (running) {
        next?.waiting.reject(new Error(SUPERSEDED));
        next = { situation, waiting: { resolve, reject } };
        return;
      }
      running = true;
      void call<never>('run', situation)
        .then(resolve, reject)
        .finally(() => {
          running = false;
          const last = next;
          next = null;
          if (last) run(last.situation).then(last.waiting.resolve, last.waiting.reject);
        });
    });
  return {
    run,
    maps: (layer, channels, look) => call('maps', layer, channels, look),
    facts: (layer) => call('facts', layer),
    histogram: (layer, bins) => call('histogram', layer, bins),
    values: (layer) => call('values', layer),
    value: (layer, place) => call('value', layer, place),
    explain: (layer, place) => call('explain', layer, place),
    field: (layer, at, pixel) => call('field', layer, at, pixel),
    kernels: (layer) => call('kernels', layer),
    classMap: (index, layer) => call('classMap', index, layer),
    compare: (a, b) => call('compare', a, b),
  };
}
