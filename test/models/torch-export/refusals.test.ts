import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes.js';
import { CnnvizError } from '../../../src/core/errors.js';
import { evaluate } from '../../../src/layers/evaluate.js';
import { inferShapes } from '../../../src/layers/infer.js';
import { modelFormatOf } from '../../../src/models/model-formats.js';
import { TORCH_EXPORT } from '../../../src/models/torch-export/model-file.js';
import { readZip } from '../../../src/models/weights/zip.js';
import { programBytes, readProgramFile, rewritten, VERSIONS } from './programs.js';

function errorOf(read: () => unknown): CnnvizError {
  try {
    read();
  } catch (error) {
    if (error instanceof CnnvizError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Why layers of a changed program are refused, by their names. */
function refusedIn(name: string, change: (text: string) => string): Record<string, string> {
  const { model } = readProgramFile(rewritten(name, '2.14', change));
  return Object.fromEntries(
    model.nodes.flatMap(({ name: own, layer }) => (layer.kind === 'unsupported' ? [[own, layer.reason]] : [])),
  );
}

const replaced = (from: string | RegExp, to: string) => (text: string) => {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  return changed;
};

describe('what a program holds', () => {
  it.each(VERSIONS)('is told by the entries of the archive: %s', (version) => {
    expect(modelFormatOf(memorySource(programBytes('residual', version)))?.format).toBe('pt2');
  });

  it('names layers by the paths of their modules, and arrays as the state_dict does', () => {
    const [older, newer] = VERSIONS.map((version) => readProgramFile(programBytes('residual', version)).model);
    expect(older.nodes.map(({ name }) => name)).toEqual([
      'conv1',
      'bn1',
      'relu',
      'maxpool',
      'depthwise',
      'bn2',
      'add',
      'relu_1',
      'act',
      'avgpool',
      'flatten',
      'drop',
      'fc',
    ]);
    expect(newer.nodes.map(({ name }) => name)).toEqual(older.nodes.map(({ name }) => name));
    expect([...older.constants.keys()]).toContain('bn1.running_var');
    const { tensors } = TORCH_EXPORT.readWeights(memorySource(programBytes('residual', '2.14')), {
      name: 'x',
      beside: null,
    });
    expect(tensors.map(({ name }) => name)).toContain('bn2.num_batches_tracked');
  });

  it.each(VERSIONS)('takes the sizes that were given to Dim, and no others: %s', (version) => {
    const { model } = readProgramFile(programBytes('hourglass', version));
    const [{ name }] = model.inputs;
    const shapes = (shape: readonly number[]) => () =>
      inferShapes(model, new Map([[name, { dtype: 'float32' as const, shape, value: null }]]), evaluate);
    expect(shapes([8, 3, 64, 4])).not.toThrow();
    expect(errorOf(shapes([9, 3, 8, 8])).message).toBe('input "x": axis 0 is 9: expected 1 … 8');
    expect(errorOf(shapes([1, 3, 9, 8])).message).toBe('input "x": axis 2 is 9: expected a multiple of 2');
    expect(errorOf(shapes([1, 3, 8, 66])).message).toBe('input "x": axis 3 is 66: expected 4 … 64');
  });
});

describe('what is not computed keeps its place', () => {
  it('an operator that is not known', () => {
    expect(refusedIn('residual', replaced('aten.hardswish.default', 'aten.fft_fft2.default'))).toEqual({
      act: 'net.pt2: act: torch.ops.aten.fft_fft2.default: this operator is not supported',
    });
  });

  it('an argument that is not understood, and one of another meaning', () => {
    expect(refusedIn('residual', replaced('"name": "start_dim"', '"name": "from_dim"'))).toEqual({
      flatten: 'net.pt2: flatten: torch.ops.aten.flatten.using_ints: its argument from_dim is not understood',
    });
  });

  it('a batch norm, and a dropout, in training mode', () => {
    const trains = (name: string) => replaced(new RegExp(`("name": "${name}", "arg": \\{"as_bool": )false`), '$1true');
    expect(refusedIn('residual', trains('training')).bn1).toContain('a batch norm in training mode');
    expect(refusedIn('residual', trains('train')).drop).toContain('a dropout in training mode');
  });

  it('nothing, where a number is infinite, which Python writes as no JSON', () => {
    const change = replaced('{"as_float": 0.5}', '{"as_float": -Infinity}');
    expect(refusedIn('residual', change)).toEqual({});
  });

  it('numbers of float64', () => {
    const change = replaced(/("relu_": \{"dtype": )7/, '$18');
    expect(refusedIn('residual', change).relu).toContain('"relu_": numbers of float64');
  });

  it('what is changed in place while something else reads it: all that reads it later is refused', () => {
    // the sum is changed by relu_ while a view of it is read behind
    const change = (text: string) => {
      const program = JSON.parse(text);
      const { nodes, tensor_values: values } = program.graph_module.graph;
      const at = nodes.findIndex(({ outputs }: { outputs: unknown[] }) => JSON.stringify(outputs).includes('relu__1'));
      const argument = (name: string) => ({ as_tensor: { name } });
      const view = {
        target: 'torch.ops.aten.detach.default',
        inputs: [{ name: 'self', arg: argument('add'), kind: 1 }],
        outputs: [argument('seen')],
        metadata: {},
      };
      values.seen = values.add;
      nodes.splice(at, 0, view);
      nodes.at(at + 2).inputs[0].arg = argument('seen');
      return JSON.stringify(program);
    };
    const refused = refusedIn('residual', change);
    expect(refused.relu_1).toContain('it changes in place what "seen" still reads');
    const { model } = readProgramFile(rewritten('residual', '2.14', change));
    expect(model.nodes.find(({ name }) => name === 'act')?.inputs).toEqual(['relu_1']);
  });
});

describe('damaged files are refused with their place', () => {
  const CASES: readonly (readonly [string, () => Uint8Array, RegExp])[] = [
    [
      'a parameter that is not there',
      () => rewritten('residual', '2.14', replaced('"parameter_name": "fc.bias"', '"parameter_name": "fc.bais"')),
      /"fc\.bais": the program takes it, but the archive does not have it/,
    ],
    [
      'a parameter of another shape',
      () => rewritten('residual', '2.6', replaced(/("p_fc_bias": \{"dtype": 7, "sizes": \[\{"as_int": )5/, '$16')),
      /"fc\.bias": the program expects \[6\] of float32, the archive has \[5\]/,
    ],
    [
      'numbers of a storage cut off',
      () => rewritten('residual', '2.14', (text) => text, { 'weights/weight_0': new Uint8Array(8) }),
      /"conv1\.weight": .* reaches beyond the 2 numbers/,
    ],
    [
      'a state_dict that is missing',
      () => rewritten('residual', '2.6', (text) => text, { 'serialized_state_dict.pt': null }),
      /without serialized_state_dict\.pt/,
    ],
    [
      'a state_dict that is none',
      () => rewritten('residual', '2.6', (text) => text, { 'serialized_state_dict.pt': new Uint8Array(64) }),
      /serialized_state_dict\.pt: expected what torch\.save writes/,
    ],
    [
      'another schema',
      () => rewritten('residual', '2.6', replaced('"major": 8', '"major": 9')),
      /schema 9, written by PyTorch 2\.6\.0\+debian: expected 8/,
    ],
    [
      'another archive',
      () => rewritten('residual', '2.14', (text) => text, { archive_version: new TextEncoder().encode('7') }),
      /an archive "pt2" of version 7: expected pt2 of version 0/,
    ],
    [
      'JSON within JSON, a hundred thousand deep',
      () => rewritten('residual', '2.14', () => '['.repeat(1e5) + ']'.repeat(1e5)),
      /the program: expected an object, found a list/,
    ],
    ['no JSON', () => rewritten('residual', '2.14', (text) => text.slice(0, 900)), /not JSON/],
    [
      'a shape of ten thousand axes',
      () =>
        rewritten('residual', '2.14', (text) =>
          text.replace('"sizes": [', `"sizes": [${'{"as_int": 1}, '.repeat(1e4)}`),
        ),
      /sides: expected at most 64/,
    ],
    [
      'a value that is read before it is made',
      () =>
        rewritten(
          'residual',
          '2.14',
          replaced(/"as_tensor": \{"name": "x"\}\}, "kind": 1/, '"as_tensor": {"name": "linear"}}, "kind": 1'),
        ),
      /"linear" is read before it is made/,
    ],
    [
      'an output that nothing makes',
      () =>
        rewritten(
          'residual',
          '2.14',
          replaced(
            '"user_output": {"arg": {"as_tensor": {"name": "linear"',
            '"user_output": {"arg": {"as_tensor": {"name": "nothing"',
          ),
        ),
      /"nothing" is made by nothing/,
    ],
    [
      'a buffer that changes',
      () => rewritten('residual', '2.14', replaced('"user_output"', '"buffer_mutation"')),
      /output 1 of the program is a buffer_mutation/,
    ],
  ];
  it.each(CASES)('%s', (_, bytes, message) => {
    expect(errorOf(() => readProgramFile(bytes())).message).toMatch(message);
  });

  it('numbers that are pickled are not unpickled', () => {
    const entries = readZip(memorySource(programBytes('residual', '2.14')));
    const entry = entries.get('residual/data/weights/model_weights_config.json')!;
    const config = new TextDecoder().decode(entry.open().read(0, entry.size));
    const text = replaced('"use_pickle": false', '"use_pickle": true')(config);
    const bytes = rewritten('residual', '2.14', (program) => program, {
      'model_weights_config.json': new TextEncoder().encode(text),
    });
    expect(errorOf(() => readProgramFile(bytes)).message).toMatch(/is pickled, and reading it would run code/);
  });
});
