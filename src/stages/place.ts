import { CnnvizError } from '../core/errors.js';
import type { Job, OutputJob, ProductKind } from '../core/job.js';
import { existingFile, sameFile } from '../io/files.js';
import type { Input } from '../io/inputs.js';
import { collisionKey, folderOf, joinPath, safeName } from '../io/paths.js';

/** One thing to be written for one input. */
export interface Product {
  readonly kind: ProductKind;
  /** The network's layer it shows; null for the one layer of `conv`. */
  readonly layer: string | null;
  /** The map's name, or 'maps', 'sheet', 'strip'; '' for what shows a whole layer. */
  readonly map: string;
}

/** What a job makes of one input with these maps. An array of several inputs gives each map a number. */
export function productsOf(job: Job, mapNames: readonly string[], items: number): Product[] {
  const numbered = (map: string) =>
    items === 1 ? [map] : Array.from({ length: items }, (_, item) => numberedMap(map, item, items));
  return job.output.products.flatMap((kind): Product[] => {
    switch (kind) {
      case 'maps':
        return mapNames.flatMap(numbered).map((map) => ({ kind, layer: null, map }));
      case 'npy':
        return [{ kind, layer: null, map: mapNames.length === 1 ? mapNames[0] : 'maps' }];
      default:
        return [{ kind, layer: null, map: kind }];
    }
  });
}

/** edge3x3, or edge3x3.7 for the eighth input of an array. */
export function numberedMap(map: string, item: number, items: number): string {
  return items === 1 ? map : `${map}.${item}`;
}

/** Where a product of an input goes; '-' is standard output. */
export function placeOf({ target }: OutputJob, input: Input, { kind, layer, map }: Product): string {
  const extension = kind === 'npy' ? '.npy' : '.png';
  const parts = [layer, map].filter((part): part is string => part !== null && part !== '').map(safeName);
  const file = `${[input.name, ...parts].join('.')}${extension}`;
  switch (target.kind) {
    case 'stdout':
      return '-';
    case 'file':
      return target.path;
    case 'working-folder':
      return file;
    case 'folder':
      return joinPath(target.path, input.relative, file);
    case 'template': {
      const values = {
        name: input.name,
        map: map === '' ? 'sheet' : safeName(map),
        layer: safeName(layer ?? 'conv'),
        ext: input.ext,
        dir: input.relative,
      };
      const path = target.path.replace(/\{(name|map|layer|ext|dir)\}/g, (_, key: keyof typeof values) => values[key]);
      return path.toLowerCase().endsWith(extension) ? path : path + extension;
    }
  }
}

/**
 * Refuses, before any work: two results with one name, a result that would replace an input, an existing file when
 * nothing may be replaced, more results than the one file named.
 */
export async function checkPlaces(
  output: OutputJob,
  inputs: readonly Input[],
  products: readonly Product[],
): Promise<void> {
  const { target, clobber } = output;
  const claims = new Claims(output);
  for (const input of inputs) {
    if ((target.kind === 'file' || target.kind === 'stdout') && products.length * inputs.length > 1) {
      throw tooMany(output, products.length, inputs.length);
    }
    for (const product of products) {
      const path = claims.claim(input, product);
      if (path === '-') continue;
      await checkPlace(path, inputs, clobber);
    }
  }
}

function tooMany({ target, products: kinds }: OutputJob, products: number, inputs: number): CnnvizError {
  const place = target.kind === 'file' ? target.path : 'standard output';
  const what = inputs > 1 ? `${inputs} inputs` : `${products} pictures`;
  const npy = inputs === 1 && !kinds.includes('npy');
  return new CnnvizError('usage', `${place}: one file cannot hold the results of ${what}`, {
    fix: `name a folder: -o ${target.kind === 'file' ? folderOf(target.path) : 'maps/'}${npy ? '; a .npy file holds all maps, --sheet shows them in one picture' : ''}`,
  });
}

/** Refuses a path that is an input's, or that exists and may not be replaced. @throws CnnvizError 'usage' */
export async function checkPlace(path: string, inputs: readonly Input[], clobber: boolean): Promise<void> {
  for (const other of inputs) {
    if (other.path !== '-' && (await sameFile(path, other.path))) {
      throw new CnnvizError('usage', `${path}: would replace the input ${other.path}`, {
        fix: 'choose another place with -o',
      });
    }
  }
  if (!clobber && (await existingFile(path))) {
    throw new CnnvizError('usage', `${path}: exists already, and --no-clobber was given`, {
      fix: 'choose another place with -o, or leave --no-clobber out',
    });
  }
}

/** Who writes which file: every path once. */
export class Claims {
  readonly #output: OutputJob;
  readonly #owners = new Map<string, string>();

  constructor(output: OutputJob) {
    this.#output = output;
  }

  /** The product's path, now taken. @throws CnnvizError 'usage' when another result has it already. */
  claim(input: Input, product: Product): string {
    const path = placeOf(this.#output, input, product);
    if (path === '-') return path;
    const key = collisionKey(path);
    const owner = this.#owners.get(key);
    const self = `${input.path} (${[product.layer, product.map].filter(Boolean).join(' ')})`;
    if (owner !== undefined) {
      throw new CnnvizError('usage', `${path}: two results would have this name: ${owner} and ${self}`, {
        fix: "tell them apart with a template: -o 'maps/{dir}/{name}{ext}.{map}.png'",
      });
    }
    this.#owners.set(key, self);
    return path;
  }
}
