import type { PageData } from '../../page-data.js';
import type { ExplorerEngine } from '../../protocol.js';
import { startEngine } from '../page-parts.js';
import { connectEngine } from './connect-engine.js';

/** Starts the engine with the page's data and its bytes; of a page that is served, it asks for them itself. */
export async function openEngineOfPage(
  data: PageData,
  bytes: Promise<Uint8Array<ArrayBuffer> | null>,
): Promise<ExplorerEngine> {
  const [{ worker, wasm }, own] = await Promise.all([startEngine(), bytes]);
  const base = data.bytes.kind === 'served' ? new URL(data.bytes.path, location.href).href : null;
  // a copy goes to the worker: the page draws thumbnails of its own
  worker.postMessage({ kind: 'open', data, bytes: own?.buffer ?? null, base, wasm });
  return connectEngine(worker);
}
