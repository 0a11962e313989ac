import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseShard } from '../../src/batch/shard.js';
import { mergeManifests } from '../../src/commands/batch/merge-manifests.js';
import { tensor } from '../../src/core/tensor.js';
import { encodePng } from '../../src/io/encode.js';
import { boundedGlob } from '../../src/io/find/glob.js';
import { writeNpy } from '../../src/models/npy.js';
import { BIN, cnnviz, IMAGES, inFolder, NODE } from '../cli/cnnviz.js';
import { bytes, model, node, number, text, value } from '../models/onnx/writer.js';

const FIVE = join(IMAGES, 'five.png');
const FACTS = { data: new Float32Array(64), shape: [1, 1, 8, 8] };
const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i)).join('\n');

/** A refusal in two lines at most, and nothing about the inside of the program. */
function expectRefusal(
  { code, stderr }: { code: number | null; stderr: string },
  codes: readonly number[],
  what: RegExp,
) {
  expect(stderr).toMatch(what);
  expect(codes).toContain(code);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
}

describe('long lists', () => {
  it('a list of 200,000 files is read, each file once', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'list.txt'), `${`${FIVE}\n`.repeat(100_000)}${rows(100_000, () => FIVE)}`);
      const run = await cnnviz(['conv', '--files-from', 'list.txt', '-k', 'edge3x3', '-n'], { cwd });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout.match(/five\.png/g)!.length).toBeLessThan(4);
    }));

  it('a checkpoint of 50,000 arrays is listed', () =>
    inFolder(async (cwd) => {
      const entry = (i: number) => `"t${i}":{"dtype":"F32","shape":[1],"data_offsets":[${4 * i},${4 * i + 4}]}`;
      const header = Buffer.from(`{${rows(50_000, entry).replaceAll('\n', ',')}}`);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(join(cwd, 'many.safetensors'), Buffer.concat([length, header, Buffer.alloc(200_000)]));
      const run = await cnnviz(['weights', 'many.safetensors'], { cwd });
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout).toContain('50,000 arrays');
    }));
});

describe('networks of 20,000 layers', () => {
  // names were searched for in a time that grew with their square: 200 million look-ups
  for (const [name, content] of [
    ['unnamed.yaml', `layers:\n${'  - relu\n'.repeat(20_000)}`],
    ['objects.json', JSON.stringify({ layers: Array(20_000).fill({ type: 'relu' }) })],
    ['warned.yaml', `layers:\n${'  - !odd relu\n'.repeat(20_000)}`],
  ] as const) {
    it(`${name} is summed up`, () =>
      inFolder(async (cwd) => {
        writeFileSync(join(cwd, name), content);
        const run = await cnnviz(['summary', name, '--size', '1,8,8'], { cwd });
        expect(run.code, run.stderr).toBe(0);
        expect(run.stdout).toContain('relu20000');
      }));
  }

  it('an ONNX file of 20,000 Identity nodes runs: an alias of an alias is no call of a call', () =>
    inFolder(async (cwd) => {
      const count = 20_000;
      const nodes = Array.from({ length: count }, (_, i) =>
        node('Identity', [i === 0 ? 'x' : `a${i}`], [i === count - 1 ? 'y' : `a${i + 1}`]),
      );
      writeFileSync(join(cwd, 'long.onnx'), model({ nodes, inputs: [value('x', 1, FACTS.shape)] }));
      writeFileSync(join(cwd, 'x.npy'), writeNpy(tensor(FACTS.data, FACTS.shape)));
      const run = await cnnviz(['run', 'long.onnx', '--input', 'x=x.npy', '-o', 'y.npy'], { cwd });
      expect(run.code, run.stderr).toBe(0);
    }));

  it('two networks with too many layers to hold each against each are not compared', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.yaml'), `layers:\n${'  - relu\n'.repeat(3000)}`);
      const run = await cnnviz(['compare', 'a.yaml', 'a.yaml', FIVE], { cwd });
      expectRefusal(run, [2], /3,000 and 3,000 layers: too many/);
    }));
});

