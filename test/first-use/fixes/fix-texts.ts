import { lineAt, readSource, type Tree } from '../../architecture/source-text.js';

/** An advice as it stands in the source: one literal; a fix that has two of them by a condition is two. */
export interface FixText {
  readonly path: string;
  readonly line: number;
  /** With … for each part that is filled in. */
  readonly text: string;
  /** What a printed fix looks like that came from here, and what the line before it looks like. */
  readonly pattern: RegExp;
  readonly what: RegExp;
}

const HOLE = '…';

/**
 * Every fix of the program: after `fix:` or `fix =`, as the last argument of a helper called refuse…, or in a constant of
 * the same file that one of these names.
 */
export function fixTexts(tree: Tree): FixText[] {
  return [...tree].flatMap(([path, text]) => {
    const { code, bare } = readSource(text);
    const texts = new Map<number, FixText>();
    const add = (from: number, to: number, what: RegExp) => {
      const literals = literalsIn(code, bare, from, to);
      const named = /^\s*([A-Z][A-Z_]+)\s*$/.exec(code.slice(from, to))?.[1];
      const place = named === undefined ? -1 : code.indexOf(`const ${named} =`);
      if (place >= 0) literals.push(...literalsIn(code, bare, place, endOf(bare, place)));
      for (const { at, parts } of literals) {
        if (parts.join('').trim() === '') continue;
        texts.set(at, { path, line: lineAt(text, at), text: parts.join(HOLE), pattern: patternOf(parts), what });
      }
    };
    for (const { index, 0: head } of bare.matchAll(/\bfix\s*(?::|=(?![>=]))(?!\s*string\b)/g)) {
      add(index + head.length, endOf(bare, index + head.length), whatBefore(code, bare, index));
    }
    for (const { index, 0: head } of bare.matchAll(/\brefuse\w*\(/g)) {
      const [what, ...rest] = argumentsAt(bare, index + head.length);
      const last = rest.at(-1);
      if (last) add(...last, whatOf(code, bare, what));
    }
    return [...texts.values()];
  });
}

/** Where the expression that begins here ends: at a comma, a semicolon or a bracket that it did not open. */
function endOf(bare: string, from: number): number {
  let depth = 0;
  for (let at = from; at < bare.length; at++) {
    const char = bare[at];
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && depth-- === 0) return at;
    else if (depth === 0 && (char === ',' || char === ';')) return at;
  }
  return bare.length;
}

/** The arguments of a call, from behind its bracket. */
function argumentsAt(bare: string, from: number): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (let at = from; ; ) {
    const end = endOf(bare, at);
    if (bare.slice(at, end).trim() !== '') found.push([at, end]);
    if (bare[end] !== ',') return found;
    at = end + 1;
  }
}

/** What the error says whose fix stands here: the second argument of the CnnvizError around it. */
function whatBefore(code: string, bare: string, at: number): RegExp {
  const start = bare.lastIndexOf('new CnnvizError(', at);
  if (start < 0) return /(?:)/;
  const [, what, options] = argumentsAt(bare, start + 'new CnnvizError('.length);
  return what && options && options[0] <= at && at <= options[1] ? whatOf(code, bare, what) : /(?:)/;
}

function whatOf(code: string, bare: string, [from, to]: readonly [number, number]): RegExp {
  const literals = literalsIn(code, bare, from, to);
  if (literals.length === 0) return /(?:)/;
  return new RegExp(literals.map(({ parts }) => patternOf(parts).source.replace(/^\^|\$$/g, '')).join('|'), 's');
}

function patternOf(parts: readonly string[]): RegExp {
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('.*')}$`, 's');
}

/** The literals of an expression that are not inside another one's ${…}, and not what something is compared with. */
function literalsIn(code: string, bare: string, from: number, to: number): { at: number; parts: string[] }[] {
  const found: { at: number; parts: string[] }[] = [];
  for (let at = from; at < to; at++) {
    const quote = bare[at];
    if (quote === "'" || quote === '"') {
      const end = bare.indexOf(quote, at + 1);
      const isCompared = /[=!]==\s*$/.test(bare.slice(from, at)) || /^\s*[=!]==/.test(bare.slice(end + 1, to));
      const isJoined = /\bjoin\($/.test(bare.slice(from, at));
      if (!isCompared && !isJoined) found.push({ at, parts: [unescaped(code.slice(at + 1, end))] });
      at = end;
    } else if (quote === '`') {
      const { parts, end } = templateAt(code, bare, at);
      found.push({ at, parts });
      at = end;
    }
  }
  return found;
}

function templateAt(code: string, bare: string, start: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let from = start + 1;
  for (let at = from; at < bare.length; at++) {
    if (bare[at] === '`') return { parts: [...parts, unescaped(code.slice(from, at))], end: at };
    if (bare.startsWith('${', at)) {
      parts.push(unescaped(code.slice(from, at)));
      at = endOf(bare, at + 2);
      while (bare[at] !== '}') at = endOf(bare, at + 1);
      from = at + 1;
    }
  }
  return { parts, end: bare.length };
}

function unescaped(text: string): string {
  return text
    .replace(/\\u\{?([0-9a-f]+)\}?/gi, (_, hex) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/\\(.)/g, '$1');
}
