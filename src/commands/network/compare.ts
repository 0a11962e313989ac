import { arg, command } from '../../cli/command.js';
import { flag, under, type ValuesOf } from '../../cli/flags.js';
import { oneInput } from '../../cli/input-flags.js';
import {
  asPrintedFlag,
  exactFlag,
  initFlag,
  numbersJob,
  pageFlags,
  presetFlags,
  presetOf,
  requestOf,
} from '../../cli/network-flags.js';
import { parseNumber } from '../../cli/parse.js';
import { atPlace, CnnvizError } from '../../core/errors.js';
import type { PresetChoice } from '../../core/job.js';

const { background, maxPixels, ...preparation } = presetFlags;

type Preparation = typeof preparation;
type OfSide<S extends 'a' | 'b'> = { readonly [K in keyof Preparation as `${S}${Capitalize<K>}`]: Preparation[K] };

/** The flags of a preparation for one of the two alone: --a-channels. */
function ofSide<S extends 'a' | 'b'>(side: S): OfSide<S> {
  const own = Object.entries(preparation).map(([key, one]) => [
    side + key[0].toUpperCase() + key.slice(1),
    { ...one, spec: one.spec.replace('--', `--${side}-`), about: `--${key}, for ${side} alone` },
  ]);
  return under(`Pixels of ${side} alone:`, Object.fromEntries(own)) as OfSide<S>;
}

/** What is asked of the preparation of one side: its own flags before those of both. */
function askedOf(side: 'a' | 'b', flags: ValuesOf<Preparation>): PresetChoice | null {
  const values = flags as Readonly<Record<string, unknown>>;
  const of = (key: string) => {
    const own = values[side + key[0].toUpperCase() + key.slice(1)];
    return own === null || own === false ? values[key] : own;
  };
  return presetOf(Object.fromEntries(Object.keys(preparation).map((key) => [key, of(key)])) as ValuesOf<Preparation>);
}

/** A share from 0. */
function parseTolerance(long: string, text: string): number {
  const tolerance = parseNumber(long, text);
  if (tolerance >= 0) return tolerance;
  throw new CnnvizError('usage', `--tolerance: expected a number from 0, got ${text}`);
}

/** `cnnviz compare`: where two models part; exits with 1 when they do. */
export const compare = command({
  name: 'compare',
  description: `Run two networks, or two exports of one, on an image and compare them layer by layer. Exits with 1 when they differ.
The first network says how the image is prepared, unless --preset does.`,
  examples: `Examples:
  cnnviz compare alexnet@alexnet.pth alexnet.onnx dog.jpg        is the export the network I trained?
  cnnviz compare net.yaml@before.pth net.yaml@after.pth dog.jpg  two checkpoints
  cnnviz compare digits digits@my.safetensors seven.png          mine and the one that ships
  cnnviz compare net.onnx dumped/ dog.jpg                        files named as layers or modules: layer1.0.conv1.npy
  cnnviz compare a.onnx b.onnx x.npy --json                      two exports on an array
  cnnviz compare net.onnx net.onnx dog.jpg --b-channels bgr      one network, its colours in either order
`,
  args: {
    a: arg.one('a network, as for run: NET or NET@WEIGHTS'),
    b: arg.one('another; or a folder of .npy files, or an .npz, that PyTorch or Keras kept of a run'),
    image: arg.one('an image or a .npy array'),
  },
  flags: {
    tolerance: flag.of(
      '--tolerance <share>',
      "the largest difference, as a share of the layer's largest value",
      parseTolerance,
      String,
      '1e-4',
    ),
    ...under('Weights:', { init: initFlag, asPrinted: asPrintedFlag }),
    ...presetFlags,
    ...pageFlags,
    ...ofSide('a'),
    ...ofSide('b'),
    ...under('Running:', { exact: exactFlag }),
  },
  jobs: 'threads within one image',
  verbose: true,
  profile: true,
  async answer({ a, b, image, flags }, frame) {
    const { refuseSwapped } = await import('../../cli/argument-order.js');
    refuseSwapped('compare', a, [b, image]);
    const { compareNetworks } = await import('./compare-networks.js');
    const { comparisonDocument, describeComparison } = await import('./compare-report.js');
    const { bringsNumbers } = await import('../../run/found-weights.js');
    const initOf = async (network: string) => ((await bringsNumbers(network)) ? null : flags.init);
    const { tolerance, asPrinted, exact } = flags;
    const input = await oneInput(image);
    const job = {
      ...numbersJob(a, { ...flags, init: await initOf(a) }, { layers: ['all'], exact }),
      preset: askedOf('a', flags),
    };
    const other = { request: requestOf(b, { init: await initOf(b), asPrinted }), preset: askedOf('b', flags) };
    const { breathe } = frame.progress(1);
    const { compareDumps, holdsDumps } = await import('./compare-dumps.js');
    const found = (await holdsDumps(b))
      ? await compareDumps(job, b, input, tolerance, frame.jobs, breathe)
      : await compareNetworks(job, other, input, tolerance, frame.jobs, breathe).catch((error) => {
          throw atPlace(input.path, error);
        });
    return {
      lines: describeComparison(found, frame.style),
      document: () => comparisonDocument(found),
      notes: [...found.notes, ...found.warnings],
      ok: found.first === null,
    };
  },
});
