import { type ByteSource, checkRange } from '../../core/bytes.js';
import { CnnvizError } from '../../core/errors.js';
import { type ListedArray, listedArray } from './listed-array.js';
import { MOST_JSON_BYTES } from './looks-like-layers-model.js';

/** Arrays that lie one after another in files that belong together. */
export interface WeightGroup {
  /** The files in order, their names relative to model.json. */
  readonly paths: readonly string[];
  readonly arrays: readonly ListedArray[];
}

/** What model.json says; nothing of the configuration is checked. */
export interface ModelJson {
  /** {class_name, config} */
  readonly config: unknown;
  /** What wrote it: "2.15.0", or "tfjs-layers 4.22.0". */
  readonly version: string | null;
  readonly groups: readonly WeightGroup[];
}

/** More files or arrays than any network has are not listed. */
const MOST_LISTED = 100_000;

type Fields = Readonly<Record<string, unknown>>;

function refuse(what: string, fix = 'save it again: await model.save(…), or tensorflowjs_converter'): never {
  throw new CnnvizError('format', `model.json: ${what}`, { fix });
}

function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  return refuse(`${place}: expected an object, found ${kindOf(value)}`);
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) return refuse(`${place}: expected a list, found ${kindOf(value)}`);
  return value.length <= MOST_LISTED
    ? value
    : refuse(`${place}: ${value.length} entries: expected at most ${MOST_LISTED}`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `a ${typeof value}`;
}

/**
 * A layers-model's model.json: the model's configuration and the list of its arrays.
 * Source: tensorflow/tfjs, tfjs-core/src/io/types.ts, ModelJSON; tfjs-converter/python/tensorflowjs/converters
 * @throws CnnvizError 'format' or 'unsupported' with the place
 */
export function readModelJson(source: ByteSource): ModelJson {
  checkRange(MOST_JSON_BYTES, 0, source.size);
  const json = fieldsOf(parsed(source.read(0, source.size)), 'the file');
  const topology = fieldsOf(json.modelTopology, 'modelTopology');
  const { keras_version: version } = topology;
  if (json.weightsManifest === undefined || json.weightsManifest === null) {
    refuse('no weightsManifest: it holds layers without numbers');
  }
  const names = new Set<string>();
  const groups = listOf(json.weightsManifest, 'weightsManifest').map((group, i): WeightGroup => {
    const place = `weightsManifest[${i}]`;
    const { paths, weights } = fieldsOf(group, place);
    const arrays = listOf(weights, `${place}.weights`).map((one, j) => listedArray(one, `${place}.weights[${j}]`));
    for (const { name } of arrays) {
      if (names.has(name)) refuse(`${place}: the array "${name}" is listed twice`);
      names.add(name);
    }
    return { paths: listOf(paths, `${place}.paths`).map((path) => checkedPath(path, place)), arrays };
  });
  return {
    config: topology.model_config ?? topology,
    version: typeof version === 'string' ? version : null,
    groups,
  };
}

function parsed(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('not UTF-8');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // the parser tells the place, and a beginning of the text
    const reason = (error as SyntaxError).message.split('\n')[0];
    return refuse(`no JSON: ${reason}`, 'the file is cut off or damaged: copy it again');
  }
}

/** The name of a file in the folder of model.json, or below. */
function checkedPath(path: unknown, place: string): string {
  if (typeof path !== 'string' || path === '') return refuse(`${place}.paths: expected the name of a file`);
  const isAddress = /^[a-z][a-z\d+.-]*:|^[\\/]/i.test(path);
  if (!isAddress && !path.split(/[\\/]/).includes('..')) return path;
  return refuse(
    `${place}: the file "${path}" does not lie in the folder of model.json`,
    'copy the file beside model.json, and name it alone in "paths"',
  );
}
