import { CnnvizError } from '../core/errors.js';

/** One image of a list, and its class. */
export interface LabelledPath {
  readonly path: string;
  readonly label: string;
}

/**
 * Reads a list of images: two columns, path and class, with commas between; a first line "path,label" is a heading. Fields
 * may stand in double quotes, "" within them is one.
 * Source: RFC 4180
 * @throws CnnvizError 'usage' with the line
 */
export function parseLabelList(text: string): LabelledPath[] {
  const rows = splitRows(text.replace(/^\ufeff/, ''));
  const isHeading = rows[0]?.fields.map((field) => field.trim().toLowerCase()).join() === 'path,label';
  return rows.slice(isHeading ? 1 : 0).map(({ line, fields }) => {
    const [path, label] = fields.map((field) => field.trim());
    if (fields.length === 2 && path !== '' && label !== '') return { path, label };
    throw new CnnvizError('usage', `line ${line}: expected path,label, got ${fields.length} fields`, {
      fix: 'one image a line: photos/1.jpg,cat; a comma in a name needs quotes: "a, b.jpg",cat',
    });
  });
}

/** The rows that are not empty, each with the number of its first line. */
function splitRows(text: string): { line: number; fields: string[] }[] {
  const rows: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let isQuoted = false;
  let [line, first] = [1, 1];
  const endRow = () => {
    fields.push(field);
    if (fields.length > 1 || field.trim() !== '') rows.push({ line: first, fields });
    [fields, field, first] = [[], '', line + 1];
  };
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    if (isQuoted && letter === '"' && text[i + 1] === '"') {
      field += '"';
      i++;
    } else if (letter === '"' && (isQuoted || field.trim() === '')) {
      if (!isQuoted) field = '';
      isQuoted = !isQuoted;
    } else if (!isQuoted && letter === ',') {
      fields.push(field);
      field = '';
    } else if (!isQuoted && letter === '\n') {
      endRow();
      line++;
    } else if (isQuoted || letter !== '\r') {
      if (letter === '\n') line++;
      field += letter;
    }
  }
  if (isQuoted) throw new CnnvizError('usage', `line ${first}: a quote is not closed`);
  endRow();
  return rows;
}
