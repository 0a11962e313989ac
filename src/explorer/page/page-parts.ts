import type { PageData } from '../page-data.js';
import { PAGE_IDS } from '../page-ids.js';

/** What the page is about: it stands before this script. */
export function pageData(): PageData {
  return JSON.parse(textOf(PAGE_IDS.data));
}

/** Weights and pixels, once the whole page is there; null: a server gives them. */
export async function pageBytes(): Promise<Uint8Array<ArrayBuffer> | null> {
  await wholePage();
  if (document.getElementById(PAGE_IDS.weights) === null) return null;
  const weights = fromBase64(textOf(PAGE_IDS.weights));
  const pixels = new Uint8Array(await inflated(PAGE_IDS.pixels, 'deflate'));
  const bytes = new Uint8Array(weights.length + pixels.length);
  bytes.set(weights);
  bytes.set(pixels, weights.length);
  return bytes;
}

/** What runs behind the page: the engine's program, and the module it computes with. */
export interface EngineProgram {
  readonly worker: Worker;
  readonly wasm: ArrayBuffer;
}

/** Starts the engine from what the page holds: a file may start no other file, but what is in memory. */
export async function startEngine(): Promise<EngineProgram> {
  await wholePage();
  const [script, wasm] = await Promise.all([
    inflated(PAGE_IDS.worker, 'deflate-raw'),
    inflated(PAGE_IDS.module, 'deflate-raw'),
  ]);
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(address, { name: 'cnnviz' });
  URL.revokeObjectURL(address);
  return { worker, wasm };
}

/** The engine and the bytes stand behind this script. */
function wholePage(): Promise<void> {
  if (document.readyState !== 'loading') return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('DOMContentLoaded', () => resolve(), { once: true }));
}

async function inflated(id: string, format: CompressionFormat): Promise<ArrayBuffer> {
  const packed = new Blob([fromBase64(textOf(id))]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream(format))).arrayBuffer();
}

function textOf(id: string): string {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has lost its ${id}: it was saved without it`);
  return element.textContent ?? '';
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
