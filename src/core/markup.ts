import { INVISIBLE } from './text.js';

/** Ends of lines and tabs stay: they are escaped. */
const UNSEEN = new RegExp(`(?![\\t\\n\\r])${INVISIBLE}|[\\u001b\\ufffe\\uffff]`, 'gu');

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * Text for XML and HTML, in content and in quoted attributes. Characters that XML 1.0 does not have (control characters,
 * halves of surrogate pairs) and those that nobody sees become U+FFFD.
 */
export function escapeMarkup(text: string): string {
  return text.replace(UNSEEN, '\ufffd').replace(/[&<>"'\t\n\r]/g, (char) => NAMED[char]);
}
