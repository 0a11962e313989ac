import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/main.js';
import { cnnviz, inFolder } from './cnnviz.js';

const present = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** Tests of a shell that is not there are skipped, but never in CI. */
function withShell(shell: string) {
  if (process.env.CI === 'true') return it;
  return it.skipIf(!present(shell));
}

async function script(shell: string, folder: string): Promise<string> {
  const { stdout, code } = await cnnviz(['completion', shell]);
  expect(code).toBe(0);
  const file = join(folder, `cnnviz.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

function bash(file: string, words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const code = `source ${file}; COMP_WORDS=(cnnviz ${quoted}); COMP_CWORD=${words.length}; _cnnviz; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', code], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe('completion (skipped where the shell is not installed)', () => {
  withShell('bash')('bash completes commands, options, kernels and choices', () =>
    inFolder(async (folder) => {
      const file = await script('bash', folder);
      expect(bash(file, ['k'])).toEqual(['kernels']);
      expect(bash(file, ['conv', '--pad'])).toEqual(['--padding', '--padding-mode']);
      expect(bash(file, ['conv', '--kernel', 'edge'])).toEqual(['edge3x3']);
      expect(bash(file, ['conv', '--depth', ''])).toEqual(['8', '16']);
      expect(bash(file, ['completion', 'z'])).toEqual(['zsh']);
      expect(bash(file, ['head', 'tr'])).toEqual(['train']);
      expect(bash(file, ['head', 'train', '--conf'])).toEqual(['--confusion']);
      expect(bash(file, ['he'])).toEqual(['head', 'help']);
      expect(bash(file, ['help', 'ker'])).toEqual(['kernels']);
      expect(bash(file, ['help', 'head', 'tr'])).toEqual(['train']);
    }),
  );

  withShell('fish')('fish completes commands, options, kernels and choices', () =>
    inFolder(async (folder) => {
      const file = await script('fish', folder);
      const fish = (line: string) => {
        const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`], {
          encoding: 'utf8',
          env: { ...process.env, HOME: folder },
        });
        expect(stderr).toBe('');
        return stdout
          .split('\n')
          .filter(Boolean)
          .map((answer) => answer.split('\t')[0]);
      };
      expect(fish('cnnviz k')).toEqual(['kernels']);
      expect(fish('cnnviz conv --pad')).toEqual(['--padding', '--padding-mode']);
      expect(fish('cnnviz conv --kernel edge')).toContain('edge3x3');
      expect(fish('cnnviz completion z')).toEqual(['zsh']);
    }),
  );

  withShell('zsh')('zsh loads the script and defines the completion', () =>
    inFolder(async (folder) => {
      const file = await script('zsh', folder);
      const code = `autoload -U compinit; compinit -u -d ${folder}/dump; source ${file}; print -r -- $_comps[cnnviz]; functions _cnnviz | grep -c edge3x3`;
      const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', code], { encoding: 'utf8', cwd: folder });
      expect(stderr).toBe('');
      // a line of kernels for each command that takes one, and for `kernels` itself
      const taking = (await buildProgram()).commands.filter(({ options }) =>
        options.some(({ long }) => long === '--kernel'),
      );
      expect(stdout.split('\n').slice(0, 2)).toEqual(['_cnnviz', String(taking.length + 1)]);
    }),
  );
});
