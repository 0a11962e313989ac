import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/completion.js';
import { cnnviz, inFolder } from './cnnviz.js';

const present = (program: string, args: string[]) => spawnSync(program, args).status === 0;

/** Tests of a shell that is not there are skipped, but never in CI. */
function withShell(shell: string, pty = false) {
  if (process.env.CI === 'true') return it;
  return it.skipIf(!present(shell, ['-c', 'exit 0']) || (pty && !present('script', ['--version'])));
}

/** The script as the command prints it, with a folder and a photo beside it to complete. */
async function prepare(shell: string, folder: string, name: string): Promise<void> {
  const { stdout, code } = await cnnviz(['completion', shell]);
  expect(code).toBe(0);
  writeFileSync(join(folder, name), stdout);
  expect(spawnSync(shell, ['-n', join(folder, name)]).status).toBe(0);
  writeFileSync(join(folder, 'my photo.png'), '');
  mkdirSync(join(folder, 'folder'));
}

/** What is typed, with \t for the TAB key, and the words the command then gets. */
const TYPED = [
  ['kern\t sobel-\tx', ['kernels', 'sobel-x']],
  ['--vers\t', ['--version']],
  ['conv --kernel edg\t', ['conv', '--kernel', 'edge3x3']],
  ['conv -k log\t', ['conv', '-k', 'log5']],
  ['conv --kernel=outl\t', ['conv', '--kernel=outline3x3']],
  ['conv --padding-m\t refl\t my\t', ['conv', '--padding-mode', 'reflect', 'my photo.png']],
  ['conv --out my\t', ['conv', '--out', 'my photo.png']],
  // a number is no file
  ['conv --stride my\t', ['conv', '--stride', 'my']],
  ['completion z\t', ['completion', 'zsh']],
  ['demo my\t', ['demo', 'my']],
] as const;

/** Types into an interactive shell on a terminal of its own; the words that `cnnviz` was called with, line by line. */
function type(shell: string, folder: string, setup: string): string[][] {
  const echo = `cnnviz() { printf '<'; printf '%s|' "$@"; printf '>\\n'; }`;
  const keys = [setup, echo, ...TYPED.map(([line]) => `cnnviz ${line}`), 'exit', ''].join('\n');
  const { stdout } = spawnSync('script', ['-qec', shell, '/dev/null'], {
    encoding: 'utf8',
    input: keys,
    cwd: folder,
    env: { ...process.env, TERM: 'dumb', HOME: folder },
  });
  return [...stdout.matchAll(/^<(.*)\|>\r?$/gm)].map(([, words]) => words.split('|'));
}

describe('completion (skipped where the shell is not installed)', () => {
  withShell('bash', true)('bash completes what is typed', () =>
    inFolder(async (folder) => {
      await prepare('bash', folder, 'cnnviz.bash');
      const got = type('bash --norc --noprofile -i', folder, 'source ./cnnviz.bash');
      expect(got).toEqual(TYPED.map(([, words]) => words));
    }),
  );

  withShell('zsh', true)('zsh completes what is typed', () =>
    inFolder(async (folder) => {
      await prepare('zsh', folder, '_cnnviz');
      const got = type('zsh -f -i', folder, 'fpath=($PWD $fpath); autoload -U compinit; compinit -u -D');
      expect(got).toEqual(TYPED.map(([, words]) => words));
    }),
  );

  withShell('bash')('bash lists every candidate', () =>
    inFolder(async (folder) => {
      await prepare('bash', folder, 'cnnviz.bash');
      const list = (...words: string[]) => {
        const line = words.map((word) => `'${word}'`).join(' ');
        const code = `source ./cnnviz.bash; COMP_WORDS=(cnnviz ${line}); COMP_CWORD=${words.length}; _cnnviz; printf '%s\\n' "\${COMPREPLY[@]}"`;
        const { stdout, stderr } = spawnSync('bash', ['-c', code], { encoding: 'utf8', cwd: folder });
        expect(stderr).toBe('');
        return stdout.split('\n').filter(Boolean);
      };
      expect(list('conv', '--pad')).toEqual(['--padding', '--padding-mode']);
      expect(list('conv', '--depth', '')).toEqual(['8', '16']);
      expect(list('conv', '--depth', '=')).toEqual(['8', '16']);
      expect(list('conv', '--depth', '=', '1')).toEqual(['16']);
    }),
  );

  withShell('fish')('fish lists every candidate', () =>
    inFolder(async (folder) => {
      await prepare('fish', folder, 'cnnviz.fish');
      const list = (line: string) => {
        const code = `source ./cnnviz.fish; complete -C 'cnnviz ${line}'`;
        const env = { ...process.env, HOME: folder };
        const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', code], {
          encoding: 'utf8',
          cwd: folder,
          env,
        });
        expect(stderr).toBe('');
        return stdout
          .split('\n')
          .filter(Boolean)
          .map((answer) => answer.split('\t')[0]);
      };
      expect(list('k')).toEqual(['kernels']);
      expect(list('--vers')).toEqual(['--version']);
      expect(list('conv --pad')).toEqual(['--padding', '--padding-mode']);
      expect(list('conv --kernel edge')).toEqual(['edge3x3']);
      expect(list('conv -k fold')).toEqual(['folder/']);
      expect(list('conv --depth ').sort()).toEqual(['16', '8']);
      expect(list('conv --stride my')).toEqual([]);
      expect(list('conv my')).toEqual(['my photo.png']);
      expect(list('kernels edge')).toEqual(['edge3x3']);
      expect(list('completion z')).toEqual(['zsh']);
      expect(list('demo my')).toEqual([]);
    }),
  );

  const CALLS = {
    bash: "COMP_WORDS=(cnnviz conv --k) COMP_CWORD=2; _cnnviz; COMP_WORDS=(cnnviz '') COMP_CWORD=1; _cnnviz",
    zsh: "words=(cnnviz conv ''); CURRENT=3; _cnnviz; words=(cnnviz ''); CURRENT=2; _cnnviz",
    fish: "complete -C 'cnnviz '; complete -C 'cnnviz conv --k'",
  };
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    withShell(shell)(`${shell} runs nothing that a description says`, () =>
      inFolder(async (folder) => {
        const trap = `it's "$(touch trap)" \`touch trap\` (touch trap) [a]: \\ %s\nend`;
        const program = new Command('cnnviz');
        program.command('conv').summary(trap).argument('[files...]').addOption(new Option('-k, --kernel <k>', trap));
        writeFileSync(join(folder, 'script'), completionScript(shell, program, {}));
        const stubs = shell === 'zsh' ? 'compdef() {}; _arguments() {}; _describe() {}; ' : '';
        const code = `${stubs}source ./script; ${CALLS[shell]}; test ! -e trap`;
        const { status, stderr } = spawnSync(shell, ['-c', code], { encoding: 'utf8', cwd: folder });
        expect([status, stderr]).toEqual([0, '']);
      }),
    );
  }
});
