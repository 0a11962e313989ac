import type { CheckResult } from '../core/check-result.js';
import { detailWords, failureWords, titleOf } from './check.js';

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
