import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/**
 * V8 can pack two neighbouring 128-bit operations of WebAssembly into one of 256 bits: on x64, not under macOS, from the
 * version in Node 24 on. An older one prints an error when it is asked to.
 */
const FIRST_NODE = 24;

/** V8's own budget, in bytes that were executed, before a function is optimised. */
const TIERING_BUDGET = 13_000_000;

/** Whether vectors are packed is said by this variable, 1 or 0, where no flag says it; worker processes are told by it. */
const VARIABLE = 'CNNVIZ_WIDE';

/** How many threads of this process have V8 pack right now, for its settings are those of the process; null: none ever. */
let users: Int32Array<SharedArrayBuffer> | null = null;
let known: boolean | null = null;

/** Whether packed vectors are asked for, by a flag or by the environment. */
export function wantsWide(asked: boolean): boolean {
  return asked || process.env[VARIABLE] === '1';
}

/** Why V8 cannot pack here; null: it can. */
export function noWideReason(): string | null {
  const { node } = process.versions;
  if (process.arch !== 'x64') return `it needs an x64 processor, and this Node is made for ${process.arch}`;
  if (process.platform === 'darwin') return 'V8 does not do this under macOS';
  if (Number.parseInt(node, 10) < FIRST_NODE) return `Node ${FIRST_NODE} and newer can, this is ${node}`;
  return isKnown() ? null : `the V8 of Node ${node} cannot`;
}

/** V8's settings have a number, which is another one when a setting that it knows has changed. */
function isKnown(): boolean {
  if (known === null) {
    const before = cachedDataVersionTag();
    setPacking(true);
    known = cachedDataVersionTag() !== before;
    setPacking(false);
  }
  return known;
}

function setPacking(on: boolean): void {
  setFlagsFromString(on ? '--experimental-wasm-revectorize' : '--no-experimental-wasm-revectorize');
}

/** What V8 is not given to pack: at gemmRows 14.6 (Node 26) ends the process, "unreachable code"; 13.6 (Node 24) packs it, others were not tried. */
const WITHOUT: readonly 'gemmRows'[] = process.versions.v8.startsWith('13.6.') ? [] : ['gemmRows'];

/** Has V8 pack, for as long as it compiles for us: nothing else in the process is compiled otherwise than ever. */
export const widePacker = {
  without: WITHOUT,
  eager<T>(compile: () => T): T {
    setFlagsFromString('--wasm-tiering-budget=1');
    try {
      return compile();
    } finally {
      setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
    }
  },
  packed<T>(work: () => T): T {
    const count = startWide();
    Atomics.add(count, 0, 1);
    setPacking(true);
    setFlagsFromString('--wasm-sync-tier-up');
    try {
      return work();
    } finally {
      if (Atomics.sub(count, 0, 1) === 1) {
        setPacking(false);
        setFlagsFromString('--no-wasm-sync-tier-up');
      }
    }
  },
};

/** From now on, worker processes and threads pack too. */
export function startWide(): Int32Array<SharedArrayBuffer> {
  users ??= new Int32Array(new SharedArrayBuffer(4));
  return users;
}

/** In a thread: packs together with the one that started it. */
export function joinWide(shared: Int32Array<SharedArrayBuffer>): void {
  users = shared;
}

/** What a thread is given to join; null: it is not to pack. */
export function wideUsers(): Int32Array<SharedArrayBuffer> | null {
  return users;
}

/** The environment of a worker process. */
export function wideVariable(): Readonly<Record<string, string>> {
  return { [VARIABLE]: users === null ? '0' : '1' };
}
