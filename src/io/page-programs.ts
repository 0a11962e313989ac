import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the library, beside the command's folder, or (from the sources) in dist. */
const PLACES = ['./explorer/', '../explorer/', '../../dist/explorer/'];

/** A file of dist/explorer/: what pages of `explore` are made of. */
export function pageProgram(name: string): Uint8Array {
  const place = PLACES.map((folder) => fileURLToPath(new URL(folder + name, import.meta.url))).find(existsSync);
  if (place === undefined) throw new Error(`explorer/${name} is missing from the package: install cnnviz again`);
  return readFileSync(place);
}
