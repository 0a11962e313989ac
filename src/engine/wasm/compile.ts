import { CnnvizError } from '../../core/errors.js';
import type { Routines } from '../routines/index.js';
import { MODULE_BASE64 } from './module.js';
import { isShared, withoutSharing } from './sharing.js';

/** An empty section of its own: V8 shares compiled code between modules of the same bytes. */
const WIDE_SECTION = [0, 5, 4, ...new TextEncoder().encode('wide')];

/** Of memories that are shared, and of those that are not. */
const plain: { shared: WebAssembly.Module | null; own: WebAssembly.Module | null } = { shared: null, own: null };
let given: Uint8Array<ArrayBuffer> | null = null;

/** @throws CnnvizError 'unsupported' where there is no WebAssembly */
export function checkWebAssembly(): void {
  if (typeof WebAssembly !== 'undefined') return;
  throw new CnnvizError('unsupported', 'needs WebAssembly, which this Node was started without', {
    fix: 'start node without --jitless (NODE_OPTIONS may hold it)',
    scope: 'command',
  });
}

/** The routines as the bytes of their module, for a bundle that does not hold them. */
export function giveModule(bytes: Uint8Array<ArrayBuffer>): void {
  given = bytes;
}

/**
 * The compiled routines for a memory; compiled when first asked for. @throws CnnvizError 'unsupported' without WebAssembly
 */
export function engineModule(memory: WebAssembly.Memory): WebAssembly.Module {
  if (isShared(memory)) {
    plain.shared ??= new WebAssembly.Module(moduleBytes([]));
    return plain.shared;
  }
  plain.own ??= new WebAssembly.Module(withoutSharing(moduleBytes([])));
  return plain.own;
}

/** The same routines as a module that shares no code with the other. */
export function moduleApart(): WebAssembly.Module {
  return new WebAssembly.Module(moduleBytes(WIDE_SECTION));
}

function moduleBytes(more: readonly number[]): Uint8Array<ArrayBuffer> {
  if (given) return given;
  const text = atob(MODULE_BASE64);
  const bytes = new Uint8Array(text.length + more.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  bytes.set(more, text.length);
  return bytes;
}

/** The routines of a module on a memory. */
export function routinesOf(module: WebAssembly.Module, memory: WebAssembly.Memory): Routines {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Routines;
}