describe('YAML and JSON', () => {
  it('a file nested too deep is refused where it is too deep', () =>
    inFolder(async (cwd) => {
      const files = {
        'list.json': '['.repeat(50_000),
        'shallow.yaml': `layers: ${'['.repeat(150)}${']'.repeat(150)}`,
        'block.yaml': `layers:\n${'- '.repeat(5000)}a\n`,
      };
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(join(cwd, name), content);
        expectRefusal(await cnnviz(['summary', name], { cwd }), [2], /nested deeper than 100 levels/);
      }
    }));

  it('a key that comes twice is found without comparing all pairs', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'twice.yaml'), 'layers:\n  - {type: relu, name: a, name: b}\n');
      expectRefusal(
        await cnnviz(['summary', 'twice.yaml'], { cwd }),
        [2],
        /twice\.yaml:2:\d+: Map keys must be unique/,
      );
      writeFileSync(
        join(cwd, 'keys.yaml'),
        rows(50_000, (i) => `k${i}: 1`),
      );
      expectRefusal(await cnnviz(['summary', 'keys.yaml'], { cwd }), [2], /unknown key "k0"/);
    }));

  it('a word of a million letters is compared with no other', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'word.yaml'), `layers:\n  - ${'x'.repeat(1_000_000)}\n`);
      const run = await cnnviz(['summary', 'word.yaml'], { cwd });
      expectRefusal(run, [2], /unknown layer "x+ … \([\d,]+ letters left out\) … x+"/);
    }));
});

it('a model with more external files than may be open runs: each is open only while it is read', () =>
  inFolder(async (cwd) => {
    const count = 300;
    const initializers = Array.from({ length: count }, (_, i) => {
      writeFileSync(join(cwd, `w${i}.bin`), new Uint8Array(4));
      return [
        ...number(1, 1),
        ...number(2, 1),
        ...text(8, `w${i}`),
        ...bytes(13, [...text(1, 'location'), ...text(2, `w${i}.bin`)]),
        ...number(14, 1),
      ];
    });
    const nodes = initializers.map((_, i) =>
      node('Add', [i === 0 ? 'x' : `a${i}`, `w${i}`], [i === count - 1 ? 'y' : `a${i + 1}`]),
    );
    writeFileSync(join(cwd, 'm.onnx'), model({ nodes, initializers, inputs: [value('x', 1, FACTS.shape)] }));
    writeFileSync(join(cwd, 'x.npy'), writeNpy(tensor(FACTS.data, FACTS.shape)));
    const { stdout } = await shell(
      'ulimit -n 128; "$NODE" "$BIN" run m.onnx --input x=x.npy -o y.npy 2>&1; echo "exit $?"',
      cwd,
    );
    expect(stdout).toContain('exit 0');
  }));

function shell(script: string, cwd: string): Promise<{ stdout: string }> {
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', script], { cwd, env: { ...process.env, NODE, BIN } }, (error, stdout) =>
      error ? reject(error) : resolve({ stdout }),
    );
  });
}

it.skipIf(process.platform === 'win32')('a working folder that was removed is said to be gone', () =>
  inFolder(async (cwd) => {
    for (const command of [`conv "${FIVE}" -k edge3x3`, 'conv "*.png" -k edge3x3', `run relu "${FIVE}"`]) {
      mkdirSync(join(cwd, 'gone'));
      const { stdout } = await shell(`cd gone; rmdir ../gone; "$NODE" "$BIN" ${command} 2>&1; echo "exit $?"`, cwd);
      expect(stdout).toMatch(/^cnnviz: the working folder does not exist any more\n {2}fix: .*\nexit 2\n$/);
    }
  }),
);

