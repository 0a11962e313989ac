import { connectEngine } from '../../engine-proxy.js';
import type { PageData } from '../../page-data.js';
import type { ExplorerEngine } from '../../protocol.js';
import { startEngine } from '../page-parts.js';

/** Starts the engine with the page's data and its bytes; of a page that is served, it asks for them itself. */
export async function openEngineOfPage(
  data: PageData,
  bytes: Promise<Uint8Array<ArrayBuffer> | null>,
): Promise<ExplorerEngine> {
  const [{ worker, wasm }, own] = await Promise.all([startEngine(), bytes]);
  const base = data.bytes.kind === 'served' ? new URL(data.bytes.path, location.href).href : null;
  // what the worker gets is handed over, and the page draws thumbnails of its own
  return connectEngine(portOf(worker), { data, bytes: own === null ? null : own.slice().buffer, base, wasm });
}

type EnginePort = Parameters<typeof connectEngine>[0];

/** A worker as the engine's proxy talks to it. */
function portOf(worker: Worker): EnginePort {
  const port: EnginePort = {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    onmessage: null,
    onerror: null,
  };
  worker.onmessage = (event) => port.onmessage?.(event);
  worker.onerror = (event) => port.onerror?.(event);
  return port;
}
