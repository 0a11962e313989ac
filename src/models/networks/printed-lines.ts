import { CnnvizError } from '../../core/errors.js';

/** "Net(", behind what a notebook, a prompt or a log puts before it; not "(features): Sequential(". */
const START = /^(|.*[\s:>|#\]])([A-Za-z_]\w*)\(\s*$/;
const INNER = /\([\w-]+\): [A-Za-z_]\w*\(/;

/** The lines of a text; those of print(model) begin at `start`, with `prefix` before each. */
export interface PrintedLines {
  readonly lines: readonly string[];
  readonly start: number;
  /** Of the first line: "Out[3]: ". */
  readonly prefix: string;
}

/** Where the text of print(model) begins in another text, such as a log; null when it holds none. */
export function findPrinted(text: string): PrintedLines | null {
  const lines = text.split(/\r\n|\r|\n/);
  const start = lines.findIndex((_, i) => startsAt(lines, i));
  return start < 0 ? null : { lines, start, prefix: START.exec(lines[start])![1] };
}

function startsAt(lines: readonly string[], i: number): boolean {
  return START.test(lines[i]) && !INNER.test(lines[i]) && INNER.test(lines[i + 1] ?? '');
}

/**
 * The lines of the model, numbered from 1 as in the whole text, without indentation and without a prefix that stands
 * before all of them. What follows the bracket that closes the model is left out.
 * @throws CnnvizError 'format' when a second model follows
 */
export function printedLines({
  lines,
  start,
  prefix,
}: PrintedLines): { readonly line: string; readonly number: number }[] {
  const found: { line: string; number: number }[] = [];
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const isFirst = i === start;
    const line = (isFirst || lines[i].startsWith(prefix) ? lines[i].slice(prefix.length) : lines[i]).trim();
    if (line === '') continue;
    found.push({ line, number: i + 1 });
    if (line.endsWith('(')) depth++;
    if (line === ')') depth--;
    if (depth > 0) continue;
    const second = lines.findIndex((_, at) => at > i && startsAt(lines, at));
    if (second < 0) break;
    throw new CnnvizError('format', `line ${second + 1}: a second model begins`, {
      fix: 'keep one print(model) in the file',
    });
  }
  return found;
}
