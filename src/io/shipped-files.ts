import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside dist/, from the library, the command or the sources. */
const PLACES = ['../models/', '../../models/'];
/** In dist/. */
const PROGRAMS = ['./explorer/', '../explorer/', '../../dist/explorer/'];

/** A file of `models/`, which ships with the package. */
export function shippedFile(name: string): string {
  return placeOf(name, PLACES, 'models/');
}

/** A file of dist/explorer/: what pages of `explore` are made of. */
export function pageProgram(name: string): Uint8Array {
  return readFileSync(placeOf(name, PROGRAMS, 'explorer/'));
}

function placeOf(name: string, folders: readonly string[], told: string): string {
  const place = folders.map((folder) => fileURLToPath(new URL(folder + name, import.meta.url))).find(existsSync);
  if (place === undefined) throw new Error(`${told}${name} is missing from the package: install cnnviz again`);
  return place;
}
