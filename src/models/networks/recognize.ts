import { shellWord } from '../../core/text.js';
import { FAMILIES, LANDMARKS, type Shapes } from './architectures.js';
import { BUILTIN_NETWORKS, builtinNetwork } from './builtin/index.js';
import type { ParameterSpec } from './spec.js';

/** What a checkpoint's tensors are those of, all names and shapes considered. */
type Architecture =
  /** A built-in network: all its tensors are there. `classes`: how many its last layer has, null: as many as the built-in. */
  | { readonly kind: 'builtin'; readonly name: string; readonly classes: number | null }
  /** Nearly a built-in one: `fault` says what differs. */
  | {
      readonly kind: 'variant';
      readonly name: string;
      readonly words: string;
      readonly fault: string;
      /** Nothing but its last layer is missing. */
      readonly isHeadless: boolean;
    }
  /** One that is not built in. */
  | { readonly kind: 'known'; readonly words: string; readonly file: string; readonly classes: number | null };

interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** @returns null when neither a built-in network nor a well-known one has these names */
export function recognizeTensors(tensors: Iterable<NamedTensor>): Architecture | null {
  const list = [...tensors].filter(({ name }) => !name.endsWith('num_batches_tracked'));
  for (const { name } of BUILTIN_NETWORKS) {
    const found = fitBuiltin(name, list);
    if (found?.fault === null) return { kind: 'builtin', name, classes: found.classes };
  }
  const shapes = shapesWithout(list, LANDMARKS);
  for (const { landmarks, name } of FAMILIES) {
    const found = landmarks.every((one) => shapes.has(one)) ? name(shapes) : null;
    if (!found) continue;
    const [words, file] = found;
    const near = BUILTIN_NETWORKS.some((one) => one.name === file) ? fitBuiltin(file, list) : null;
    if (near) {
      const { fault, isHeadless } = near;
      return { kind: 'variant', name: file, words, fault: fault ?? 'it has other tensors', isHeadless };
    }
    // torchvision's print(model) has its own classifier, and cannot be run with another's tensors
    const isOther = file.startsWith('vgg') && hasOtherClassifier(shapes);
    const classes = shapes.get('classifier.6.weight')?.[0] ?? null;
    return {
      kind: 'known',
      words: isOther ? `${words} with another classifier` : words,
      file: isOther ? 'model' : file,
      classes,
    };
  }
  return null;
}

/** Whether the linear layers of a VGG are others than torchvision's, as far as they are there. */
function hasOtherClassifier(shapes: Shapes): boolean {
  const first = shapes.get('classifier.0.weight');
  return shapes.has('classifier.weight') || (first !== undefined && `${first}` !== '4096,25088');
}

function shapesWithout(tensors: readonly NamedTensor[], expected: ReadonlySet<string>): Shapes {
  const prefix = findPrefix(
    tensors.map(({ name }) => name),
    expected,
  );
  return new Map(tensors.map(({ name, shape }) => [withoutPrefix(name, prefix), shape]));
}

interface BuiltinFit {
  /** What is wrong; null: nothing. */
  readonly fault: string | null;
  readonly isHeadless: boolean;
  /** Null: as many as the built-in network has. */
  readonly classes: number | null;
}

/** How tensors fit a built-in network. */
function fitBuiltin(name: string, tensors: readonly NamedTensor[]): BuiltinFit {
  const expected = builtinShapes(name);
  const shapes = shapesWithout(tensors, new Set(expected.keys()));
  const last = [...expected.keys()].findLast((one) => one.endsWith('.weight'))!.replace(/weight$/, '');
  const missing = [...expected.keys()].filter((one) => !shapes.has(one));
  const classes = shapes.get(`${last}weight`)?.[0] ?? null;
  const isOther = classes !== null && classes !== expected.get(`${last}weight`)![0];
  const isHeadless = missing.length > 0 && missing.every((one) => one.startsWith(last));
  const fault = (): string | null => {
    if (isHeadless) return `its last layer, ${last.slice(0, -1)}, is missing`;
    if (missing.length > 0) return `${missing[0]} is missing`;
    for (const [one, shape] of expected) {
      const found = shapes.get(one)!;
      const from = one.startsWith(last) && found[0] === classes ? 1 : 0;
      if (found.length === shape.length && found.slice(from).every((length, axis) => length === shape[axis + from]))
        continue;
      return `${one} is [${found.join(', ')}], not [${shape.join(', ')}]`;
    }
    const outer = new Set([...expected.keys()].map(outermost));
    const more = [...shapes.keys()].find((one) => !expected.has(one) && outer.has(outermost(one)));
    return more === undefined ? null : `it has ${more} as well`;
  };
  return { fault: fault(), isHeadless, classes: isOther ? classes : null };
}

