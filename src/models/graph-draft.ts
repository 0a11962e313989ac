import { CnnvizError } from '../core/errors.js';
import type { DType } from '../core/values.js';
import type { Layer } from '../layers/index.js';
import type { Constant, Model, ModelInput, ModelNode } from '../layers/model.js';

/** A value of a graph whose framework keeps channels last, while the graph becomes a Model. */
export interface Laid {
  /** Its name in the Model. */
  readonly value: string;
  /** How many axes it has, the batch among them. */
  readonly rank: number;
  /** Whether the Model has its channels behind the batch, [N, C, H, W]; else it is as its framework has it, [N, H, W, C]. */
  readonly isFirst: boolean;
}

/** A Model as it grows, from a graph of channels-last values: orders of axes are changed where a layer needs it, once each. */
export class GraphDraft {
  readonly #inputs: ModelInput[] = [];
  readonly #constants = new Map<string, Constant>();
  readonly #nodes: ModelNode[] = [];
  readonly #names = new Map<string, number>();
  /** The other order of values, by "first NAME" and "last NAME". */
  readonly #turned = new Map<string, string>();

  /** An input in its framework's order. `shape`: N among its sides, null for one that is open. */
  input(name: string, dtype: DType, shape: readonly (number | null)[], more: Pick<ModelInput, 'scaled'> = {}): Laid {
    const value = this.fresh(name);
    this.#inputs.push({ name: value, dtype, shape, ...more });
    return { value, rank: shape.length, isFirst: false };
  }

  /** The name itself, or with the first number behind it that makes it new; it is taken then. */
  fresh(name: string): string {
    let [fresh, count] = [name, this.#names.get(name) ?? 1];
    while (this.#names.has(fresh)) fresh = `${name}_${++count}`;
    this.#names.set(name, count);
    this.#names.set(fresh, this.#names.get(fresh) ?? 1);
    return fresh;
  }

  /** Numbers of the model, under a name of their own; that name. */
  constant(name: string, constant: Constant): string {
    const own = this.fresh(name);
    this.#constants.set(own, constant);
    return own;
  }

  /** A layer with one output, which has its name. */
  add(name: string, layer: Layer, inputs: readonly (string | null)[]): string {
    return this.addAll(name, layer, inputs, 1)[0];
  }

  /** A layer with several outputs: the first has its name, the others NAME:1, NAME:2, … */
  addAll(name: string, layer: Layer, inputs: readonly (string | null)[], count: number): readonly string[] {
    const own = this.fresh(name);
    const outputs = [own, ...Array.from({ length: count - 1 }, (_, i) => this.fresh(`${own}:${i + 1}`))];
    this.#nodes.push({ name: own, layer, inputs, outputs });
    return outputs;
  }

  /** How many layers there are: where `backTo` leads to. */
  mark(): number {
    return this.#nodes.length;
  }

  /** Takes the layers out again that were added since. Their names stay taken. */
  backTo(mark: number): void {
    const gone = new Set(this.#nodes.splice(mark).flatMap(({ outputs }) => outputs));
    for (const [key, value] of this.#turned) if (gone.has(value)) this.#turned.delete(key);
  }

  /** The value with its channels behind the batch. */
  first({ value, rank, isFirst }: Laid): string {
    if (isFirst || rank < 3) return value;
    const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 1);
    return this.#turn('first', value, [0, rank - 1, ...spatial]);
  }

  /** The value as its framework has it, channels last. */
  last({ value, rank, isFirst }: Laid): string {
    if (!isFirst || rank < 3) return value;
    const spatial = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    return this.#turn('last', value, [0, ...spatial, 1]);
  }

  #turn(to: 'first' | 'last', value: string, perm: readonly number[]): string {
    const key = `${to} ${value}`;
    const before = this.#turned.get(key);
    if (before !== undefined) return before;
    const turned = this.add(`${value}/channels_${to}`, { kind: 'transpose', perm }, [value]);
    this.#turned.set(key, turned);
    return turned;
  }

  /** The Model. Values with rows and columns go out as they are inside, channels first. @throws CnnvizError 'format' without an output */
  model(outputs: readonly Laid[]): Model {
    if (outputs.length === 0) throw new CnnvizError('format', 'a network without outputs');
    const read = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    const names = outputs.map(({ value }) => value);
    for (const name of this.#constants.keys()) {
      if (!read.has(name) && !names.includes(name)) this.#constants.delete(name);
    }
    return { inputs: this.#inputs, constants: this.#constants, nodes: this.#nodes, outputs: names };
  }
}
