import { CnnvizError } from '../core/errors.js';

/** Whether a name is an address of the web, not a path. */
export function isAddress(path: string): boolean {
  return /^((https?|ftps?|s3|gs|file):\/\/|data:\w+\/)/i.test(path);
}

/** Nothing is fetched: an address is told how to become a file. */
export function addressFault(path: string, code: 'input' | 'usage' = 'input'): CnnvizError {
  const what = `${path}: an address, and cnnviz fetches nothing`;
  const local = /^file:\/\/(?:localhost)?(\/.+)$/i.exec(path)?.[1];
  if (local !== undefined) return new CnnvizError(code, what, { fix: `name the file: ${decoded(local)}` });
  if (!/^(https?|ftps?):/i.test(path)) return new CnnvizError(code, what, { fix: 'save it as a file, then name that' });
  return new CnnvizError(code, what, { fix: `download it first: curl -LO '${path.replaceAll("'", '%27')}'` });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
