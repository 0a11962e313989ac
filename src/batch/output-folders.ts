import type { OutputJob } from '../core/job.js';
import { partFacts } from '../core/part.js';
import type { Input } from '../io/inputs.js';
import { folderOf, isStored, joinPath } from '../io/paths.js';
import { type Product, type ProductsOf, placesOf, productsFor, rootOf } from '../run/place.js';

/** Folders the outputs of these inputs go to; temporary files of theirs can be nowhere else. */
export function outputFolders(output: OutputJob, inputs: Iterable<Input>, products: ProductsOf | null): Set<string> {
  const root = rootOf(output);
  const folders = new Set<string>(root === null ? [] : [root]);
  // objects appear whole, and a bucket has no folders
  if (root !== null && isStored(root)) return new Set();
  for (const input of inputs) {
    if (input.part !== undefined) {
      folders.add(folderOf(joinPath(root ?? '', input.part)));
      continue;
    }
    const known = products === null ? [ANY_PRODUCT] : productsFor(products, input);
    // only a template can spread the outputs of one input over folders
    const own = output.target.kind === 'template' ? known : known.slice(0, 1);
    for (const path of placesOf(output, input, own)) folders.add(folderOf(path));
  }
  return folders;
}

/** The files of the part that an input belongs to: the part, and what is told of it. */
export function partOutputs(output: OutputJob, { part }: Input): string[] {
  const root = rootOf(output)!;
  return [part!, partFacts(part!)].map((name) => joinPath(root, name));
}

/** The files that hold what is made of an input. */
export function outputsOf(output: OutputJob, input: Input, products: ProductsOf): string[] {
  if (input.part !== undefined) return partOutputs(output, input);
  return placesOf(output, input, productsFor(products, input));
}

/** Stands for the outputs of a network that are not known yet. */
const ANY_PRODUCT: Product = { kind: 'sheet', layer: 'layer', map: '' };
