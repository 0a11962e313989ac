import type { CnnvizError } from '../../core/errors.js';
import { plural } from '../../core/geometry.js';
import { formatNumber, groupDigits, inputName } from '../../core/text.js';
import type { ValuePlace } from '../../core/value-place.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';
import type {
  CheckResult,
  DifferingValue,
  ImageCheck,
  ImageUpdate,
  StageCheck,
  UpdateResult,
  ValuesCheck,
} from './check-result.js';

/** Of what is only missing or new, this many images are listed; what differs always is. */
const FEW = 20;
/** Stages before the first difference are named up to this many. */
const NAMED = 6;

/** What a check found, failures only, and the sum of it. */
export function describeCheck(result: CheckResult, style: Style): { failures: string[]; summary: string } {
  const { images, extra } = result;
  const width = Math.max(0, ...images.filter(({ status }) => status !== 'identical').map((one) => titleOf(one).length));
  const missing = images.filter(({ status }) => status === 'missing');
  const room = missing.length > 0 ? 'MISSING'.length : extra.length > 0 ? 'EXTRA'.length : 'FAIL'.length;
  const mark = (word: string) => ` ${style.warn(word)}${' '.repeat(room - word.length)}  `;
  const title = (image: ImageCheck) => style.strong(titleOf(image)) + ' '.repeat(width - titleOf(image).length);
  const failures: string[] = [];
  for (const image of images) {
    if (image.status !== 'failed') continue;
    failures.push(`${mark('FAIL')}${title(image)}   ${failureWords(image)}`);
    const details = image.error ? fixWords(image.error) : detailWords(image);
    if (details) failures.push(style.dim(`${' '.repeat(room + 3)}${details}`));
  }
  for (const image of missing.slice(0, FEW))
    failures.push(`${mark('MISSING')}${title(image)}   ${missingWords(image)}`);
  if (missing.length > FEW) failures.push(` … and ${groupDigits(missing.length - FEW)} more without baselines`);
  for (const path of extra.slice(0, FEW)) {
    failures.push(`${mark('EXTRA')}${path}   no image of this check produces it`);
  }
  if (extra.length > FEW) failures.push(` … and ${groupDigits(extra.length - FEW)} more that no image produces`);
  return { failures, summary: ` ${summaryOf(result)}` };
}

/** "1 failed, 11 identical, 0 missing" */
export function summaryOf({ images, extra }: CheckResult): string {
  const count = (status: ImageCheck['status']) => images.filter((image) => image.status === status).length;
  const tolerated = images.filter(isTolerated).length;
  const parts = [`${groupDigits(count('failed'))} failed`, `${groupDigits(count('identical') - tolerated)} identical`];
  if (tolerated > 0) parts.push(`${groupDigits(tolerated)} within the tolerance`);
  parts.push(`${groupDigits(count('missing'))} missing`);
  if (extra.length > 0) parts.push(`${groupDigits(extra.length)} extra`);
  return parts.join(', ');
}

function isTolerated({ status, stages }: ImageCheck): boolean {
  return status === 'identical' && stages.some((stage) => stage.status === 'within tolerance');
}

/** "edges: img/plane.png" */
export function titleOf({ case: name, image }: { readonly case: string; readonly image: string }): string {
  const path = inputName(image);
  return name === '' ? path : `${name}: ${path}`;
}

function fixWords({ fix }: CnnvizError): string | null {
  return fix === undefined ? null : `fix: ${fix}`;
}

/** What went wrong first, in one line: "first difference: relu, channel 0, (12, 7): 0 → 0.0127   (1 of 477,204 …)". */
export function failureWords(image: ImageCheck): string {
  const { error } = image;
  if (error) return error.message.replace(`${image.image}: `, '');
  const at = image.stages.findIndex(isBad);
  const stage = image.stages[at];
  const before = beforeWords(image.stages.slice(0, at));
  const aside = (...words: string[]) => {
    const said = [...words, before].filter(Boolean);
    return said.length === 0 ? '' : `   (${said.join('; ')})`;
  };
  if (stage.status === 'missing') return `${stage.stage}: no baseline ${stage.files[0]}${aside()}`;
  const { values, reason } = stage;
  if (!values?.first) return `${stage.stage}: ${reason}${aside()}`;
  const { first, differing, total } = values;
  const shares = `${groupDigits(differing)} of ${groupDigits(total)} values`;
  return `first difference: ${stage.stage}, ${placeWords(first.place)}: ${changeWords(first, stage.dtype)}${aside(shares)}`;
}

