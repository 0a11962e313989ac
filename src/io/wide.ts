import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

/**
 * V8 can pack two neighbouring 128-bit operations of WebAssembly into one of 256 bits: on x64, not under macOS, from the
 * version in Node 24 on. Node 20 would print an error when it is asked for.
 */
const FIRST_NODE = 24;

/** V8's own budget, in bytes that were executed, before a function is optimised. */
const TIERING_BUDGET = 13_000_000;

/** How many threads of this process have V8 pack at the moment: its settings are those of the process. */
let users: Int32Array<SharedArrayBuffer> | null = null;

/** Why V8 cannot pack here; null: it can. */
export function noWideReason(): string | null {
  const { platform, arch, versions } = process;
  if (arch !== 'x64') return `it needs an x64 processor, and this Node is made for ${arch}`;
  if (platform === 'darwin') return 'V8 does not pack vectors under macOS';
  if (Number.parseInt(versions.node, 10) < FIRST_NODE) {
    return `Node ${versions.node} cannot pack vectors, ${FIRST_NODE} and newer can`;
  }
  return isKnown() ? null : `the V8 of Node ${versions.node} does not know how to pack vectors`;
}

let known: boolean | null = null;

/** V8's settings have a number that is another one when a setting that it knows has changed. */
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

/** What threads share to pack together; the first one makes it. */
export function wideUsers(shared: Int32Array<SharedArrayBuffer> | null = users): Int32Array<SharedArrayBuffer> {
  users = shared ?? new Int32Array(new SharedArrayBuffer(4));
  return users;
}

/** Has V8 pack, for as long as it compiles for us: nothing else in the process is compiled otherwise than ever. */
export const widePacker = {
  eager<T>(compile: () => T): T {
    setFlagsFromString('--wasm-tiering-budget=1');
    try {
      return compile();
    } finally {
      setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
    }
  },
  packed<T>(work: () => T): T {
    const count = wideUsers();
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
