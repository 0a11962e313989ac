import { atPlace, CnnvizError } from '../../core/errors.js';
import { argumentOf, type Call, callsOf, type TensorRef, tensorsIn } from './calls.js';
import { isRecord, type Json, type JsonRecord, shown } from './fields.js';

/** A layer as a configuration names it; nested models are layers, too. */
export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  /** What it is an object of, where Keras 3 says so: "keras.layers", "keras.src.ops.numpy". */
  readonly module: string | null;
  readonly config: JsonRecord;
  /** Registered by whoever wrote it: a class of its own, not of Keras. */
  readonly isCustom: boolean;
  readonly calls: readonly Call[];
}

/** A model as its configuration has it. */
export type KerasGraph =
  | {
      readonly kind: 'sequential';
      readonly layers: readonly KerasLayer[];
      /** N among its sides; null: it does not say. */
      readonly inputShape: readonly (number | null)[] | null;
    }
  | {
      readonly kind: 'functional';
      readonly layers: readonly KerasLayer[];
      readonly inputs: readonly TensorRef[];
      readonly outputs: readonly TensorRef[];
    };

const MODELS = ['Sequential', 'Functional', 'Model'];
/** More layers than any network has: what is behind would only cost time. */
const MOST_LAYERS = 100_000;
/** More inputs or outputs than any network has. */
const MOST_ENDS = 1000;

export function isModel({ className, config }: Pick<KerasLayer, 'className' | 'config'>): boolean {
  return MODELS.includes(className) && (Array.isArray(config.layers) || className === 'Sequential');
}

/** Operations of keras.ops stand among the layers of Keras 3. */
export function isOperation({ module }: Pick<KerasLayer, 'module'>): boolean {
  return module?.includes('.ops.') ?? false;
}

/** Modules whose classes are Keras's own. */
const OF_KERAS = /^(?:keras|tf_keras|tensorflow)(?:\.|$)/;

/** Where Keras 3 leaves modules out, as in .h5. */
const UNNAMED_OPERATION = 'keras.ops.unnamed';

/** Layers of Keras 3 say their number type and whether they are trained; operations say neither. */
function isBareOperation({ inbound_nodes: nodes }: JsonRecord, config: JsonRecord): boolean {
  const isOfKeras3 = Array.isArray(nodes) && nodes.some((node) => isRecord(node) && Array.isArray(node.args));
  return isOfKeras3 && !Object.hasOwn(config, 'dtype') && !Object.hasOwn(config, 'trainable');
}

/** A configuration {class_name, config}, which a list of layers without a name may stand for. @throws CnnvizError 'format' */
export function objectOf(value: unknown, what: string): KerasLayer {
  if (!isRecord(value) || typeof value.class_name !== 'string') {
    throw new CnnvizError('format', `${what}: expected {class_name, config}, found ${shown(value)}`);
  }
  const { class_name: className, config: told, module, registered_name: registered } = value;
  // Keras before 2.2.3 wrote the layers of a Sequential as its config
  const config = Array.isArray(told) ? { layers: told } : told;
  if (!isRecord(config)) {
    throw new CnnvizError('format', `${what} (${className}): expected a config, found ${shown(config)}`);
  }
  const name = typeof value.name === 'string' ? value.name : typeof config.name === 'string' ? config.name : null;
  // Keras 3 says of every class where it comes from, of its own ones without registering them
  const isForeign =
    typeof module === 'string' ? !OF_KERAS.test(module) : module === null && typeof registered === 'string';
  const isRegistered = typeof registered === 'string' && registered.includes('>') && !registered.startsWith('keras.');
  return {
    name: name ?? '',
    className: className.includes('>') ? className.slice(className.lastIndexOf('>') + 1) : className,
    module: typeof module === 'string' ? module : isBareOperation(value, config) ? UNNAMED_OPERATION : null,
    config,
    isCustom: isForeign || isRegistered || className.includes('>'),
    calls: [],
  };
}

/** The layers and calls of a model's configuration. @throws CnnvizError 'format' with the layer's name */
export function graphOf({ className, config }: KerasLayer): KerasGraph {
  const listed = config.layers ?? null;
  if (!Array.isArray(listed) || listed.length === 0) {
    throw new CnnvizError('format', `${className}: expected a list of layers, found ${shown(listed)}`);
  }
  if (listed.length > MOST_LAYERS)
    throw new CnnvizError('format', `${listed.length} layers: at most ${MOST_LAYERS} are read`);
  const objects = listed.map((value: Json, i) => {
    const layer = objectOf(value, `layer ${i + 1}`);
    return { ...layer, name: layer.name || `layer_${i + 1}` };
  });
  const names = new Set(objects.map(({ name }) => name));
  if (names.size !== objects.length) {
    const seen = new Set<string>();
    const twice = objects.find(({ name }) => seen.size === seen.add(name).size)!;
    throw new CnnvizError('format', `two layers are called "${twice.name}"`);
  }
  if (className === 'Sequential') {
    return { kind: 'sequential', layers: objects, inputShape: sidesOf(config.build_input_shape ?? null) };
  }
  const layers = objects.map((layer, i): KerasLayer => {
    try {
      return { ...layer, calls: callsOf((listed[i] as JsonRecord).inbound_nodes ?? null, names) };
    } catch (error) {
      throw atPlace(layer.name, error);
    }
  });
  return {
    kind: 'functional',
    layers,
    inputs: refsOf(config.input_layers ?? null, names, 'input_layers'),
    outputs: refsOf(config.output_layers ?? null, names, 'output_layers'),
  };
}

function refsOf(value: Json, names: ReadonlySet<string>, what: string): TensorRef[] {
  const refs = value === null ? [] : tensorsIn([argumentOf(value, names)]);
  if (refs.length > MOST_ENDS)
    throw new CnnvizError('format', `${what}: ${refs.length}, at most ${MOST_ENDS} are read`);
  if (refs.length > 0) return refs;
  throw new CnnvizError('format', `${what}: expected [layer, call, output] of its layers, found ${shown(value)}`);
}

/** Sides as configurations write them, null for an open one; null where it is no shape. */
export function sidesOf(value: Json): (number | null)[] | null {
  if (!Array.isArray(value)) return null;
  const list = value as readonly Json[];
  const isSide = (side: Json) => side === null || (Number.isSafeInteger(side) && (side as number) > 0);
  return list.length > 0 && list.length <= 8 && list.every(isSide) ? (list as (number | null)[]) : null;
}
