import { CnnvizError } from '../../core/errors.js';
import { nearestName } from '../../core/nearest.js';
import type { SectionDefinition } from './row.js';

/** The sections with only the rows that are named, in the article's order. @throws CnnvizError 'usage' for others */
export function chooseRows(sections: readonly SectionDefinition[], names: readonly string[]): SectionDefinition[] {
  const ids = sections.flatMap(({ rows }) => rows.map(({ id }) => id));
  const wanted = names.map((name) => {
    const id = ids.find((one) => one.toLowerCase() === name.toLowerCase());
    if (id !== undefined) return id;
    const near = nearestName(name, ids);
    throw new CnnvizError('usage', `--only ${name}: the article has no such row`, {
      fix: `${near ? `did you mean ${near}? ` : ''}there are ${ids.join(', ')}`,
    });
  });
  return sections
    .map(({ title, rows }) => ({ title, rows: rows.filter(({ id }) => wanted.includes(id)) }))
    .filter(({ rows }) => rows.length > 0);
}
