import { rename } from 'node:fs/promises';
import { entryLine, headLine, manifestName } from '../../src/batch/manifest.js';
import { npy } from './fixes/arrays.js';
import { type FixCase, testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const PIPE = ['--pipe', 'conv edge3x3 | relu'];
const CHECK = ['check', 'five.png', ...PIPE, '--baseline', 'base'];

/** Two layers whose files would be one on a file system that does not tell A from a. */
const TWINS = 'layers:\n  - {name: a, type: conv, kernel: edge3x3}\n  - {name: A, type: relu}\n';

const ONE = { index: 1, count: 1 };
/** Its name says that a million and one shards are to come. */
const MANY = `out/${manifestName({ index: 1, count: 1_000_001 })}`;
const MANIFEST = [
  headLine({ command: 'a', shard: ONE, inputs: 1, total: 1 }),
  entryLine({ input: 'five.png', sha256: 'b', outputs: [], error: null }),
];

const CASES: readonly FixCase[] = [
  { args: ['check'], says: /cnnviz check/, rule: { line: 0 }, reaches: 1 },
  { args: ['check', 'img/'], says: /cnnviz check/, rule: { line: 0 }, reaches: 1 },
  { args: ['check', 'five.png', ...PIPE], says: /--baseline/, rule: { all: true } },
  { args: [...CHECK, '--network', 'lenet5'], says: /keep one/, rule: { leave: 1 }, reaches: 1 },
  { args: [...CHECK, '--format', 'png'], says: /--update/, rule: { add: 0 } },
  { args: [...CHECK, '--update', '--report', 'r'], says: /--report/, rule: { leave: 0 } },
  { args: [...CHECK, '--update', '--junit', 'j.xml'], says: /--junit/, rule: { leave: 1 } },
  {
    args: [...CHECK, '--tolerance', 'asb=1'],
    before: [[...CHECK, '--update']],
    says: /did you mean/,
    rule: { meant: 'asb' },
  },
  {
    args: [...CHECK, '--tolerance', 'zzzzzzz'],
    before: [[...CHECK, '--update']],
    says: /--tolerance/,
    rule: { add: 0 },
  },
  {
    args: ['check', 'cases.yaml', '--resize', '8'],
    files: { 'cases.yaml': '- {image: five.png, pipe: conv edge3x3, baseline: b}\n' },
    says: /--pipe/,
    rule: () => CHECK,
    reaches: 1,
  },
  {
    args: ['check', 'c.yaml'],
    files: { 'c.yaml': '- {image: five.png, baseline: b}\n' },
    says: /pipe:/,
    rule: write('c.yaml', (fix) => `- {image: five.png, baseline: b, ${/pipe: "[^"]+"/.exec(fix)}}\n`),
    reaches: 1,
  },
  {
    args: ['check', 'c.yaml'],
    files: { 'c.yaml': '- {pipe: conv edge3x3, baseline: b}\n' },
    says: /images:/,
    rule: write(
      'c.yaml',
      (fix) => `- {pipe: conv edge3x3, baseline: b, ${fix.replace('more', 'img').replace('such as ', '')}}\n`,
    ),
    reaches: 1,
  },
  {
    args: ['check', 'c.yaml'],
    files: { 'c.yaml': '- {image: five.png, pipe: conv edge3x3}\n' },
    says: /baseline:/,
    rule: { add: 0 },
    fill: { DIR: 'base' },
    reaches: 1,
  },
  {
    args: ['check', 'img', ...PIPE, '--baseline', 'img'],
    says: /folder of their own/,
    rule: (_, args) => [...args.slice(0, -1), 'base'],
    reaches: 1,
  },
  {
    args: ['check', 'five.png', 'img/five.png', ...PIPE, '--baseline', 'base'],
    says: /baseline/,
    rule: (_, args) => args.filter((arg) => arg !== 'img/five.png'),
    reaches: 1,
  },
  { args: ['diff', 'five.png', 'img/five.png', '-o', 'd.jpg'], says: /-o/, rule: { add: 0 } },
  { args: ['diff', 'five.png', 'img'], says: /two files/, rule: (_, args) => [...args.slice(0, 2), 'img/five.png'] },
  {
    args: ['diff', 'img', 'img', '-o', 'd.png'],
    says: /two files/,
    rule: () => ['diff', 'img/five.png', 'five.png', '-o', 'd.png'],
  },
  {
    args: ['read', 'photo.jpg'],
    says: /read a map/,
    before: [['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.png']],
    rule: () => ['read', 'm.png'],
  },
  {
    args: ['read', 'm.png', '-o', 'x.csv'],
    before: [['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.png']],
    says: /-o/,
    rule: { add: 0 },
    fill: { FILE: 'x' },
  },
  {
    args: ['read', 'm.npy', '--recipe'],
    before: [
      ['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.npy'],
      ['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.png'],
    ],
    says: /\.png/,
    rule: () => ['read', 'm.png', '--recipe'],
  },
  {
    args: ['read', 'm.png', '--at', '9,9'],
    before: [['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.png']],
    says: /x from/,
    rule: (fix, args) => [...args.slice(0, -1), [...fix.matchAll(/to (\d+)/g)].map(([, most]) => most).join()],
  },
  {
    args: ['read', 's.png'],
    before: [
      ['conv', 'five.png', '-k', 'edge3x3', '--sheet', '-o', 's.png'],
      ['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.png'],
    ],
    says: /without --sheet/,
    about: ['conv'],
    rule: () => ['read', 'm.png'],
  },
  {
    args: ['batch', 'merge', 'img'],
    before: [['conv', 'img', '-k', 'edge3x3', '-o', 'out', '--shard', '1/1']],
    says: /--shard/,
    about: ['conv'],
    rule: () => ['batch', 'merge', 'out'],
  },
  { args: ['conv', 'photo.jpg', '-k', 'edge3x3', '--max-pixels', '100'], says: /--max-pixels/, rule: { add: 0 } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--resume'],
    says: /-o FOLDER/,
    rule: { add: 0 },
    fill: { FOLDER: 'out' },
  },
  { args: ['conv', 'five.png', '-k', 'edge3x3', '--shard', '9', '-o', 'out'], says: /--shard/, rule: { add: 0 } },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--shard', 'auto', '-o', 'out'],
    says: /--shard/,
    rule: { add: 0 },
    fill: { 'i/n': '1/1' },
  },
  {
    args: ['conv', 'five.png', '-k', 'edge3x3', '--kernel', 'sobel-x', '-o', 'out', '--timeout', '0.0001'],
    says: /--timeout/,
    rule: { add: 0 },
    fill: { SECONDS: '60' },
  },
  {
    args: ['check', 'five.png', '--network', 'n.yaml', '--baseline', 'base'],
    files: { 'n.yaml': TWINS },
    says: /--layers/,
    rule: (_, args) => [...args, '--layers', 'A'],
    reaches: 1,
  },
  {
    args: ['article', '-o', 'a', '--image', 'five.png'],
    says: /cnnviz conv/,
    rule: () => ['conv', 'five.png', '-k', 'edge3x3'],
  },
  { args: ['article', '-o', 'a', '--only', ','], says: /--only/, rule: { add: 0 } },
  {
    args: ['diff', 'five.png', 'a.npy'],
    files: { 'a.npy': npy([5, 5], new Array(25).fill(0)) },
    says: /map that cnnviz drew/,
    before: [
      ['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.png'],
      ['conv', 'five.png', '-k', 'edge3x3', '-o', 'm.npy'],
    ],
    rule: () => ['diff', 'm.png', 'm.npy'],
  },
  {
    args: ['batch', 'merge', 'out'],
    files: { [MANY]: `${MANIFEST.join('\n')}\n` },
    says: /rename/,
    rule: async (_, args, cwd) => {
      await rename(`${cwd}/${MANY}`, `${cwd}/out/${manifestName(ONE)}`);
      return args;
    },
  },
  {
    args: [...CHECK, '--tolerance', 'abs=0,1'],
    before: [[...CHECK, '--update']],
    says: /--tolerance/,
    rule: { add: 0 },
  },
  {
    args: [...CHECK, '--report', 'base/r'],
    before: [[...CHECK, '--update']],
    says: /--report/,
    rule: { add: 0 },
  },
  {
    args: [...CHECK, '--junit', 'base/j.xml'],
    before: [[...CHECK, '--update']],
    says: /--junit/,
    rule: { add: 0 },
  },
  {
    args: ['head', 'train', 'five.png', '-f', 'conv edge3x3 | relu', '--holdout', '0', '-o', 'my.head'],
    files: { 'labels.csv': 'five.png,a\nimg/bars.png,b\n' },
    says: /--csv/,
    rule: (fix, args) => [...args.filter((arg) => arg !== 'five.png'), ...fix.slice(fix.indexOf('--csv')).split(' ')],
  },
  {
    args: ['conv', '**/a/**/b/**/*.png', '-k', 'edge3x3', '-o', 'out'],
    files: { list: 'five.png\n' },
    says: /--files-from/,
    rule: (fix, [command, , ...rest]) => [
      command,
      ...fix.slice(fix.indexOf('--files-from')).replace('FILE', 'list').split(' '),
      ...rest,
    ],
  },
];

