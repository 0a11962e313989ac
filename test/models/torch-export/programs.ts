import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { memorySource } from '../../../src/core/bytes.js';
import type { Value } from '../../../src/core/values.js';
import { TORCH_EXPORT } from '../../../src/models/torch-export/model-file.js';
import { readCheckpoint } from '../../../src/models/weights/index.js';
import { readZip } from '../../../src/models/weights/zip.js';
import { zip } from '../weights/pickle-writer.js';

const FOLDER = new URL('../../../fixtures/models/torch-export/', import.meta.url);

export const NETWORKS = ['residual', 'hourglass', 'pools', 'activations', 'arranged', 'lines'] as const;
/** The versions of PyTorch that wrote them: the two layouts of its archives. */
export const VERSIONS = ['2.6', '2.14'] as const;

/** A program as PyTorch saved it. */
export function programBytes(name: string, version: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(new URL(`${version}/${name}.pt2.gz`, FOLDER))));
}

export function readProgramFile(bytes: Uint8Array) {
  return TORCH_EXPORT.readModel(memorySource(bytes), { name: 'x', file: 'net.pt2', beside: null });
}

/** x0: the input; y0, y1 …: the outputs; "layer:PATH": what modules gave. */
export function expectedOf(name: string): ReadonlyMap<string, Value> {
  const source = memorySource(new Uint8Array(readFileSync(new URL(`${name}.npz`, FOLDER))));
  const { tensors } = readCheckpoint(source, { name, beside: null });
  return new Map(tensors.map((tensor) => [tensor.name, tensor.load()]));
}

/** A program with its JSON rewritten, or entries replaced by name; null: left out. */
export function rewritten(
  name: string,
  version: string,
  change: (text: string) => string,
  entries: Readonly<Record<string, Uint8Array | null>> = {},
): Uint8Array {
  const files = [...readZip(memorySource(programBytes(name, version))).values()].flatMap((entry) => {
    const bytes = entry.open().read(0, entry.size);
    const isProgram = /serialized_exported_program\.json$|\/models\/[^/]+\.json$/.test(entry.name);
    if (isProgram)
      return [{ name: entry.name, bytes: new TextEncoder().encode(change(new TextDecoder().decode(bytes))) }];
    const own = Object.keys(entries).find((end) => entry.name.endsWith(end));
    const put = own === undefined ? bytes : entries[own];
    return put === null ? [] : [{ name: entry.name, bytes: put }];
  });
  return zip(files);
}
