import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside dist/, from the library, the command or the sources. */
const PLACES = ['../models/', '../../models/'];

/** A file of `models/`, which ships with the package. */
export function shippedFile(name: string): string {
  const place = PLACES.map((folder) => fileURLToPath(new URL(folder + name, import.meta.url))).find(existsSync);
  if (place === undefined) throw new Error(`models/${name} is missing from the package: install cnnviz again`);
  return place;
}
