import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cnnviz, IMAGES, inFolder } from './cnnviz.js';

interface Variant {
  readonly properties: { readonly command: { readonly const: string } };
  readonly required: readonly string[];
}

const schema = JSON.parse(readFileSync(new URL('../../docs/batch-record.schema.json', import.meta.url), 'utf8'));

/** Two good images and a bad one in `in`, one of the good ones done before. */
const COMMANDS: readonly [string, string[]][] = [
  ['conv', ['conv', 'in', '-k', 'edge3x3']],
  ['run', ['run', 'conv edge3x3 | relu', 'in', '--layers', 'relu']],
  ['preprocess', ['preprocess', 'in', '--preset', 'none']],
];

describe('--jsonl', () => {
  it.each(COMMANDS)('of %s has the keys of its schema, whether an input was done, failed or skipped', (command, args) =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in'));
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'in/a.png'));
      writeFileSync(join(cwd, 'in/bad.png'), 'no image');
      expect(await cnnviz([...args, '-o', 'out'], { cwd })).toMatchObject({ code: 1 });
      copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'in/c.png'));
      const { code, stdout, stderr } = await cnnviz([...args, '-o', 'out', '--resume', '--jsonl', '-q'], { cwd });
      expect([code, stderr]).toEqual([1, expect.stringContaining('in/bad.png: not an image')]);
      const records = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const variant = schema.oneOf.find(({ properties }: Variant) => properties.command.const === command) as Variant;
      const keys = [...schema.required, ...variant.required].sort();
      for (const record of records) expect(Object.keys(record).sort()).toEqual(keys);
      const statuses = Object.fromEntries(records.map(({ path, status }) => [path, status]));
      expect(statuses).toEqual({ 'in/a.png': 'skipped', 'in/bad.png': 'failed', 'in/c.png': 'done' });
      const { input, outputs } = records.find(({ status }) => status === 'done');
      expect(Object.keys(input).sort()).toEqual([...schema.properties.input.required].sort());
      const { required, properties } = schema.properties.outputs.items;
      expect(Object.keys(outputs[0])).toEqual(expect.arrayContaining(required));
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(outputs[0])));
      const { error } = records.find(({ status }) => status === 'failed');
      expect(schema.properties.error.properties.code.enum).toContain(error.code);
    }),
  );

  it('comes as the inputs finish, not in their order; --json in their order', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in'));
      copyFileSync(join(IMAGES, 'plane.png'), join(cwd, 'in/a.png'));
      for (const name of ['b', 'c', 'd']) copyFileSync(join(IMAGES, 'five.png'), join(cwd, `in/${name}.png`));
      const args = ['conv', 'in', '-k', 'edge3x3', '-o', 'out', '-j', '1'];
      const lines = (await cnnviz([...args, '--jsonl'], { cwd })).stdout.trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).path).sort()).toEqual([
        'in/a.png',
        'in/b.png',
        'in/c.png',
        'in/d.png',
      ]);
      expect(JSON.parse(lines[0]).path).toBe('in/b.png');
      const { results } = JSON.parse((await cnnviz([...args, '--json'], { cwd })).stdout);
      expect(results.map(({ path }: { path: string }) => path)).toEqual([
        'in/a.png',
        'in/b.png',
        'in/c.png',
        'in/d.png',
      ]);
    }));

  it('and --json exclude each other', async () => {
    const { code, stderr } = await cnnviz(['conv', 'x.png', '-k', 'edge3x3', '--json', '--jsonl']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--json and --jsonl exclude each other')]);
  });
});

it('says once what helps against all failures of a batch, and nothing where they differ', () =>
  inFolder(async (cwd) => {
    mkdirSync(join(cwd, 'in'));
    copyFileSync(join(IMAGES, 'five.png'), join(cwd, 'in/good.png'));
    for (const name of 'abc') writeFileSync(join(cwd, `in/${name}.png`), 'no image');
    const args = ['conv', 'in', '-k', 'edge3x3', '-o', 'out'];
    const alike = await cnnviz(args, { cwd });
    expect([alike.code, alike.stderr.match(/fix: .*/g)]).toEqual([1, [expect.stringContaining('JPEG, PNG')]]);
    writeFileSync(join(cwd, 'in/a.png'), readFileSync(join(IMAGES, 'plane.png')).subarray(0, 2000));
    const apart = await cnnviz(args, { cwd });
    expect([apart.stderr, apart.stderr.match(/in\/.\.png: /g)?.length]).toEqual([
      expect.not.stringContaining('fix:'),
      3,
    ]);
  }));
