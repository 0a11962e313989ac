import { z } from 'zod';
import { CnnvizError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import type { Input } from '../../io/inputs.js';
import { isRemote, leavesFolder } from '../../io/paths.js';
import type { FarmStore, JobTally } from '../../io/queue/farm-store.js';
import { packText, unpackText } from '../../io/queue/packed.js';
import { rootOf } from '../../run/place.js';
import type { Task } from '../work.js';
import { taskSchema } from './stored-task.js';

/** The form of what is kept in the queue; another form is not understood. */
const FORM = '1';

/**
 * filling: its jobs are being queued · open: they may be taken · joined: all are done and the manifest is written ·
 * broken: all are done, and the manifest cannot be written · cancelled: nobody works on it any more
 */
export type SubmissionState = 'filling' | 'open' | 'joined' | 'broken' | 'cancelled';

/** What was submitted: a command, and the inputs it is to work on, in jobs. */
export interface Submission {
  readonly id: string;
  /** The command as it was typed. */
  readonly words: readonly string[];
  readonly task: Task;
  /** SHA-256 of all that decides the outputs but the inputs. */
  readonly command: string;
  readonly inputs: number;
  readonly jobs: number;
  /** The folder all outputs go below. */
  readonly root: string;
  /** Some of the inputs: a machine that has none of them is the wrong one. */
  readonly witnesses: readonly string[];
  /** Where it was submitted. */
  readonly host: string;
  readonly folder: string;
  /** Time for one input; null: no limit. */
  readonly timeoutMs: number | null;
  /** In milliseconds since 1970. */
  readonly submitted: number;
}

/** What has become of a submission. */
export interface Progress extends JobTally {
  readonly state: SubmissionState;
  /** Why it is broken. */
  readonly fault: string | null;
  /** When its end came, in milliseconds since 1970; null: it has not. */
  readonly ended: number | null;
}

const STATES = ['filling', 'open', 'joined', 'broken', 'cancelled'] as const;
const count = z.coerce.number().int().nonnegative();
const strings = z.array(z.string());

const recordSchema = z.object({
  words: strings,
  task: taskSchema,
  command: z.string().regex(/^[0-9a-f]{64}$/),
  inputs: count,
  jobs: count,
  root: z.string().min(1),
  witnesses: strings,
  host: z.string(),
  folder: z.string(),
  timeoutMs: z.number().positive().nullable(),
  submitted: z.number(),
});

/** The fields of a new submission's record. */
export function recordFields({ id: _, ...about }: Submission): Record<string, string> {
  return {
    form: FORM,
    version: VERSION,
    about: JSON.stringify(about),
    state: 'filling',
    done: '0',
    failed: '0',
    skipped: '0',
  };
}

/** What is submitted under an id, and what has become of it; null when there is nothing. @throws CnnvizError 'format' */
export async function readSubmission(
  store: FarmStore,
  id: string,
): Promise<{ readonly submission: Submission; readonly progress: Progress } | null> {
  const fields = await store.record(id);
  if (Object.keys(fields).length === 0) return null;
  if (fields.form !== FORM || fields.version !== VERSION) {
    throw new CnnvizError(
      'unsupported',
      `${id}: submitted by cnnviz ${fields.version ?? 'of another kind'}, this is ${VERSION}`,
      {
        fix: 'work on it with the same version: pictures of two versions may differ',
        scope: 'command',
      },
    );
  }
  return { submission: parsedSubmission(id, fields.about), progress: progressOf(fields) };
}

/** @throws CnnvizError 'format' */
function parsedSubmission(id: string, about: string | undefined): Submission {
  const found = recordSchema.safeParse(jsonOf(about ?? ''));
  if (found.success && rootOf(found.data.task.job.output) === found.data.root) return { id, ...found.data };
  const [issue] = found.error?.issues ?? [];
  const place = issue === undefined ? 'root' : issue.path.join('.');
  throw new CnnvizError('format', `${id}: not a submission of this version (${place})`, {
    fix: 'take it away: farm cancel, and submit it again',
    scope: 'command',
  });
}

export function progressOf(fields: Readonly<Record<string, string | undefined>>): Progress {
  const number = (name: string) => Number(fields[name] ?? 0) || 0;
  return {
    state: STATES.find((state) => state === fields.state) ?? 'cancelled',
    fault: fields.fault ?? null,
    ended: fields.ended === undefined ? null : number('ended'),
    done: number('done'),
    failed: number('failed'),
    skipped: number('skipped'),
  };
}

const bytes = z.int().nonnegative();
const byteRange = z.object({ from: bytes, size: bytes });

const inputSchema = z.looseObject({
  path: z
    .string()
    .min(1)
    .regex(/^[^\0]+$/),
  name: z.string().regex(/^[^/\\\0]+$/),
  ext: z.string().regex(/^[^/\\\0]*$/),
  relative: z.string().refine((folder) => !folder.split(/[\\/]/).includes('..')),
  part: z
    .string()
    .refine((path) => !leavesFolder(path))
    .exactOptional(),
  unreadable: z.object({ why: z.string(), fix: z.string() }).exactOptional(),
  remote: z
    .object({
      address: z.string().refine(isRemote),
      size: bytes.nullable(),
      etag: z.string().nullable(),
      range: byteRange.exactOptional(),
      head: z.base64().exactOptional(),
    })
    .exactOptional(),
  member: z
    .object({
      key: z.string(),
      label: z.string().exactOptional(),
      beside: z.array(z.object({ ending: z.string().regex(/^[^/\\\0]*$/), ...byteRange.shape })),
    })
    .exactOptional(),
});

/** The inputs of a job as they travel. */
export function packInputs(inputs: readonly Input[]): string {
  return packText(JSON.stringify(inputs));
}

/** @throws CnnvizError 'format' for what no submission of ours has queued */
export function unpackInputs(id: string, payload: unknown): Input[] {
  const found = z.array(inputSchema).safeParse(jsonOf(typeof payload === 'string' ? (unpackText(payload) ?? '') : ''));
  if (found.success) return found.data as Input[];
  throw new CnnvizError('format', `${id}: a job that cnnviz did not queue`, {
    fix: 'take the submission away: farm cancel, and submit it again',
    scope: 'command',
  });
}

/** What is kept of a job that has come to its end. */
export interface FinishedJob extends JobTally {
  readonly name: string;
  readonly sha256: string;
}

const finishedSchema = z.object({
  name: z.string().regex(/^\d+\.[0-9a-f]+\.jsonl$/),
  sha256: z.string(),
  done: count,
  failed: count,
  skipped: count,
});

export function finishedText(job: FinishedJob): string {
  return JSON.stringify(job);
}

export function finishedOf(text: string | null): FinishedJob | null {
  return text === null ? null : (finishedSchema.safeParse(jsonOf(text)).data ?? null);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
