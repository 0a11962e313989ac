import { copiedParts } from '../core/bytes.js';
import { CnnvizError } from '../core/errors.js';
import type { Job, OutputJob, ProductKind } from '../core/job.js';
import { partKey } from '../core/part.js';
import type { DrawnScale, OutputFile } from '../core/result.js';
import { fileIdentity, refuseLeaving, writeAtomicParts } from '../io/files.js';
import { PassedParts } from '../io/hash.js';
import type { Input } from '../io/inputs.js';
import { refuseForeign } from '../io/own-texts.js';
import { baseName, collisionKey, folderOf, isStored, joinPath, safeName } from '../io/paths.js';
import { type Exists, existsAt, existsBelow } from '../io/places/exists.js';
import { guardOutput } from '../io/read-files.js';
import { NAME_BYTES } from '../io/temporaries.js';
import { LAYERS_PAGE_MARK } from './layers-page.js';

/** One thing to be written for one input. */
export interface Product {
  readonly kind: ProductKind;
  /** The network's layer it shows; null for the one layer of `conv`. */
  readonly layer: string | null;
  /** The map's name, or 'maps', 'sheet', 'strip'; '' for what shows a whole layer. */
  readonly map: string;
  /** Which of the layers it is, in the network's order: "007". */
  readonly index?: string;
  /** Its name begins with that: files of many layers stand in the network's order. */
  readonly isNumbered?: boolean;
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
export function placeOf(output: OutputJob, input: Input, product: Product): string {
  const { target, figure, names, parts: gathered } = output;
  const { kind, layer, map, index = '', isNumbered = false } = product;
  if (kind === 'index') return pageOf(output, input);
  const extension = kind === 'npy' ? '.npy' : figure?.svg ? '.svg' : '.png';
  const numbered = isNumbered ? index : '';
  const parts = [numbered, layer, map].filter((part): part is string => part !== null && part !== '').map(safeName);
  const file = `${[input.name, ...parts].join('.')}${extension}`;
  switch (target.kind) {
    case 'stdout':
      return '-';
    case 'file':
      return target.path;
    case 'working-folder': {
      if (names === undefined) return file;
      const isOfAll = map === kind || map === 'maps';
      const own = isOfAll ? [names.all, ...parts] : [...parts, names.one];
      return `${[input.name, ...own.filter(Boolean)].join('.')}${extension}`;
    }
    case 'folder':
      if (gathered !== undefined && input.part !== undefined) {
        const part = joinPath(target.path, input.part);
        if (gathered.format === 'parquet') return part;
        return joinPath(part, `${partKey(input, gathered.format)}${file.slice(input.name.length)}`);
      }
      return joinPath(target.path, input.relative, file);
    case 'template': {
      const values = {
        name: input.name,
        map: map === '' ? 'sheet' : safeName(map),
        layer: safeName(layer ?? 'conv'),
        index,
        ext: input.ext,
        dir: input.relative,
      };
      const path = target.path.replace(
        /\{(name|map|layer|index|ext|dir)\}/g,
        (_, key: keyof typeof values) => values[key],
      );
      return path.toLowerCase().endsWith(extension) ? path : path + extension;
    }
  }
}

/** Where the page of an input's layers goes: index.html of the folder, or beside the input's other results. */
function pageOf(output: OutputJob, { name, relative }: Input): string {
  const file = `${name}.index.html`;
  const root = rootOf(output);
  // a template without a folder
  if (root === null || (output.target.kind === 'template' && root === '.')) return file;
  return output.isOfOne ? joinPath(root, 'index.html') : joinPath(root, relative, file);
}

/** What is made of an input; the same for all of them, or by input. */
export type ProductsOf = readonly Product[] | ((input: Input) => readonly Product[]);

export function productsFor(products: ProductsOf, input: Input): readonly Product[] {
  return typeof products === 'function' ? products(input) : products;
}

/**
 * Refuses, before any work: two results with one name, a result that would replace an input, an existing file when
 * nothing may be replaced, more results than the one file named, names too long for a file system, and folders that a
 * link leads elsewhere.
 */
export async function checkPlaces(output: OutputJob, inputs: readonly Input[], products: ProductsOf): Promise<void> {
  checkNames(output, inputs, products);
  checkClobber(output, inputs, products, await placesThere(output));
  for (const input of inputs) await refuseForeignPages(output, input, productsFor(products, input));
}

/** Refuses to replace a page that cnnviz did not write. @throws CnnvizError 'usage' */
export async function refuseForeignPages(output: OutputJob, input: Input, products: readonly Product[]): Promise<void> {
  for (const product of products) {
    if (product.kind === 'index') await refuseForeign(placeOf(output, input, product), LAYERS_PAGE_MARK);
  }
}

/** checkPlaces without the question whether files exist. @throws CnnvizError 'usage' */
export function checkNames(output: OutputJob, inputs: readonly Input[], products: ProductsOf): void {
  const claims = new Claims(output);
  const folders = new Set<string>();
  let identities: Map<string, string> | null = null;
  for (const input of inputs) {
    // nothing is made of it
    if (input.unreadable !== undefined) continue;
    const own = productsFor(products, input);
    if ((output.target.kind === 'file' || output.target.kind === 'stdout') && own.length * inputs.length > 1) {
      throw tooMany(output, own.length, inputs.length);
    }
    for (const product of own) {
      const path = claims.claim(input, product);
      if (path === '-') continue;
      checkLength(path);
      folders.add(folderOf(path));
      const identity = identityOf(path);
      if (identity === null) continue;
      identities ??= identitiesOf(inputs);
      refuseInput(path, identity, identities, output.target.kind === 'working-folder' ? input : null);
      guardOutput(path);
    }
  }
  checkContained(output, folders);
}

/** What is there already of all that may be written; of a bucket it is asked only where that decides something. */
export async function placesThere(output: OutputJob, isAsked = !output.clobber): Promise<Exists> {
  const { target } = output;
  if (isAsked && target.kind === 'file') return existsAt(target.path);
  return existsBelow(isAsked ? rootOf(output) : null);
}

/** @throws CnnvizError 'usage' for a file that exists when nothing may be replaced */
export function checkClobber(output: OutputJob, inputs: readonly Input[], products: ProductsOf, exists: Exists): void {
  if (output.clobber) return;
  for (const input of inputs) {
    const path = placesOf(output, input, productsFor(products, input)).find(exists);
    if (path !== undefined) throw existsAlready(path);
  }
}

/** Where everything made of an input goes, but for standard output. */
export function placesOf(output: OutputJob, input: Input, products: readonly Product[]): string[] {
  return products.map((product) => placeOf(output, input, product)).filter((path) => path !== '-');
}

/** The folder everything is written below: the one named, or the part of a template before its first {…}. */
export function rootOf({ target }: OutputJob): string | null {
  switch (target.kind) {
    case 'folder':
      return target.path;
    case 'template':
      return folderOf(`${target.path.slice(0, target.path.indexOf('{'))}x`);
    default:
      return null;
  }
}

/** What two names of one file, or of one object, have in common. */
function identityOf(path: string): string | null {
  return isStored(path) ? path : fileIdentity(path);
}

function identitiesOf(inputs: readonly Input[]): Map<string, string> {
  const identities = new Map<string, string>();
  for (const { path, unreadable } of inputs) {
    const identity = path === '-' || unreadable !== undefined ? null : identityOf(path);
    if (identity !== null) identities.set(identity, path);
  }
  return identities;
}

function checkLength(path: string): void {
  const bytes = new TextEncoder().encode(baseName(path)).length;
  if (bytes <= NAME_BYTES) return;
  throw new CnnvizError('usage', `${path}: a file name may have ${NAME_BYTES} bytes, this one has ${bytes}`, {
    fix: "give shorter names with a template: -o 'maps/{name}.png', or rename the input",
  });
}

/** A link in the output folder must not lead the results out of it; the folder itself may be one. */
function checkContained(output: OutputJob, folders: ReadonlySet<string>): void {
  const root = rootOf(output);
  if (root === null) return;
  for (const folder of folders) refuseLeaving(root, folder);
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
export function checkPlace(path: string, inputs: readonly Input[], clobber: boolean): void {
  checkLength(path);
  const identity = identityOf(path);
  if (identity === null) return;
  refuseInput(path, identity, identitiesOf(inputs), null);
  guardOutput(path);
  if (!clobber && !isStored(path)) throw existsAlready(path);
}

/** @param beside the input whose result stands in the current folder because no place was named, or null */
function refuseInput(path: string, identity: string, inputs: ReadonlyMap<string, string>, beside: Input | null): void {
  const other = inputs.get(identity);
  if (other === undefined) return;
  const isEarlier = beside !== null && beside.path !== other;
  throw new CnnvizError(
    'usage',
    `${path}: would replace the input ${other}${isEarlier ? `, which has the name of an earlier result for ${beside.path}` : ''}`,
    { fix: beside === null ? 'choose another place with -o' : 'put the results into a folder of their own: -o maps/' },
  );
}

export function existsAlready(path: string): CnnvizError {
  return new CnnvizError('usage', `${path}: exists already, and --no-clobber was given`, {
    fix: 'choose another place with -o, or leave --no-clobber out',
  });
}

/** Who writes which file: every path once. */
export class Claims {
  readonly #output: OutputJob;
  readonly #owners = new Map<string, readonly [Input, Product]>();

  constructor(output: OutputJob) {
    this.#output = output;
  }

  /** The product's path, now taken. @throws CnnvizError 'usage' when another result has it already. */
  claim(input: Input, product: Product): string {
    const path = placeOf(this.#output, input, product);
    if (path === '-') return path;
    const key = collisionKey(path);
    const owner = this.#owners.get(key);
    if (owner !== undefined) {
      const [one, other] = [owner, [input, product] as const].map(describeOwner);
      throw new CnnvizError('usage', `${path}: two results would have this name: ${one} and ${other}`, {
        fix: apartBy(owner, [input, product]),
      });
    }
    this.#owners.set(key, [input, product]);
    return path;
  }
}

/** A template can tell two results apart only by what it is made of: {dir} is empty for a file that is named itself. */
function apartBy([one, a]: readonly [Input, Product], [other, b]: readonly [Input, Product]): string {
  const differs = [one.relative, one.name, one.ext, a.map, a.layer].join('\0');
  if (differs === [other.relative, other.name, other.ext, b.map, b.layer].join('\0')) {
    return 'run them one at a time, each with a folder of its own: -o FOLDER/; or name the folder above them, with -r';
  }
  const layer = a.layer || b.layer ? '.{layer}' : '';
  return `tell them apart with a template: -o 'maps/{dir}/{name}{ext}${layer}.{map}.png'`;
}

function describeOwner([{ path }, { layer, map }]: readonly [Input, Product]): string {
  return `${path} (${[layer, map].filter(Boolean).join(' ')})`;
}

/** Told of every file a run touched, by its bytes. */
export interface RunRecord {
  /** Whether what is written is to be hashed. */
  readonly keepsHashes: boolean;
  /** The SHA-256 of the input. */
  read(sha256: string): void;
  /** `sha256`: '' where nobody keeps it. */
  wrote(path: string, bytes: number, sha256: string): void;
}

/** A file as it is written: in one piece, or in parts each of which is good until the next one is asked for. */
export type FileBytes = Uint8Array | Iterable<Uint8Array>;

/** What writing finds around it. */
export interface Delivery {
  readonly claims: Claims;
  /** Takes the bytes of a result that goes to standard output. */
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** Told what was read and written; a batch keeps it. */
  readonly record?: RunRecord;
}

/** Writes one product under the name that is its own. */
export async function deliver(
  { bytes, scale, ...product }: Product & { readonly bytes: FileBytes; readonly scale?: DrawnScale },
  input: Input,
  { clobber }: OutputJob,
  { claims, send, record }: Delivery,
): Promise<OutputFile> {
  const path = claims.claim(input, product);
  const isReplaced = path !== '-' && fileIdentity(path) !== null;
  const parts = new PassedParts(bytes instanceof Uint8Array ? [bytes] : bytes, record?.keepsHashes === true);
  if (path === '-') await send(copiedParts(parts));
  else {
    await writeAtomicParts(path, parts, { clobber });
    record?.wrote(path, parts.size, parts.sha256);
  }
  return {
    path,
    kind: product.kind,
    layer: product.layer,
    bytes: parts.size,
    ...(isReplaced && { replaced: true }),
    ...(scale && { scale }),
  };
}
