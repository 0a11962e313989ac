import { describe, expect, it } from 'vitest';
import { importsOf } from '../architecture/imports.js';
import { projectFiles, readTexts } from '../architecture/project.js';
import { lineAt, readSource, type Tree } from '../architecture/source-text.js';
import { COMMANDS, faultsIn } from './fixes/commands.js';
import { fixTexts } from './fixes/fix-texts.js';
import { typedFixes } from './fixes/follow.js';
import { FOREIGN, PARTS } from './fixes/parts.js';

const sources = readTexts(projectFiles().filter((path) => /^src\/.*\.ts$/.test(path)));

/** Texts that name flags of other commands than the one they are printed for, with the reason. */
const OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  // the commands whose images are queued
  'src/batch/farm/join.ts': ['--resume'],
  'src/batch/farm/submit.ts': ['-o', '--format', '--shard'],
  'src/commands/farm/cancel.ts': ['--resume'],
  'src/commands/farm/farm-words.ts': ['--resume'],
  'src/commands/farm/take-order.ts': ['--shard', '--no-clobber', '--skip-existing'],
  // the runs whose manifests are merged
  'src/commands/batch/merge-manifests.ts': ['--shard'],
  // the command that made the picture which is read
  'src/run/read-map.ts': ['--sheet', '--strip'],
  'src/commands/layer/read.ts': ['--depth', '--format'],
  // the runs whose layers are compared by hand
  'src/commands/network/compare-networks.ts': ['--layers', '--maps'],
  // what keeps the moments of a training
  'src/commands/explore/explore-flags.ts': ['--checkpoints'],
  'src/commands/explore/explore.ts': ['--checkpoints'],
  // what takes kernels that were written as numbers
  'src/commands/network/filters.ts': ['--kernel'],
};

/** Code for shells, and commands that their own tests run: the article's rows, the demo's. */
const NO_ADVICE = /^src\/commands\/(?:start\/[\w-]+\.ts|article\/rows\/)/;

/** What every command is framed by: it tells of a flag where the command has it. */
const OF_ALL = /^src\/cli\/(?:frame|standard-flags|output|flags)\.ts$/;

/** The commands that reach a file: each begins in a folder of src/commands and imports what its action needs. */
function commandsByFile(tree: Tree): Map<string, Set<string>> {
  const reached = new Map<string, Set<string>>();
  for (const start of tree.keys()) {
    const name = /^src\/commands\/[\w-]+\/([\w-]+)\.ts$/.exec(start)?.[1];
    const own = [...COMMANDS.keys()].filter((command) => command.split(' ')[0] === name);
    if (own.length === 0) continue;
    const queue = [start];
    const seen = new Set(queue);
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      for (const command of own) reached.set(file, (reached.get(file) ?? new Set()).add(command));
      for (const { target } of importsOf(file, tree.get(file)!)) {
        if (target === null || !tree.has(target) || seen.has(target)) continue;
        seen.add(target);
        queue.push(target);
      }
    }
  }
  return reached;
}

/** Every text of a file that names a command or a flag, literals whole. */
function texts(text: string): { at: number; text: string }[] {
  const { code, bare } = readSource(text);
  const found: { at: number; text: string }[] = [];
  for (const { index, 0: quoted } of bare.matchAll(/(['"`])[^'"`]*\1/g)) {
    const words = code.slice(index + 1, index + quoted.length - 1).replaceAll('\\`', '`');
    if (words.includes(' ') && !words.includes('color-scheme') && /\bcnnviz |(?<![\w/.-])--?[a-zA-Z]/.test(words)) {
      found.push({ at: index, text: words.replace(/\$\{\s*\}/g, '…').replaceAll('\\n', '\n') });
    }
  }
  return found;
}

describe('advice', () => {
  it('names commands that exist, with flags that they have', () => {
    const reached = commandsByFile(sources);
    const faults = [...sources].flatMap(([path, text]) => {
      const commands = [...((OF_ALL.test(path) ? null : reached.get(path)) ?? COMMANDS.keys())];
      if (NO_ADVICE.test(path)) return [];
      return texts(text).flatMap((one) =>
        faultsIn(one.text, commands)
          .filter((fault) => !OF_OTHERS[path]?.some((flag) => fault.startsWith(`${flag}:`)))
          .map((fault) => `${path}:${lineAt(text, one.at)}: ${fault}`),
      );
    });
    expect(faults).toEqual([]);
  });

  it('is answered for by one table of cases', () => {
    const typed = [...new Set(typedFixes(/./).map(({ path }) => path))];
    const owners = (path: string) => Object.values(PARTS).filter((part) => part.test(path)).length;
    expect(typed.length).toBeGreaterThan(50);
    expect(typed.filter((path) => owners(path) !== (FOREIGN.test(path) ? 0 : 1))).toEqual([]);
  });

  it('is seen to be checked', () => {
    expect(faultsIn('add --jbos 2', ['conv'])).toEqual(['--jbos: none of conv has it']);
    expect(faultsIn('cnnviz covn a.png', ['conv'])).toEqual(['"cnnviz covn a.png": no such command']);
    expect(faultsIn('`cnnviz kernels --stride 2` helps', ['conv'])).toEqual([
      '"cnnviz kernels --stride 2": kernels has no --stride',
    ]);
    expect(faultsIn('cnnviz help nosuch', ['conv'])).toEqual(['"cnnviz help nosuch": no such command']);
    expect(faultsIn('cnnviz photo.jpg --csv x', ['conv'])).toEqual(['"cnnviz photo.jpg --csv x": conv has no --csv']);
    expect(faultsIn('python -m x --y a, then: cnnviz run a.onnx --stirde 2', ['conv'])).toEqual([
      '"cnnviz run a.onnx --stirde 2": run has no --stirde',
    ]);
    expect(faultsIn('ffmpeg -i a.heic b.png; then --jbos 2', ['conv'])).toEqual(['--jbos: none of conv has it']);
    expect(faultsIn('curl -LO x, or add --jbos 2', ['conv'])).toEqual(['--jbos: none of conv has it']);
    expect(faultsIn('the node is not known: add --jbos 2', ['conv'])).toEqual(['--jbos: none of conv has it']);
    expect(faultsIn('leave --csv out, or cnnviz conv a.png --stride 2', ['head predict', 'head train'])).toEqual([]);
    const planted = new Map([
      [
        'src/a.ts',
        `const FIX = 'say --x';\nthrow new CnnvizError('usage', \`\${a}: no\`, { fix: near ? FIX : \`y \${b} z\` });`,
      ],
      ['src/b.ts', `refuse('that is bad', c ? 'do this' : 'do that');\nrefuse(what, FIX);\nconst FIX = 'again';`],
    ]);
    expect(fixTexts(planted).map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([
      'src/a.ts:2: y … z',
      'src/b.ts:1: do this',
      'src/b.ts:1: do that',
      'src/b.ts:3: again',
    ]);
  });
});
