import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, IMAGES, inFolder, NODE } from './cnnviz.js';

const present = spawnSync('tmux', ['-V']).status === 0;
/** Skipped where tmux is not installed, but never in CI. */
const withTmux = process.env.CI === 'true' ? it : it.skipIf(!present);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A real terminal of 100×24; `type` sends keys, `until` waits for words on the screen. */
async function inTerminal(cwd: string, use: (terminal: Terminal) => Promise<void>): Promise<void> {
  const tmux = (...args: string[]) =>
    spawnSync('tmux', ['-L', `cnnviz-${process.pid}`, ...args], { encoding: 'utf8', cwd });
  tmux('new-session', '-d', '-s', 't', '-x', '100', '-y', '24', 'env', 'PS1=$ ', 'bash', '--norc');
  const screen = () => tmux('capture-pane', '-t', 't', '-p').stdout;
  try {
    await use({
      type: (...keys) => {
        tmux('send-keys', '-t', 't', ...keys);
      },
      until: async (words) => {
        let shown = screen();
        for (let round = 0; round < 400 && !words.test(shown); round++) {
          await pause(50);
          shown = screen();
        }
        expect(shown).toMatch(words);
        return shown;
      },
      cursorShown: () => tmux('display-message', '-t', 't', '-p', '#{cursor_flag}').stdout.trim() === '1',
    });
  } finally {
    tmux('kill-server');
  }
}

interface Terminal {
  type: (...keys: string[]) => void;
  until: (words: RegExp) => Promise<string>;
  cursorShown: () => boolean;
}

describe('on a terminal (skipped where tmux is not installed)', () => {
  withTmux('a folder has a bar while it runs and a summary below its lines afterwards', () =>
    inFolder(async (cwd) => {
      mkdirSync(join(cwd, 'in'));
      for (let i = 10; i < 40; i++) copyFileSync(join(IMAGES, 'chelsea.png'), join(cwd, `in/${i}.png`));
      await inTerminal(cwd, async ({ type, until, cursorShown }) => {
        type(`${NODE} ${BIN} conv in -p 9,9,64,64 --exact -o out; echo code $?`, 'Enter');
        await until(/█.*\d+\/30 +[\d.]+\/s +ETA \d+:\d\d/);
        const screen = await until(/code 0/);
        expect(screen).toMatch(/in\/39\.png → .*\n30 written, 0 failed, .* s \(.*\/s\)\ncode 0/);
        expect(screen).not.toContain('█');
        expect(cursorShown()).toBe(true);
      });
    }),
  );

  withTmux('Ctrl-C in a long convolution gives the prompt and the cursor back, with nothing left behind', () =>
    inFolder(async (cwd) => {
      await inTerminal(cwd, async ({ type, until, cursorShown }) => {
        type(
          `${NODE} ${BIN} conv ${join(IMAGES, 'plane.png')} -p 90,90,300,250 --exact -o o.npy; echo code $?`,
          'Enter',
        );
        await until(/█.* %/);
        type('C-c');
        type('echo ended', 'Enter');
        const screen = await until(/^ended/m);
        expect(screen).not.toContain('wrote');
        expect(cursorShown()).toBe(true);
        expect(readdirSync(cwd)).toEqual([]);
      });
    }),
  );
});