describe('globs', () => {
  const names = [`${'a'.repeat(200)}.png`, 'b.png', 'cat-1.png'];
  it.each([
    [`${'a*'.repeat(40)}b`, 4],
    [`${'*a'.repeat(40)}*.png`, 0],
    [`${'**/'.repeat(40)}c*t*-?.p*g`, 0],
    ['*'.repeat(5000), 2],
    [`${'+(a|*'.repeat(20)}${')'.repeat(20)}.png?`, 2],
    [`${'**/a/'.repeat(9)}*.png`, 2],
  ])('%s ends at once', (glob, code) =>
    inFolder(async (cwd) => {
      for (const name of names) writeFileSync(join(cwd, name), readFileSync(FIVE));
      const run = await cnnviz(['conv', glob, '-k', 'edge3x3', '-n'], { cwd });
      expect(run.code, run.stderr).toBe(code);
    }),
  );

  it('a part with many stars means what it meant', () => {
    const { pattern, matches } = boundedGlob('p*/*a*b*c?.png');
    expect(pattern).toBe('p*/*');
    expect(['p1/xaxbxc1.png', 'p/abc1.png', 'p/abc.png', 'p/acb1.png'].map(matches)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(boundedGlob('{a,b}*/*.{png,jpg}').pattern).toBe('{a,b}*/*.{png,jpg}');
  });

  it('--layers with many stars ends at once', async () => {
    const run = await cnnviz([
      'run',
      'relu name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      FIVE,
      '--layers',
      `${'*a'.repeat(40)}b`,
    ]);
    expectRefusal(run, [2], /no layer is called that/);
  });
});

describe('shards', () => {
  it('a count that no list could hold is refused', async () => {
    for (const text of ['1/9007199254740991', '1/999999999'])
      expect(() => parseShard(text, {})).toThrow('n at most 1000000');
    await inFolder(async (folder) => {
      const head = { cnnviz: '0', manifest: 1, command: 'c', shard: null, inputs: 0, total: 0 };
      writeFileSync(join(folder, 'cnnviz-manifest.1-of-4294967290.jsonl'), `${JSON.stringify(head)}\n`);
      await expect(mergeManifests(folder)).rejects.toThrow('4294967290 shards: expected at most 1000000');
    });
  });
});

describe('the note of a picture that read is given', () => {
  const note = {
    cnnviz: '0.1.0',
    map: 'edge3x3',
    lo: 0,
    hi: 1,
    clipped: { below: 0, above: 0, nan: 0 },
    colormap: 'gray',
    input: { name: 'a.png', sha256: '' },
    args: ['conv', 'a.png'],
  };
  const image = { width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16) } as const;

  it.each<[string, object | string]>([
    ['an infinite scale', JSON.stringify(note).replace('"lo":0', '"lo":-1e999')],
    ['a scale wider than numbers', { lo: -1.7e308, hi: 1.7e308 }],
    ['a scale upside down', { lo: 5, hi: -5 }],
    ['counts that are words', { clipped: { below: 'x', above: {}, nan: [] } }],
    ['no counts', { clipped: null }],
    ['a colour map of the language', { colormap: 'constructor' }],
    ['a prototype', '{"__proto__": {"lo": 0, "hi": 1}}'],
    ['a picture that is no word', { picture: { toString: 1 }, lo: null }],
    ['deep JSON', '['.repeat(50_000)],
  ])('%s is refused', (_, told) =>
    inFolder(async (cwd) => {
      const content = typeof told === 'string' ? told : JSON.stringify({ ...note, ...told });
      writeFileSync(join(cwd, 'm.png'), await encodePng(image, content));
      for (const more of [['--at', '0,0'], ['--recipe'], ['--json'], []]) {
        expectRefusal(
          await cnnviz(['read', 'm.png', ...more], { cwd }),
          [1, 2],
          /m\.png: (the metadata is not|no scale in)/,
        );
      }
    }),
  );

  it('the note itself is read', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'm.png'), await encodePng(image, JSON.stringify(note)));
      expect(await cnnviz(['read', 'm.png', '--at', '0,0'], { cwd })).toMatchObject({ code: 0, stderr: '' });
    }));
});
