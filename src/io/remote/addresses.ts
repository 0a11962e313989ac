import { isWeb } from '../paths.js';

/** Parts of a query that give access to whoever has them, by their names. */
const SECRET_NAME =
  /sig|token|cred|secret|passw|^pw$|^pass$|auth|hmac|jwt|session|^key$|api.?key|access.?key|key.?pair|policy|^s[epvr]$|^code$/i;
/** Long values that are no words are taken for keys. */
const SECRET_VALUE = /^[\w%.~+/=-]{32,}$/;

/** An address as it may be shown and kept: without what gives access, and without what no server is told. */
export function shownAddress(address: string): string {
  if (!isWeb(address)) return address;
  const [, place = '', query] = /^([^?#]*)(?:\?([^#]*))?/.exec(address) ?? [];
  const shown = place.replace(/^(https?:\/\/)[^/]*@/i, '$1…@');
  return query === undefined ? shown : `${shown}?${query.split('&').map(shownPart).join('&')}`;
}

function shownPart(part: string): string {
  const at = part.indexOf('=');
  const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
  if (value === '') return SECRET_VALUE.test(name) ? '…' : part;
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value) ? `${name}=…` : part;
}

/** Whether an address holds a name and a password, which every list of processes would show. */
export function hasPassword(address: string): boolean {
  return /^https?:\/\/[^/?#]*@/i.test(address);
}

/** The file that an address of the web means, by its path: https://host/my%20cat.jpg?v=2 → my cat.jpg. Null: no such address */
export function webName(address: string): string | null {
  const [, host, path = ''] = /^https?:\/\/([^/?#]*)([^?#]*)/i.exec(address) ?? [];
  if (host === undefined) return null;
  const last = path.split('/').findLast((part) => part !== '') ?? host.replace(/^.*@/, '');
  return plainName(decoded(last));
}

/** A decoded name may hold what leads elsewhere, and letters that no file name has. */
function plainName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  const plain = name.normalize('NFC').replace(/[\u0000-\u001f\u007f-\u009f/\\:*?"<>|]+/g, '_');
  const shown = plain.replace(/^[.\s]+/, '');
  return shown === '' ? '_' : cutTo(shown, MOST_NAME_BYTES);
}

/** With room for what results add to it. */
const MOST_NAME_BYTES = 150;

/** Its beginning and its ending, where it is too long to name a file after. */
function cutTo(name: string, most: number): string {
  if (Buffer.byteLength(name) <= most) return name;
  const ending = /\.\w{1,8}$/.exec(name)?.[0] ?? '';
  let kept = [...name.slice(0, name.length - ending.length)];
  while (Buffer.byteLength(kept.join('')) > most - ending.length) kept = kept.slice(0, -1);
  return kept.join('') + ending;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
