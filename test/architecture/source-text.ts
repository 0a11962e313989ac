/** Paths relative to the project, `/` between folders, each with the file's text. */
export type Tree = ReadonlyMap<string, string>;

/** One file as the guards see it; all three texts have the same length, so offsets and lines agree. */
export interface SourceText {
  readonly text: string;
  /** Comments blanked. */
  readonly code: string;
  /** Comments and the insides of strings, templates and regular expressions blanked. */
  readonly bare: string;
}

/** Where a `/` starts a regular expression and not a division: after these, or at the start of the file. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|throw|void|await|yield))$/;

const LITERAL = {
  "'": /'(?:[^'\\\n]|\\[\s\S])*'?/y,
  '"': /"(?:[^"\\\n]|\\[\s\S])*"?/y,
  '/': /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y,
} as const;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const TEMPLATE_PIECE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;

/** Splits TypeScript into code, comments and literals; a scanner, not a parser: enough for import lines and names. */
export function readSource(text: string): SourceText {
  let code = '';
  let bare = '';
  let at = 0;
  /** Braces open inside each `${` that is open; a `}` at 0 returns to its template. */
  const templates: number[] = [];
  const take = (length: number, keepInCode: boolean, keepInBare: boolean): void => {
    const piece = text.slice(at, at + length);
    const blank = piece.replace(/[^\n]/g, ' ');
    code += keepInCode ? piece : blank;
    bare += keepInBare ? piece : blank;
    at += length;
  };
  const takeTemplate = (): void => {
    take(matchLength(TEMPLATE_PIECE, text, at), true, false);
    if (text[at] === '`') take(1, true, true);
    else if (at < text.length) {
      take(2, true, true);
      templates.push(0);
    }
  };

  while (at < text.length) {
    const char = text[at];
    const comment = char === '/' ? matchLength(COMMENT, text, at) : 0;
    if (comment > 0) {
      take(comment, false, false);
      continue;
    }
    if (char === '`') {
      take(1, true, true);
      takeTemplate();
      continue;
    }
    if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      take(1, true, true);
      takeTemplate();
      continue;
    }
    const isLiteral = char === "'" || char === '"' || (char === '/' && BEFORE_REGEX.test(bare.slice(-200).trimEnd()));
    const literal = isLiteral ? matchLength(LITERAL[char], text, at) : 0;
    if (literal > 1) {
      const closing = char === '/' ? 0 : 1;
      take(1, true, true);
      take(literal - 1 - closing, true, false);
      take(closing, true, true);
      continue;
    }
    if (templates.length > 0 && (char === '{' || char === '}'))
      templates[templates.length - 1] += char === '{' ? 1 : -1;
    take(1, true, true);
  }
  return { text, code, bare };
}

/** The line, from 1, on which an offset lies. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function matchLength(sticky: RegExp, text: string, at: number): number {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0].length ?? 0;
}
