import { expect, test } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { CnnvizError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import { type Model, tensorConstant } from '../../src/layers/model.js';
import { teachableMachine } from '../../src/models/teachable-machine.js';
import type { ReadContext } from '../../src/models/weights/weight-file.js';

/** A network of two layers called as those that Teachable Machine trains, over the columns of its input. */
function network(
  sides: readonly number[] = [224, 224, 3],
  classes = 2,
  name = 'sequential_3/dense_Dense',
  x = 'x',
): Model {
  const [one, two] = [`${name}1`, `${name}2`];
  const weight = (K: number, M: number) => tensorConstant(tensor(new Float32Array(K * M), [K, M]));
  return {
    inputs: [{ name: x, dtype: 'float32', shape: [null, ...sides] }],
    constants: new Map([
      [`${one}/kernel`, weight(sides.at(-1)!, 4)],
      [`${two}/kernel`, weight(4, classes)],
    ]),
    nodes: [
      { name: one, layer: { kind: 'matmul' }, inputs: [x, `${one}/kernel`], outputs: [one] },
      { name: two, layer: { kind: 'matmul' }, inputs: [one, `${two}/kernel`], outputs: [two] },
    ],
    outputs: [two],
  };
}

function beside(files: Readonly<Record<string, string>>): ReadContext {
  return {
    name: 'model',
    beside: (name) => {
      if (!Object.hasOwn(files, name)) throw new CnnvizError('format', `no such file: ${name}`);
      return memorySource(new TextEncoder().encode(files[name]));
    },
  };
}

const IMAGE = { packageName: '@teachablemachine/image', tmVersion: '2.4.5', labels: ['shoe', 'boot'], imageSize: 224 };
const PREPARED = {
  geometry: { resize: [224, 224], crop: null, fit: { kind: 'crop' } },
  preprocess: { pixels: '255', gray: false, normalize: { mean: [127], std: [127] } },
};

function ofMetadata(metadata: unknown, model = network()) {
  return teachableMachine(model, 'tfjs', beside({ 'metadata.json': JSON.stringify(metadata) }));
}

test('metadata.json of an image project names the classes, and images are prepared as its library does', () => {
  const facts = ofMetadata(IMAGE);
  expect(facts).toEqual({
    classes: ['shoe', 'boot'],
    preset: PREPARED,
    notes: ['prepared as Teachable Machine does: the middle square at 224×224, x / 127 − 1'],
  });
});

test('the first releases, whose metadata name no package, are known by the names of their layers', () => {
  const { packageName: _, imageSize: __, ...early } = IMAGE;
  expect(ofMetadata(early)?.preset).toEqual(PREPARED);
  expect(ofMetadata(early, network([224, 224, 3], 2, 'fc'))).toBeNull();
});

test('a project for microcontrollers reads grey images of 96 pixels', () => {
  const facts = ofMetadata({ ...IMAGE, imageSize: undefined }, network([96, 96, 1]));
  expect(facts?.preset).toMatchObject({ geometry: { resize: [96, 96] }, preprocess: { gray: true } });
  expect(facts?.notes[0]).toContain('96×96, grey');
});

test('class names that are not as many as the classes are left out, and that is said', () => {
  const facts = ofMetadata({ ...IMAGE, labels: ['a', 'b', 'c'] });
  expect(facts?.classes).toBeNull();
  expect(facts?.notes).toContain(
    'metadata.json names other classes (3) than the network ends in (2): they are left out',
  );
});

test('a size other than the network reads prepares nothing', () => {
  const facts = ofMetadata({ ...IMAGE, imageSize: 96 });
  expect(facts?.preset).toBeNull();
  expect(facts?.notes[0]).toBe(
    'metadata.json speaks of images of 96×96, the network reads [any, 224, 224, 3]: images are not prepared',
  );
});

test('pose and audio projects have names for their classes and no preparation', () => {
  const pose = ofMetadata({ packageName: '@teachablemachine/pose', labels: ['up', 'down'] }, network([14_739]));
  expect(pose).toMatchObject({ classes: ['up', 'down'], preset: null, notes: [expect.stringContaining('PoseNet')] });
  const audio = ofMetadata({ tfjsSpeechCommandsVersion: '0.4.0', wordLabels: ['rain', 'sea'] }, network([43, 232, 1]));
  expect(audio).toMatchObject({
    classes: ['rain', 'sea'],
    preset: null,
    notes: [expect.stringContaining('spectrogram')],
  });
});

test.each([
  ['another tool', '{"labels": ["a", "b"]}'],
  ['broken JSON', '{"labels": ['],
  ['labels that are no texts', JSON.stringify({ ...IMAGE, labels: [1, 2] })],
  ['null', 'null'],
  ['no labels', JSON.stringify({ ...IMAGE, labels: [] })],
])('metadata.json of %s says nothing', (_, text) => {
  const context = beside({ 'metadata.json': text });
  expect(teachableMachine(network([224, 224, 3], 2, 'fc'), 'tfjs', context)).toBeNull();
  expect(teachableMachine(network(), 'tfjs', context)).toMatchObject({ classes: null, preset: null });
});

test.each(['keras', 'tflite'] as const)('%s: numbered labels beside it name the classes, x / 127.5 − 1', (from) => {
  const context = beside({ 'labels.txt': '0 Class 1\n1 Ça va\r\n' });
  expect(teachableMachine(network(), from, context)).toEqual({
    classes: ['Class 1', 'Ça va'],
    preset: { ...PREPARED, preprocess: { pixels: 'signed', gray: false, normalize: null } },
    notes: ['prepared as Teachable Machine does: the middle square at 224×224, x / 127.5 − 1'],
  });
});

test.each([
  ['names of other layers', network([224, 224, 3], 2, 'fc'), '0 a\n1 b\n'],
  ['another size', network([160, 160, 3]), '0 a\n1 b\n'],
  ['other classes', network(), '0 a\n1 b\n2 c\n'],
  ['labels without numbers', network(), 'a\nb\n'],
  ['numbers out of order', network(), '1 a\n0 b\n'],
  ['nothing beside it', network(), null],
])('a .h5 with %s is not taken for one of Teachable Machine', (_, model, labels) => {
  expect(teachableMachine(model, 'keras', beside(labels === null ? {} : { 'labels.txt': labels }))).toBeNull();
});

test('a .tflite file knows the layers as parts of longer names', () => {
  const context = beside({ 'labels.txt': '0 a\n1 b\n' });
  expect(
    teachableMachine(network([224, 224, 3], 2, 'sequential_8/sequential_7/dense_Dense'), 'tflite', context),
  ).not.toBeNull();
});

test('a .tflite file without names of layers is known by its input and its last two layers', () => {
  const context = beside({ 'labels.txt': '0 a\n1 b\n' });
  const weight = (M: number, K: number) => tensorConstant(tensor(new Float32Array(M * K), [M, K]));
  const named = (x: string) => {
    const plain = network([224, 224, 3], 2, 'tfl.fully_connected', x);
    const ends = [
      ['std.constant', weight(100, 1280)],
      ['std.constant1', weight(2, 100)],
    ] as const;
    return { plain, whole: { ...plain, constants: new Map([...plain.constants, ...ends]) } };
  };
  const { plain, whole } = named('serving_default_sequential_9_input:0');
  expect(teachableMachine(whole, 'tflite', context)?.classes).toEqual(['a', 'b']);
  expect(teachableMachine(whole, 'keras', context)).toBeNull();
  expect(teachableMachine(plain, 'tflite', context)).toBeNull();
  expect(teachableMachine(named('image').whole, 'tflite', context)).toBeNull();
});