function outermost(name: string): string {
  return name.split('.')[0];
}

/** The shapes of a built-in network's parameters, which say all but the channels of a norm: those of the convolution before it. */
export function builtinShapes(name: string): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let outputs = 0;
  for (const { parameters } of builtinNetwork(name).layers) {
    for (const parameter of parameters) {
      if (parameter === null) continue;
      const shape = shapeOf(parameter, outputs);
      if (parameter.shape.kind === 'conv' || parameter.shape.kind === 'linear') outputs = shape[0];
      shapes.set(parameter.name, shape);
    }
  }
  return shapes;
}

function shapeOf({ shape }: ParameterSpec, outputs: number): readonly number[] {
  switch (shape.kind) {
    case 'conv':
      return [shape.outChannels!, shape.inChannels! / shape.groups, ...shape.kernelSize!];
    case 'linear':
      return [shape.outFeatures!, shape.inFeatures!];
    default:
      return [outputs];
  }
}

/** What a checkpoint turned out to be, and what to do with it. */
export function tellArchitecture(
  found: Architecture | null,
  file: string,
): { readonly what: string; readonly fix: string } {
  switch (found?.kind) {
    case 'builtin':
      return {
        what: `by names and shapes the weights of ${found.name}${found.classes === null ? '' : ` for ${found.classes} classes`}`,
        fix: `this looks like ${found.name}: cnnviz run ${shellWord(`${found.name}@${file}`)} photo.jpg`,
      };
    case 'variant':
      return {
        what: `${found.words} by its tensors, but not the built-in ${found.name}: ${found.fault}`,
        fix: exportAs(found.words, found.name),
      };
    case 'known':
      return {
        what: `${found.words} by its tensors, which is not built in`,
        fix: found.file.startsWith('vgg')
          ? printVgg(found.file, found.classes, file)
          : exportAs(found.words, found.file),
      };
    default:
      return {
        what: 'of an architecture that is not known here',
        fix: `name its layers before it: a network file (.yaml) or the text of print(model), ${shellWord(`net.yaml@${file}`)}; or ${exportAs('it', 'model')}`,
      };
  }
}

function exportAs(words: string, name: string): string {
  return `export ${words === 'it' ? words : 'the model'} where it was made: torch.onnx.export(model.eval(), torch.zeros(1, 3, 224, 224), '${name}.onnx'), then: cnnviz run ${name}.onnx photo.jpg`;
}

/** All that a VGG does but its flatten stands in its print(model). */
function printVgg(name: string, classes: number | null, file: string): string {
  const argument = classes === null || classes === 1000 ? '' : `num_classes=${classes}`;
  return `python -c "import torchvision; print(torchvision.models.${name}(${argument}))" > ${name}.txt, then: cnnviz run ${shellWord(`${name}.txt@${file}`)} photo.jpg --preset imagenet`;
}

/** What some programs put before every name, and what it comes from. */
const PREFIXES: readonly (readonly [prefix: string, from: string])[] = [
  ['module.', 'DataParallel'],
  ['model.', 'a module that holds the model'],
  ['net.', 'a module that holds the net'],
  ['backbone.', 'a module that holds the backbone'],
  ['_orig_mod.', 'torch.compile'],
  ['state_dict.', 'a level around the weights'],
];

/** The deepest level around a network: "state_dict.model.module.". */
const MOST_LEVELS = 3;

/** The prefix without which most names are expected ones; '' when that is none. */
export function findPrefix(names: readonly string[], expected: ReadonlySet<string>): string {
  const fitting = new Map<string, number>();
  for (const name of names) {
    for (let level = 0, at = 0; level <= MOST_LEVELS; level++) {
      if (expected.has(name.slice(at))) fitting.set(name.slice(0, at), (fitting.get(name.slice(0, at)) ?? 0) + 1);
      at = name.indexOf('.', at) + 1;
      if (at === 0) break;
    }
  }
  let best = { prefix: '', count: fitting.get('') ?? 0 };
  for (const [prefix, count] of fitting) if (count > best.count) best = { prefix, count };
  return best.prefix;
}

/** A name without a prefix it may have. */
export function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What a prefix comes from, in words. */
export function prefixWords(prefix: string): string {
  return PREFIXES.find(([known]) => known === prefix)?.[1] ?? 'a module that holds the network';
}
