import type { PageData } from '../page-data.js';
import { PAGE_IDS } from '../page-ids.js';

/** What the page is about: it stands before this script. */
export function pageData(): PageData {
  return JSON.parse(textOf(PAGE_IDS.data));
}

/** Weights and pixels, once the whole page is there; null: a server gives them. */
export async function pageBytes(): Promise<Uint8Array<ArrayBuffer> | null> {
  await wholePage();
  return document.getElementById(PAGE_IDS.bytes) === null ? null : fromBase64(textOf(PAGE_IDS.bytes));
}

/** What runs behind the page: the engine's program, and the module it computes with. */
export interface EngineProgram {
  readonly worker: Worker;
  readonly module: ArrayBuffer;
}

/** Starts the engine from what the page holds: a file may start no other file, but what is in memory. */
export async function startEngine(): Promise<EngineProgram> {
  await wholePage();
  const [script, module] = await Promise.all([inflated(PAGE_IDS.worker), inflated(PAGE_IDS.module)]);
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(address, { name: 'cnnviz' });
  URL.revokeObjectURL(address);
  return { worker, module };
}

/** The engine and the bytes stand behind this script. */
function wholePage(): Promise<void> {
  if (document.readyState !== 'loading') return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('DOMContentLoaded', () => resolve(), { once: true }));
}

async function inflated(id: string): Promise<ArrayBuffer> {
  const packed = new Blob([fromBase64(textOf(id))]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer();
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
