import { CnnvizError } from '../../core/errors.js';
import type { FieldValue } from './fields.js';
import { LAYER_TABLE, layerSpec } from './layer-words.js';
import { filesOf, type LayerSpec, type NetworkSpec } from './spec.js';

/** Whether a text holds what PyTorch's print(model) writes. */
export function looksLikePrintedModel(text: string): boolean {
  return findPrinted(text) !== null;
}

interface PrintedModule {
  readonly name: string;
  readonly type: string;
  readonly args: string;
  readonly line: number;
}

/**
 * The text of print(model) for models that run their modules one after another. Names are those of the parameters:
 * "features.0". A flatten before the first linear layer is inferred when the text has none, and said.
 * @throws CnnvizError 'unsupported' for modules that are not run in order, with the line
 */
export function parsePrintedModel(text: string): NetworkSpec {
  const { type, modules, isWhole } = readModules(text);
  const notes: string[] = [];
  const layers: LayerSpec[] = [];
  let flat = false;
  for (const { name, type: className, args, line } of modules) {
    const word = LAYER_TABLE.find(({ classes }) => Object.hasOwn(classes, className));
    if (!word) throw unknownLayer(name, className, line);
    if (word.word === 'flatten') flat = true;
    if (word.word === 'linear' && !flat) {
      flat = true;
      if (
        layers.some(({ layer }) => layer.kind !== 'linear' && layer.kind !== 'activation' && layer.kind !== 'dropout')
      ) {
        // torch.flatten stands between modules: before the dropouts that lead to the linear layer
        let at = layers.length;
        while (at > 0 && layers[at - 1].layer.kind === 'dropout') at--;
        layers.splice(at, 0, layerSpec('flatten', 'flatten', new Map()));
        notes.push(`a flatten stands before ${name}: print(model) does not show torch.flatten`);
      }
    }
    const layer = layerOf(word.word, name, word.classes[className], args, line);
    layers.push(layer);
    if (layer.layer.kind === 'avg_pool' && layer.layer.pads.some((pad) => pad > 0)) {
      notes.push(`${name}: print(model) does not show count_include_pad; its default, true, is taken`);
    }
  }
  if (layers.length === 0) throw new CnnvizError('format', 'the text of print(model) holds no layers');
  if (isWhole && type !== SEQUENCE && !layers.some(({ layer }) => layer.kind === 'activation')) {
    notes.push(
      `${type} prints no activations: those called in forward() are not in the text; add them, or export to ONNX`,
    );
  }
  return {
    name: type,
    input: null,
    preset: null,
    layers,
    outputs: null,
    files: filesOf(layers),
    isPrinted: type !== SEQUENCE,
    notes,
  };
}

function layerOf(word: string, name: string, positional: readonly string[], args: string, line: number): LayerSpec {
  const values = new Map<string, FieldValue>();
  let plain = 0;
  for (const part of splitArguments(args)) {
    const at = /^[a-z_]+=/.exec(part)?.[0].length ?? 0;
    const key = at > 0 ? part.slice(0, at - 1) : positional[plain++];
    if (key === undefined) throw new CnnvizError('format', `line ${line}: ${name}: "${part}" without a name`);
    values.set(key, parseValue(part.slice(at)));
  }
  try {
    return layerSpec(word, name, values);
  } catch (error) {
    if (!(error instanceof CnnvizError)) throw error;
    const fix = error.fix === undefined ? {} : { fix: error.fix };
    throw new CnnvizError(error.code, `line ${line}: ${name}: ${error.message}`, { ...fix, cause: error });
  }
}