/** The first difference in figures, the largest, and what became of the stages after it; null when there is none. */
export function detailWords({ stages }: ImageCheck): string | null {
  const at = stages.findIndex(isBad);
  const stage = stages[at];
  const values = stage?.values;
  if (!values?.first) return null;
  const parts = [distanceWords(values.first), ...largestWords(values, stage.dtype)];
  const after = stages.slice(at + 1);
  const bad = after.filter(isBad);
  if (bad.length > 0) parts.push(`then ${listed(bad)} ${bad.length === 1 ? 'fails' : 'fail'} too`);
  else if (after.length > 0) parts.push(`${listed(after)} identical after it`);
  return parts.join('; ');
}

/** "off by 2.98e−8, 1 ulp" */
export function distanceWords({ abs, ulps, expected, got }: DifferingValue): string {
  if (abs === 0) return 'off by 0: the sign of zero differs';
  if (Number.isNaN(expected) || Number.isNaN(got)) return 'one of the two is NaN';
  return `off by ${formatNumber(abs)}${ulps === null ? '' : `, ${plural(ulps, 'ulp').replace(String(ulps), groupDigits(ulps))}`}`;
}

/** The largest difference, where it is not the first. */
export function largestWords({ first, largest }: ValuesCheck, dtype: string): string[] {
  if (!first || !largest || formatNumber(largest.abs) === formatNumber(first.abs)) return [];
  return [
    `largest difference ${formatNumber(largest.abs)} at ${placeWords(largest.place)}: ${changeWords(largest, dtype)}`,
  ];
}

function isBad({ status }: StageCheck): boolean {
  return status !== 'identical' && status !== 'within tolerance';
}

function beforeWords(stages: readonly StageCheck[]): string {
  if (stages.length === 0) return '';
  const words = stages.some(({ status }) => status === 'within tolerance') ? 'within the tolerance' : 'identical';
  return `${listed(stages)} ${words}`;
}

function listed(stages: readonly StageCheck[]): string {
  if (stages.length <= NAMED) return stages.map(({ stage }) => stage).join(', ');
  return `${stages[0].stage} … ${stages[stages.length - 1].stage} (${stages.length} stages)`;
}

function missingWords({ stages }: ImageCheck): string {
  const missing = stages.filter(({ status }) => status === 'missing');
  return `no baseline for ${listed(missing)}: ${missing[0].files[0]}`;
}

/** "channel 3, (12, 7)", "unit 12", with the item where there are several */
export function placeWords({ item, channel, x, y }: ValuePlace): string {
  const among = item > 0 ? ` of item ${item}` : '';
  return x === null ? `unit ${channel}${among}` : `channel ${channel}${among}, (${x}, ${y})`;
}

/** "0 → 0.0127", with as many digits as it takes to tell them apart; of a picture the greys too */
export function changeWords({ expected, got, greys }: DifferingValue, dtype: string): string {
  const most = dtype === 'float32' ? 9 : 17;
  for (let digits = 3; ; digits++) {
    const [a, b] = [signedZero(expected, digits), signedZero(got, digits)];
    if (a === b && digits < most) continue;
    return `${a} → ${b}${greys ? ` (grey ${greys[0]} → ${greys[1]})` : ''}`;
  }
}

function signedZero(value: number, digits: number): string {
  return Object.is(value, -0) ? '−0' : formatNumber(value, digits);
}

/** What an update wrote, image by image. */
export function describeUpdate({ images, removed, left }: UpdateResult, style: Style): string[] {
  const lines: string[] = [];
  const changed = images.filter((image) => !image.error && image.stages.some(({ status }) => status === 'changed'));
  const fresh = images.filter(
    (image) => !changed.includes(image) && image.stages.some(({ status }) => status === 'new'),
  );
  for (const image of fresh.slice(0, FEW)) lines.push(` new      ${titleOf(image)}   ${stagesWords(image, 'new')}`);
  if (fresh.length > FEW) lines.push(` … and ${groupDigits(fresh.length - FEW)} more new images`);
  for (const image of changed)
    lines.push(` ${style.warn('changed')}  ${titleOf(image)}   ${stagesWords(image, 'changed')}`);
  for (const path of removed) lines.push(` ${style.warn('removed')}  ${path}`);
  for (const { path, reason } of left) lines.push(` left     ${path}   no image produces it, but ${reason}`);
  const all = images.flatMap(({ stages }) => stages);
  const count = (status: string) => groupDigits(all.filter((stage) => stage.status === status).length);
  lines.push(
    ` ${count('new')} new, ${count('changed')} changed, ${groupDigits(removed.length)} removed, ${count('same')} same`,
  );
  return lines;
}

