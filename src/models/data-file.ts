import { isCollection, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { atPlace, CnnvizError } from '../core/errors.js';
import { nearestName } from '../core/names.js';

/** Where a value stands: "net.yaml:7:5". */
export type Where = (path: readonly (string | number)[]) => string;

/** A YAML or JSON text as plain data, and where each part of it stands. */
export interface DataFile {
  readonly data: unknown;
  readonly where: Where;
}

/** What kind of file is read: "network files are YAML or JSON: see docs/network-files.md". */
interface DataFileKind {
  readonly plural: string;
  readonly docs: string;
}

/** More levels than any network or case has; what lies deeper overflows the stack of whoever looks into it. */
const DEEPEST = 100;
const TOO_DEEP = `nested deeper than ${DEEPEST} levels`;

/**
 * Reads YAML or JSON. One whose aliases unfold to much more than it is, is refused.
 * @throws CnnvizError 'format' with file, line and column
 */
export function readDataFile(text: string, fileName: string, { plural, docs }: DataFileKind): DataFile {
  const lines = new LineCounter();
  // its own search for keys that come twice compares all pairs, and warnings copy the lines around them
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const fault = document.errors[0] ?? keyTwice(document.contents);
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new CnnvizError('format', `${fileName}:${line}:${col}: ${faultWords(fault.message)}`, {
      fix: `${plural} are YAML or JSON: see ${docs}`,
    });
  }
  const where: Where = (path) => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
      if (!node?.range) continue;
      const { line, col } = lines.linePos(node.range[0]);
      return `${fileName}:${line}:${col}`;
    }
    return `${fileName}:1:1`;
  };
  return { data: placed(`${fileName}:1:1`, () => toData(document)), where };
}

function faultWords(message: string): string {
  return message.startsWith('Maximum call stack') ? TOO_DEEP : message.split('\n')[0];
}

interface Fault {
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** The first key that a map holds twice, or the first place that lies too deep. */
function keyTwice(root: unknown): Fault | null {
  const open = [{ node: root, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (!isCollection(node)) continue;
    if (depth > DEEPEST) return { message: TOO_DEEP, pos: placeOf(node) };
    const keys = new Set<unknown>();
    for (const item of node.items) {
      if (!isPair(item)) {
        open.push({ node: item, depth: depth + 1 });
        continue;
      }
      if (isScalar(item.key)) {
        if (keys.has(item.key.value)) return { message: 'Map keys must be unique', pos: placeOf(item.key) };
        keys.add(item.key.value);
      }
      open.push({ node: item.key, depth: depth + 1 }, { node: item.value, depth: depth + 1 });
    }
  }
  return null;
}

function placeOf({ range }: { range?: [number, number, number] | null }): [number, number] {
  return [range?.[0] ?? 0, range?.[1] ?? 0];
}

function toData(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new CnnvizError('format', 'its aliases unfold to too much', { fix: 'write them out', cause });
  }
}

/** A key that is not known, with the one that was probably meant. */
export function unknownKey(place: string, key: string, known: readonly string[]): CnnvizError {
  const near = nearestName(key, known);
  return new CnnvizError('usage', `${place}: unknown key "${key}"`, {
    fix: `${near ? `did you mean ${near}? ` : ''}keys: ${known.join(', ')}`,
  });
}

/** The deepest fault zod found, with its place. */
export function schemaFault(error: z.ZodError, where: Where, docs: string): CnnvizError {
  const deepest = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue => {
    const [issue] = issues;
    if (issue.code !== 'invalid_union') return issue;
    const inner = issue.errors.map(deepest).sort((a, b) => b.path.length - a.path.length)[0];
    return inner && inner.path.length > 0 ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
  };
  const { path, message } = deepest(error.issues);
  const place = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return new CnnvizError('usage', `${where(path as (string | number)[])}: ${place || 'the file'}: ${message}`, {
    fix: `see ${docs}`,
  });
}

/** Runs something; an error of it gets this place in front. */
export function placed<T>(place: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw atPlace(place, error);
  }
}
