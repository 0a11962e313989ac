import { CnnvizError } from '../../core/errors.js';
import type { Routines } from '../routines/index.js';
import { MODULE_BASE64 } from './module.js';

/** An empty section of its own: V8 shares compiled code between modules of the same bytes. */
const WIDE_SECTION = [0, 5, 4, ...new TextEncoder().encode('wide')];

let plain: WebAssembly.Module | null = null;

/** @throws CnnvizError 'unsupported' where there is no WebAssembly */
export function checkWebAssembly(): void {
  if (typeof WebAssembly !== 'undefined') return;
  throw new CnnvizError('unsupported', 'needs WebAssembly, which this Node was started without', {
    fix: 'start node without --jitless (NODE_OPTIONS may hold it)',
    scope: 'command',
  });
}

/** The compiled routines; compiled when first asked for. @throws CnnvizError 'unsupported' without WebAssembly */
export function engineModule(): WebAssembly.Module {
  plain ??= new WebAssembly.Module(moduleBytes([]));
  return plain;
}

/** The same routines as a module that shares no code with the other. */
export function moduleApart(): WebAssembly.Module {
  return new WebAssembly.Module(moduleBytes(WIDE_SECTION));
}

function moduleBytes(more: readonly number[]): Uint8Array {
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