/** Writes a file anew from the fix, and types the command again. */
function write(name: string, text: (fix: string) => string): FixCase['rule'] {
  return async (fix, args, cwd) => {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(`${cwd}/${name}`, text(fix));
    return args;
  };
}

testFixes(PARTS.check, CASES, {
  'src/io/decode.ts: leave --page out': 'test/cli/images-in.test.ts asks for pages that are none',
  'src/batch/shard.ts: number the tasks without gaps, or say --shard i/n':
    'test/batch/shard.test.ts sets the variables of array jobs',
  'src/batch/worker-pool.ts: lower --jobs, or allow more processes, memory or open files (ulimit)':
    'needs a machine that starts no process',
  'src/commands/article/article-folder.ts: choose another folder with -o': 'takes a minute: every figure is drawn',
  'src/commands/check/check-answer.ts: update where you develop and commit the baselines; --force-update does it here all the same':
    'test/cli/check.test.ts sets CI',
  "src/io/paths.ts: download it first: curl -LO '…'": 'needs the web, and another program',
  'src/io/descriptors.ts: save it to a file and name that; or --max-bytes allows more':
    'needs a pipe: test/first-use/nothing-blocked.test.ts has one',
  'src/io/web/request.ts: fetch the file in another way, and name it: cnnviz run NET@FILE photo.jpg':
    'needs a server: test/io/web/download.test.ts has one',
  'src/io/lock.ts: wait for it, write to another folder, or share the work with --shard; if it is gone, remove …':
    'test/faults/runs.test.ts holds the lock',
  'src/io/find/archive-inputs.ts: check it with: tar -tf FILE':
    'needs another program: test/io/tar.test.ts has such a file',
  'src/io/find/labels.ts: expected a folder for each class, or a .cls beside each image; or give a list: --csv labels.csv':
    'needs classes that nobody can guess: test/io/find/labels.test.ts has images that have them',
  'src/io/remote/s3-store.ts: choose another place with -o': 'needs a bucket: test/io/remote/s3-store.test.ts has one',
  'src/io/tar/members.ts: tar -tf … lists what is in it':
    'needs another program: test/io/tar.test.ts asks for such a file',
  'src/io/own-texts.ts: take this file away: cnnviz did not write it': 'needs a line of 64 MB',
  'src/commands/check/check-stage.ts: make it again with --update --format png': 'told as a status, without its fix',
});
