import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals-core';
import type { FieldFacts } from '../../analysis/field.js';
import type { ModelNode } from '../../layers/model.js';
import { startState } from '../address.js';
import type { PackedLayer, PackedNetwork, PageData } from '../page-data.js';
import type { ExplorerEngine, FedImage, Ran, Refusal, Situation } from '../protocol.js';
import type { PageState } from '../state.js';

/** Column and row. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export type GivenImage = Extract<FedImage, { kind: 'given' }>;

export type Dialog = 'keys' | 'command' | 'camera';

/** All that the page knows; only actions change it. */
export interface Store {
  readonly data: PageData;
  /** The page's own bytes; null: they are still being read, or a server has them. */
  readonly bytes: Signal<Uint8Array | null>;
  readonly engine: ExplorerEngine;
  readonly state: Signal<PageState>;
  /** An image that was dropped, pasted, drawn or taken. */
  readonly given: Signal<GivenImage | null>;
  /** All that decides the numbers; null: there is no image. */
  readonly situation: ReadonlySignal<Situation | null>;
  /** The last situation that was not refused. */
  readonly good: Signal<Situation | null>;
  readonly ran: Signal<Ran | null>;
  /** How often the numbers of each layer have changed. */
  readonly versions: Signal<ReadonlyMap<string, number>>;
  readonly isRunning: Signal<boolean>;
  /** Questions to the engine that are not answered. */
  readonly open: Signal<number>;
  readonly trouble: Signal<Refusal | null>;
  /** What was found out about an image or done for the reader: shown in the status line. */
  readonly note: Signal<string>;
  /** What a screen reader says next. */
  readonly said: Signal<string>;
  /** The arithmetic of the chosen value is shown. */
  readonly isOpen: Signal<boolean>;
  /** A pixel of the input whose readers are marked. */
  readonly pixel: Signal<Place | null>;
  readonly field: Signal<FieldFacts | null>;
  /** How many positions of the map a slide has reached; null: none is shown. */
  readonly slide: Signal<number | null>;
  readonly dialog: Signal<Dialog | null>;
}

export function makeStore(data: PageData, engine: ExplorerEngine): Store {
  const state = signal(startState(data));
  const given = signal<GivenImage | null>(null);
  return {
    data,
    bytes: signal(null),
    engine,
    state,
    given,
    situation: situationOf(state, given),
    good: signal(null),
    ran: signal(null),
    versions: signal(new Map()),
    isRunning: signal(false),
    open: signal(0),
    trouble: signal(null),
    note: signal(''),
    said: signal(''),
    isOpen: signal(false),
    pixel: signal(null),
    field: signal(null),
    slide: signal(null),
    dialog: signal(null),
  };
}

/** The same object as long as nothing that decides the numbers has changed. */
function situationOf(state: Signal<PageState>, given: Signal<GivenImage | null>): ReadonlySignal<Situation | null> {
  let last: Situation | null = null;
  return computed(() => {
    const { network, image: index, preset, edits } = state.value;
    const image: FedImage | null = index === null ? given.value : { kind: 'own', index };
    if (image === null) return null;
    const isSame =
      last !== null &&
      last.network === network &&
      last.preset === preset &&
      last.edits === edits &&
      (image.kind === 'own' ? last.image.kind === 'own' && last.image.index === image.index : last.image === image);
    if (!isSame) last = { network, image, preset, edits };
    return last;
  });
}

export function networkOf({ data }: Store, { network }: PageState): PackedNetwork {
  return data.networks[network];
}

export function layerOf(store: Store, state: PageState): PackedLayer | null {
  return networkOf(store, state).layers.find(({ name }) => name === state.layer) ?? null;
}

/** What makes the value that a layer shows. */
export function nodeOf({ model }: PackedNetwork, { value }: PackedLayer): ModelNode | null {
  return model.nodes.find(({ outputs }) => outputs.includes(value)) ?? null;
}

/** The layer that shows a value, if one does. */
export function layerOfValue({ layers, model }: PackedNetwork, value: string): PackedLayer | null {
  const maker = model.nodes.find(({ outputs }) => outputs.includes(value));
  return layers.find((layer) => layer.value === value) ?? layers.find(({ name }) => name === maker?.name) ?? null;
}

/** Of a layer as it ran last, else as it is in the file. */
export function shapeNow(ran: Ran | null, { name, shape }: PackedLayer): readonly number[] {
  return ran?.layers.find((one) => one.name === name)?.shape ?? shape;
}

export function wordsNow(ran: Ran | null, { name, words }: PackedLayer): string {
  return ran?.layers.find((one) => one.name === name)?.words ?? words;
}
