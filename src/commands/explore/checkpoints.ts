import { CnnvizError } from '../../core/errors.js';
import { listFolder } from '../../io/find/folder.js';
import { baseName, joinPath } from '../../io/paths.js';
import { kindOf } from '../../io/read-files.js';
import { openWeights } from '../../run/model-file.js';

/** The weights of a network at one moment of its training. */
export interface Checkpoint {
  readonly path: string;
  /** "step 120", or the file's name where it does not say. */
  readonly moment: string;
}

/** A film of more moments is no film but a training: each is a whole network in the page. */
const MOST = 200;
const ENDING = /\.(?:safetensors|pth?|npz|ckpt|bin)$/i;

/**
 * The checkpoints that files and folders mean: files in the order they are named, those of a folder by their steps, then by
 * the numbers in their names.
 * @throws CnnvizError 'usage' where there are none or too many, or one is no checkpoint
 */
export async function findCheckpoints(places: readonly string[]): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (const place of places) {
    if (kindOf(place) !== 'a folder') {
      found.push(await momentOf(place).then(({ path, moment }) => ({ path, moment })));
      continue;
    }
    const names = (await listFolder(place)).filter((name) => ENDING.test(name));
    if (names.length === 0) {
      throw new CnnvizError('usage', `${place}: no checkpoint in it`, {
        fix: 'cnnviz train NET --data DATA --checkpoints FOLDER/ keeps some',
      });
    }
    refuseMany(names.length);
    const all: Awaited<ReturnType<typeof momentOf>>[] = [];
    for (const name of names) all.push(await momentOf(joinPath(place, name)));
    found.push(...all.sort((a, b) => a.step - b.step || byNumbers(a.path, b.path)));
  }
  refuseMany(found.length);
  return found.map(({ path, moment }) => ({ path, moment }));
}

function refuseMany(count: number): void {
  if (count <= MOST) return;
  throw new CnnvizError('usage', `${count} checkpoints: a page holds ${MOST} at most`, {
    fix: 'name some of them, each with --checkpoint',
  });
}

/** As `train` tells it in the file; without that all are of one step. */
async function momentOf(path: string): Promise<Checkpoint & { readonly step: number }> {
  const { metadata } = await openWeights(path);
  const step = metadata?.get('format') === 'cnnviz-network' ? stepIn(metadata.get('training')) : null;
  return { path, step: step ?? 0, moment: step === null ? baseName(path) : `step ${step}` };
}

function stepIn(text: string | undefined): number | null {
  try {
    const { steps } = JSON.parse(text ?? 'null') ?? {};
    return Number.isSafeInteger(steps) ? steps : null;
  } catch {
    return null;
  }
}

/** epoch-2 before epoch-10. */
function byNumbers(a: string, b: string): number {
  const [one, two] = [a, b].map((text) => text.split(/(\d+)/));
  for (let i = 0; i < Math.min(one.length, two.length); i++) {
    if (one[i] === two[i]) continue;
    const numbers = [Number(one[i]), Number(two[i])];
    if (i % 2 === 1 && numbers[0] !== numbers[1]) return numbers[0] - numbers[1];
    return one[i] < two[i] ? -1 : 1;
  }
  return one.length - two.length;
}
