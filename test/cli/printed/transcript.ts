import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cnnviz, IMAGES } from '../cnnviz.js';
import { warmProcess } from '../warm-process.js';

const STORE = fileURLToPath(new URL('../../../fixtures/expected/printed/', import.meta.url));
const MODELS = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url));
const LABELS =
  'brick.png,things\ncoffee.png,things\nplane.png,things\nchelsea.png,animals\nrocket.jpg,animals\nfive.png,animals\n';
/** A guard against hanging. */
const HANG_MS = 50_000;
const storing = process.env.CNNVIZ_FREEZE === '1';

/**
 * Compares what commands print for people, word for word and number for number, with a transcript: a paragraph for each,
 * "$ command", then its lines ("#" for what --profile measures); "! " stands before those of stderr, "exit" before a code that is not 0. They run in one
 * folder, and one process, one after the other. `npm run freeze` writes it anew.
 */
export function comparesWith(transcript: string): void {
  const path = join(STORE, transcript);
  const paragraphs = readFileSync(path, 'utf8')
    .trimEnd()
    .split(/\n\n(?=\$ )/)
    .map((paragraph) => ({ paragraph, command: paragraph.split('\n')[0] }));
  const found: string[] = [];
  const warm = warmProcess(HANG_MS);
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cnnviz-printed-'));
    cpSync(IMAGES, folder, { recursive: true });
    for (const name of ['networks/digits.txt', 'networks/digits.pth', 'onnx/lenet-16.onnx']) {
      copyFileSync(MODELS + name, join(folder, name.split('/')[1]));
    }
    writeFileSync(join(folder, 'labels.csv'), LABELS);
  });
  afterAll(() => {
    warm.end();
    rmSync(folder, { recursive: true, force: true });
    if (storing) writeFileSync(path, `${found.join('\n\n')}\n`);
  });

  it.each(paragraphs)('$command', async ({ paragraph, command }) => {
    const words = wordsOf(command);
    const { stdout, stderr, code } = (await warm.run(words, folder)) ?? (await cnnviz(words, { cwd: folder }));
    const end = code === 0 ? [] : [`exit ${code}`];
    const printed = [
      command,
      ...linesOf(stdout, ''),
      ...linesOf(words.includes('--profile') ? timeless(stderr) : stderr, '! '),
      ...end,
    ].join('\n');
    found.push(printed);
    if (!storing) expect(printed).toBe(paragraph);
  });
}

/** A table of times, whose numbers and columns differ from run to run: each number that stands alone is "#". */
function timeless(text: string): string {
  return text.replace(/(?<=\S) +/g, ' ').replace(/(?<![^\s])[\d.,]+(?= |$)/gm, '#');
}

/** The words of "$ cnnviz a 'b c'". */
function wordsOf(command: string): string[] {
  const words = command.slice('$ cnnviz '.length).matchAll(/'([^']*)'|(\S+)/g);
  return [...words].map(([, quoted, plain]) => quoted ?? plain);
}

/** How far a long command is, said where it takes its time. */
const PROGRESS = /^(?:\d+\/\d+|\d+ %)(?: {3}.*)?\n/gm;

/** Times are those of the machine. */
function linesOf(text: string, mark: string): string[] {
  const lines = text
    .replaceAll(PROGRESS, '')
    .replaceAll(/(?:\d+ min )?\d+(?:\.\d+)? s(?: \(\d[\d.,]*\/s\))?$/gm, '… s')
    .split('\n')
    .slice(0, -1);
  return lines.map((line) => `${mark}${line}`.trimEnd());
}
