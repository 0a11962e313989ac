import { type PlaceMap, saliency as saliencyMap, strongestPlace } from '../analysis/class-activation.js';
import { isFloat, toFloat32 } from '../core/values.js';
import type { Breathe } from '../engine/execute.js';
import { classGradient, inputValue } from '../stages/class-gradient.js';
import type { NetworkSource } from '../stages/network-source.js';
import { type ClassAnswer, type ClassSubject, type ImagePlace, imagePlace } from './class-subject.js';

/** How a class's score changes with each number the network reads. */
export interface SaliencyResult extends ClassAnswer {
  /** The gradient itself, [C, H, W]. */
  readonly gradient: Float32Array;
  readonly shape: readonly [number, number, number];
  /** One value a pixel. */
  readonly map: PlaceMap;
  readonly signed: boolean;
  /** The pixel whose change would move the score most. */
  readonly strongest: (ImagePlace & { readonly value: number }) | null;
}

/** The gradient of one class's score with respect to the input. @param className a number or name; null: the best class */
export async function saliency(
  subject: ClassSubject,
  className: string | null,
  signed: boolean,
  breathe: Breathe,
): Promise<SaliencyResult> {
  const { opened, source, labels, threads, size } = subject;
  const request = { className, labels, threads };
  const found = await classGradient(opened, asReal(source), () => inputValue(opened), request, breathe);
  const map = saliencyMap(found.gradient, size, signed);
  const best = strongestPlace(map, Math.abs);
  return {
    network: opened.name,
    class: found.class,
    gradient: Float32Array.from(found.gradient),
    shape: size,
    map,
    signed,
    strongest: best && best.value !== 0 ? { ...imagePlace(source, best.x, best.y), value: best.value } : null,
    notes: found.notes,
  };
}

/** Bytes as real numbers: a gradient is by a number that may change by any amount. */
function asReal(source: NetworkSource): NetworkSource {
  const { info, x } = source;
  if (!info || !x || 'bytes' in x || isFloat(info.dtype)) return source;
  return { ...source, info: { ...info, dtype: 'float32' }, x: { data: toFloat32(x.data), shape: x.shape } };
}
