import { expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { openModelFile } from '../../src/run/model-file.js';
import { bytes, model, node, number, text } from '../models/onnx/writer.js';

/** A network of one layer whose input has these sides; null: left open. */
function reading(sides: readonly (number | null)[]) {
  const shape = sides.flatMap((side) => bytes(1, side === null ? [] : number(1, side)));
  const input = [...text(1, 'x'), ...bytes(2, bytes(1, [...number(1, 1), ...bytes(2, shape)]))];
  return openModelFile(
    'm.onnx',
    memorySource(Uint8Array.from(model({ inputs: [input], nodes: [node('Relu', ['x'], ['y'])] }))),
    new Map(),
  );
}

it.each([
  [[null, 5, 5], 1],
  [[3, 5, 5], 3],
  [[null, 3, 5, 5], 3],
  [[null, null, 5, 5], null],
  [[null, 25], null],
])('an input of the sides %j reads images of %j channels', async (sides, channels) => {
  expect((await reading(sides)).channels).toBe(channels);
});
