import type { Finding, Severity } from '../../analysis/doctor/finding.js';
import type { Answer } from '../../cli/frame.js';
import { plural } from '../../core/geometry.js';
import { VERSION } from '../../core/version.js';
import type { Style } from '../../reports/text.js';
import type { Diagnosis } from './examine.js';

const MARKS: Readonly<Record<Severity, string>> = { broken: '✗', suspect: '!', remark: '·' };
/** Remarks of one kind that are told one by one. */
const TOLD = 3;

/** A page: what was looked at, then findings, then remarks, then what to make of it. */
export function describeDiagnosis(
  { network, layers, batchNorms, images, preprocess, findings, failures }: Diagnosis,
  style: Style,
): Pick<Answer, 'lines' | 'findings' | 'failures'> {
  const wrong = findings.filter(({ severity }) => severity !== 'remark');
  const remarks = findings.filter(({ severity }) => severity === 'remark');
  const on = images.length === 0 ? 'the weights alone' : `${plural(images.length, 'image')} → ${preprocess}`;
  return {
    failures,
    findings: wrong.flatMap((finding) => findingLines(finding, style)),
    lines: [
      ...remarkLines(remarks).map((line) => style.dim(line)),
      `${style.strong(network)}  ${plural(layers, 'layer')}, ${plural(batchNorms, 'batch norm')}   ${on}`,
      wrong.length === 0 ? '  nothing is wrong that doctor looks for' : `  ${countWords(wrong)}`,
    ],
  };
}

function findingLines({ severity, what, fix }: Finding, style: Style): string[] {
  return [`${style.warn(MARKS[severity])} ${what}`, ...(fix === null ? [] : [`    fix: ${fix}`])];
}

/** A few of each kind: a page is a page. */
function remarkLines(remarks: readonly Finding[]): string[] {
  const kinds = [...new Set(remarks.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const own = remarks.filter((one) => one.kind === kind);
    const more = own.length - TOLD;
    return [
      ...own.slice(0, TOLD).map(({ what }) => `${MARKS.remark} ${what}`),
      ...(more > 0 ? [`${MARKS.remark} the same in ${plural(more, 'layer')} more: --json lists them`] : []),
    ];
  });
}

function countWords(wrong: readonly Finding[]): string {
  const broken = wrong.filter(({ severity }) => severity === 'broken').length;
  const suspect = wrong.length - broken;
  return [broken > 0 ? `${broken} broken` : '', suspect > 0 ? `${suspect} suspect` : ''].filter(Boolean).join(', ');
}

/** The document of `doctor --json`: findings are what is wrong, remarks what is not. */
export function diagnosisDocument({
  network,
  layers,
  batchNorms,
  images,
  preprocess,
  findings,
  failures,
  notes,
}: Diagnosis): object {
  const wrong = findings.filter(({ severity }) => severity !== 'remark');
  return {
    cnnviz: VERSION,
    command: 'doctor',
    network,
    layers,
    batchNorms,
    images,
    preprocess,
    healthy: wrong.length === 0,
    findings: wrong.map(finite),
    remarks: findings.filter(({ severity }) => severity === 'remark').map(finite),
    failures,
    notes,
  };
}

/** JSON has no NaN and no infinity: they are told as words. */
function finite(finding: Finding): Finding {
  const numbers = Object.fromEntries(
    Object.entries(finding.numbers).map(([key, value]) => [
      key,
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ]),
  );
  return { ...finding, numbers };
}
