import { fileURLToPath } from 'node:url';
import { CnnvizError } from '../../core/errors.js';
import type { ByteStore } from '../../explorer/byte-store.js';
import { packArray, packImage } from '../../explorer/pack.js';
import type { PackedImage } from '../../explorer/page-data.js';
import { findInputs, type Input, toInput } from '../../io/inputs.js';
import { baseName } from '../../io/paths.js';
import { readInput } from '../../io/remote/read-input.js';
import { type NpyArray, npyToTensor, readNpy } from '../../models/npy.js';
import { atInput, isArray, sourceOf } from '../../run/source.js';
import type { Source, Subject } from '../../run/subject.js';

/** An image of a page: as it was read, and how a shell line names it. */
export interface PageImage {
  readonly source: Source;
  readonly path: string;
  /** Nobody named it: what is to be said of reading it is of no interest. */
  readonly isShipped: boolean;
  /** What the file holds; null: it is a picture. */
  readonly array: NpyArray | null;
}

/** As the demo lays them: a command in its folder finds them. */
const DIGITS_FOLDER = 'digits/';

/** The images that words mean, each read as the subject says. @throws CnnvizError that names the one at fault */
export async function readImages(words: readonly string[], subject: Subject): Promise<PageImage[]> {
  const inputs = await findInputs(words, { recursive: false, lists: [] });
  if (inputs.length === 0) {
    throw new CnnvizError('nothing', `nothing to show: ${words.join(' ')} holds no images`);
  }
  return readAll(inputs, subject, ({ path }) => ({ path: baseName(path), isShipped: false }));
}

/** The ten digits that ship. */
export async function shippedDigits(subject: Subject): Promise<PageImage[]> {
  const inputs = [...'0123456789'].map((digit) =>
    toInput(fileURLToPath(new URL(`../../fixtures/images/digits/${digit}.png`, import.meta.url)), ''),
  );
  return readAll(inputs, subject, ({ path }) => ({ path: DIGITS_FOLDER + baseName(path), isShipped: true }));
}

async function readAll(
  inputs: readonly Input[],
  subject: Subject,
  named: (input: Input) => Pick<PageImage, 'path' | 'isShipped'>,
): Promise<PageImage[]> {
  const images: PageImage[] = [];
  for (const input of inputs) {
    images.push({ ...named(input), ...(await atInput(input, () => readOne(input, subject))) });
  }
  return images;
}

/** @throws CnnvizError 'usage' for an array of several items, or of numbers that a page does not hold */
async function readOne(input: Input, subject: Subject): Promise<Pick<PageImage, 'source' | 'array'>> {
  const bytes = await readInput(input);
  const source = await sourceOf(input, bytes, '', subject);
  if (!isArray(input, bytes)) return { source, array: null };
  const { shape, dtype, items } = { ...source.info!, ...source.facts };
  // without N a network takes it as one image, too
  if (items !== 1 || shape.length < 3 || shape.length > 4) {
    throw new CnnvizError(
      'usage',
      `a page shows arrays of one image, [C, H, W] or [1, C, H, W], this is [${shape.join(', ')}]`,
      { fix: 'cnnviz run takes any array' },
    );
  }
  if (dtype !== 'float32') {
    throw new CnnvizError('usage', `a page holds arrays of float32, this one is fed as ${dtype}`, {
      fix: "numpy.save(file, array.astype('float32')), or cnnviz run",
    });
  }
  return { source, array: readNpy(bytes) };
}

/** Pixels as they were decoded, numbers as they are in the file: the page prepares them. */
export function packImages(images: readonly PageImage[], store: ByteStore): PackedImage[] {
  return images.map(({ source, path, array }) => {
    const name = path === '-' ? 'standard input' : baseName(path);
    if (array) return packArray(npyToTensor(array), { name, path }, store);
    return packImage(source.picture!.image, { name, path, colour: source.facts.colour }, store);
  });
}

/** The same image as another network reads it. */
export function asReadBy({ prepare }: Subject, { source, array }: PageImage): Source {
  const { facts, sha256 } = source;
  const prepared = array ? prepare.array(array) : prepare.image(source.picture!.image, facts);
  return { ...prepared, sha256, facts: { ...prepared.facts, path: facts.path } };
}