/** (3, 3) → [3, 3]; True → true; same → "same" */
function parseValue(text: string): FieldValue {
  const list = /^[([](.*)[)\]]$/.exec(text.trim());
  if (list) return splitArguments(list[1]).map(parseValue);
  const word = text.trim().replace(/^(['"])(.*)\1$/, '$2');
  if (word === 'True') return true;
  if (word === 'False') return false;
  if (word === 'None') return null;
  return word !== '' && Number.isFinite(Number(word)) ? Number(word) : word;
}

/** At commas outside brackets. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let [part, depth] = ['', 0];
  for (const char of text) {
    if (char === ',' && depth === 0) {
      parts.push(part);
      part = '';
      continue;
    }
    if (char === '(' || char === '[') depth++;
    if (char === ')' || char === ']') depth--;
    part += char;
  }
  return [...parts, part].map((one) => one.trim()).filter((one) => one !== '');
}

/** A text that is one layer, or something else. */
function wholeText(text: string): PrintedLines {
  return { lines: text.split('\n'), start: 0, prefix: '' };
}

/** The modules that hold no others, in order, with their full names. */
function readModules(text: string): { type: string; modules: PrintedModule[]; isWhole: boolean } {
  const modules: PrintedModule[] = [];
  const path: string[] = [];
  let type = '';
  for (const { line, number } of printedLines(findPrinted(text) ?? wholeText(text))) {
    if (line === ')') {
      path.pop();
      continue;
    }
    const match = /^(?:\(([\w-]+)\): )?([A-Za-z_]\w*)\((.*?)(\)?)$/.exec(line);
    if (!match)
      throw new CnnvizError(
        'format',
        `line ${number}: not a line of print(model): ${JSON.stringify(line.slice(0, 60))}`,
      );
    const [, name, className, args, closed] = match;
    if (closed === ')') {
      if (name === undefined)
        return { type: className, modules: [{ name: '0', type: className, args, line: number }], isWhole: false };
      modules.push({ name: [...path, name].filter(Boolean).join('.'), type: className, args, line: number });
      continue;
    }
    if (args !== '')
      throw new CnnvizError('format', `line ${number}: the line is cut off: ${JSON.stringify(line.slice(0, 60))}`);
    if (name === undefined) type = className;
    else if (className !== SEQUENCE) throw unknownModule([...path, name].filter(Boolean).join('.'), className, number);
    path.push(name ?? '');
  }
  return { type, modules, isWhole: true };
}

/** A module that holds others. */
function unknownModule(name: string, className: string, line: number): CnnvizError {
  const what = `line ${line}: ${name} is a ${className}, whose order of computation the text does not tell`;
  return new CnnvizError('unsupported', what, { fix: EXPORT });
}

/** A module that holds none. */
function unknownLayer(name: string, className: string, line: number): CnnvizError {
  const known = LAYER_TABLE.flatMap(({ classes }) => Object.keys(classes));
  // PyTorch spells its classes right: a near name is another layer, unless the text was typed
  const near = known.find((one) => one.toLowerCase() === className.toLowerCase());
  const what = `line ${line}: ${name} is a ${className}, which is not a layer that is read from the text`;
  return new CnnvizError('unsupported', what, { fix: `${near ? `did you mean ${near}? or ` : ''}${EXPORT}` });
}

/** "Net(", behind what a notebook, a prompt or a log puts before it; not "(features): Sequential(". */
const START = /^(|.*[\s:>|#\]])([A-Za-z_]\w*)\(\s*$/;
const INNER = /\([\w-]+\): [A-Za-z_]\w*\(/;

/** The lines of a text; those of print(model) begin at `start`, with `prefix` before each. */
interface PrintedLines {
  readonly lines: readonly string[];
  readonly start: number;
  /** Of the first line: "Out[3]: ". */
  readonly prefix: string;
}

/** Where the text of print(model) begins in another text, such as a log; null when it holds none. */
function findPrinted(text: string): PrintedLines | null {
  const lines = text.split(/\r\n|\r|\n/);
  const start = lines.findIndex((_, i) => startsAt(lines, i));
  return start < 0 ? null : { lines, start, prefix: START.exec(lines[start])![1] };
}

function startsAt(lines: readonly string[], i: number): boolean {
  return START.test(lines[i]) && !INNER.test(lines[i]) && INNER.test(lines[i + 1] ?? '');
}

/**
 * The lines of the model, numbered from 1 as in the whole text, without indentation and without a prefix that stands
 * before all of them. What follows the bracket that closes the model is left out.
 * @throws CnnvizError 'format' when a second model follows
 */
function printedLines({ lines, start, prefix }: PrintedLines): { readonly line: string; readonly number: number }[] {
  const found: { line: string; number: number }[] = [];
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const isFirst = i === start;
    const line = (isFirst || lines[i].startsWith(prefix) ? lines[i].slice(prefix.length) : lines[i]).trim();
    if (line === '') continue;
    found.push({ line, number: i + 1 });
    if (line.endsWith('(')) depth++;
    if (line === ')') depth--;
    if (depth > 0) continue;
    const second = lines.findIndex((_, at) => at > i && startsAt(lines, at));
    if (second < 0) break;
    throw new CnnvizError('format', `line ${second + 1}: a second model begins`, {
      fix: 'keep one print(model) in the file',
    });
  }
  return found;
}

/** The module that runs what it holds one after another. The layers of a ModuleList run when its owner says so. */
export const SEQUENCE = 'Sequential';

/** What helps when the text of print(model) does not tell how the network computes. */
const EXPORT = "export the model: torch.onnx.export(model, x, 'model.onnx'), then: cnnviz run model.onnx";

export const TELL_FORWARD = `write all that forward() calls as a network file (.yaml), or ${EXPORT}`;
