import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memorySource } from '../../src/core/bytes.js';
import { CnnvizError } from '../../src/core/errors.js';
import { modelFormatOf } from '../../src/models/model-formats.js';
import { ROOT } from './onnx/arrays.js';
import { zip } from './weights/pickle-writer.js';

const FOLDER = join(ROOT, 'fixtures/models/tfjs/uint16');

/** An archive of the fixture's files, their names changed. */
function archive(nameOf: (name: string) => string | null, more: Readonly<Record<string, string>> = {}) {
  const files = readdirSync(FOLDER).flatMap((name) => {
    const own = nameOf(name);
    return own === null ? [] : [{ name: own, bytes: new Uint8Array(readFileSync(join(FOLDER, name))) }];
  });
  const texts = Object.entries(more).map(([name, text]) => ({ name, bytes: new TextEncoder().encode(text) }));
  return memorySource(zip([...files, ...texts]));
}

const CONTEXT = { name: 'tm-my-image-model', file: 'tm-my-image-model.zip', beside: null };

it.each([
  ['at its top', ''],
  ['in a folder', 'my_model/'],
])('model.json %s of an archive is read with the files beside it there', async (_, folder) => {
  const source = archive((name) => folder + name, { '__MACOSX/._model.json': 'x', 'readme.txt': 'x' });
  const format = modelFormatOf(source)!;
  expect(format.what).toBe('a zip archive with one network in it');
  const reader = await format.load();
  expect(reader.readModel(source, CONTEXT).model.outputs).toEqual(['classes']);
  expect(reader.readWeights(source, CONTEXT).tensors).toHaveLength(8);
});

it('a file of weights that the archive does not have is named', async () => {
  const source = archive((name) => (name.includes('shard2') ? null : name));
  const reader = await modelFormatOf(source)!.load();
  expect(() => reader.readModel(source, CONTEXT)).toThrow(
    /"group1-shard2of\d\.bin" \(file 2 of \d\): no such file in the archive/,
  );
  expect(() => reader.readModel(source, CONTEXT)).toThrow(CnnvizError);
});

it('archives of other things, of several models, and of a graph-model are not taken', () => {
  expect(modelFormatOf(archive(() => null, { 'a.txt': 'x' }))).toBeNull();
  expect(modelFormatOf(archive((name) => name, { 'other/model.json': '{}' }))).toBeNull();
  expect(
    modelFormatOf(archive(() => null, { 'model.json': '{"format": "graph-model", "modelTopology": {"node": []}}' })),
  ).toBeNull();
  expect(modelFormatOf(archive(() => null, { 'model.h5': 'x', 'labels.txt': '0 a' }))).toBeNull();
});

it('a damaged archive is left to whoever says why', () => {
  const whole = archive((name) => name);
  expect(modelFormatOf(memorySource(whole.read(0, whole.size - 30)))).toBeNull();
});
