import { basename, extname } from 'node:path';
import { stem } from '../paths.js';
import { shownAddress, webName } from '../remote/addresses.js';
import type { Input, RemoteBytes } from './input.js';

/** What an address leads to, with what is known of it. */
export function remoteInput(address: string, relative: string, facts: Omit<RemoteBytes, 'address'>): Input {
  const file = webName(address) ?? basename(address);
  return {
    path: shownAddress(address),
    name: stem(file),
    ext: extname(file),
    relative: relative === '.' ? '' : relative,
    remote: { address, ...facts },
  };
}
