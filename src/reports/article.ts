import type { Article } from '../core/article.js';
import { plural } from '../core/geometry.js';
import { VERSION } from '../core/version.js';
import { countArticle } from './article-words.js';
import type { Style } from './text.js';

/** What `article` says when it is done: what does not hold, what could not be made, where the page is. */
export function describeArticle(article: Article, page: string, style: Style): string[] {
  const { rows, pictures, laws, findings, failed } = countArticle(article);
  const lines: string[] = [];
  for (const { id, checks, failure } of article.sections.flatMap((section) => section.rows)) {
    if (failure !== null) lines.push(`${style.warn(`${id} not made:`)} ${failure}`);
    for (const check of checks) {
      if (check.holds) continue;
      const word = check.kind === 'law' ? 'BROKEN' : 'not for this photograph';
      lines.push(`${style.warn(`${id} ${word}:`)} ${check.what}: expected ${check.expected}, got ${check.measured}`);
    }
  }
  const seen = findings.held + findings.missed;
  const claims = `${laws.held} of ${laws.held + laws.broken} claims hold${seen > 0 ? `, ${findings.held} of ${seen} findings about the photograph` : ''}`;
  const lost = failed > 0 ? `, ${plural(failed, 'row')} not made` : '';
  return [
    ...lines,
    `${plural(rows, 'row')}, ${plural(pictures, 'picture')}; ${claims}${lost}`,
    `wrote ${style.strong(page)}`,
  ];
}

/** The one document of --json. */
export function articleJson(article: Article, page: string): string {
  return JSON.stringify(
    { cnnviz: VERSION, command: 'article', page, count: countArticle(article), ...article },
    null,
    2,
  );
}