/** "conv, relu", or what the first changed one was and is */
function stagesWords({ stages }: ImageUpdate, status: 'new' | 'changed'): string {
  const names = stages.filter((stage) => stage.status !== 'same').map(({ stage }) => stage);
  const first = stages.find((stage) => stage.status === status)!;
  const few =
    names.length > NAMED ? `${names[0]} … ${names[names.length - 1]} (${names.length} stages)` : names.join(', ');
  if (!first.values?.first) return few;
  const { differing, total, first: value } = first.values;
  return `${few}   (${first.stage}: ${groupDigits(differing)} of ${groupDigits(total)} values, first at ${placeWords(value.place)}: ${changeWords(value, 'float32')})`;
}

/** The document of `check --json`: the same keys for every image, whatever became of it. */
export function checkDocument(result: CheckResult, warnings: readonly string[]): object {
  const { images, extra } = result;
  const count = (status: ImageCheck['status']) => images.filter((image) => image.status === status).length;
  const results = images.map(({ case: name, image, status, stages, error, pictures }) => {
    const first = stages.find(isBad) ?? null;
    return {
      case: name,
      image,
      status,
      error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
      first: first && { stage: first.stage, ...placeRecord(first.values?.first ?? null) },
      stages: stages.map(stageRecord),
      pictures: pictures.map(({ stage, kind, path }) => ({ stage, kind, path })),
    };
  });
  const [failed, identical, missing] = [count('failed'), count('identical'), count('missing')];
  const same = failed + missing + extra.length === 0;
  const head = { cnnviz: VERSION, command: 'check', same, failed, identical, missing, extra: extra.length };
  return { ...head, results, extraFiles: extra, warnings };
}

function placeRecord(one: DifferingValue | null) {
  const place = one?.place ?? null;
  return { item: place?.item ?? null, channel: place?.channel ?? null, x: place?.x ?? null, y: place?.y ?? null };
}

function stageRecord({ stage, status, shape, dtype, files, values, reason }: StageCheck) {
  return { stage, status, shape, dtype, files, reason, values: values && valuesRecord(values) };
}

/** A comparison's figures for JSON, which has no NaN and no infinity: they become text. */
export function valuesRecord({ total, differing, tolerated, first, largest }: ValuesCheck) {
  const record = (one: DifferingValue | null) =>
    one && {
      ...placeRecord(one),
      expected: jsonNumber(one.expected),
      got: jsonNumber(one.got),
      abs: jsonNumber(one.abs),
      ulps: one.ulps,
      greys: one.greys,
    };
  return { total, differing, tolerated, first: record(first), largest: record(largest) };
}

function jsonNumber(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** The document of `check --update --json`. */
export function updateDocument({ images, removed, left }: UpdateResult, warnings: readonly string[]): object {
  const all = images.flatMap(({ stages }) => stages);
  const count = (status: string) => all.filter((stage) => stage.status === status).length;
  const results = images.map(({ case: name, image, stages, error }) => ({
    case: name,
    image,
    error: error && { code: error.code, message: error.message, fix: error.fix ?? null },
    stages: stages.map(({ stage, status, files, values }) => ({
      stage,
      status,
      files,
      values: values && valuesRecord(values),
    })),
  }));
  const head = { cnnviz: VERSION, command: 'check', update: true };
  const sums = { new: count('new'), changed: count('changed'), removed: removed.length, same: count('same') };
  return { ...head, ...sums, results, removedFiles: removed, leftFiles: left, warnings };
}

/**
 * What a check found as workflow commands of GitHub Actions, a line each: shown beside the file they name.
 * Source: docs.github.com, Workflow commands for GitHub Actions
 */
export function githubAnnotations({ images, extra }: CheckResult): string[] {
  const lines = images
    .filter(({ status }) => status !== 'identical')
    .map((image) => {
      const stage = image.stages.find(({ status }) => status !== 'identical' && status !== 'within tolerance')?.stage;
      const title = `cnnviz check: ${stage ?? 'not run'}${image.status === 'missing' ? ' has no baseline' : ''}`;
      const details = image.error ? (image.error.fix ?? null) : detailWords(image);
      return annotation(image.image, title, [`${titleOf(image)}: ${failureWords(image)}`, details]);
    });
  const left = extra.map((path) =>
    annotation(path, 'cnnviz check: extra baseline', ['no image of this check produces it']),
  );
  return [...lines, ...left];
}

function annotation(file: string, title: string, message: readonly (string | null)[]): string {
  const text = message.filter((line) => line !== null).join('\n');
  return `::error file=${escapeProperty(file)},title=${escapeProperty(title)}::${escapeData(text)}`;
}

/** As @actions/core does: a percent sign first, or it would escape the escapes. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
