import { basename, extname } from 'node:path';
import { isStored, stem } from '../paths.js';
import { hasPassword, shownAddress, webName } from '../remote/addresses.js';
import { isAddressOfStore } from '../remote/stored.js';
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

/** An image by its address alone, taken as it is; one that no address can be is marked as unreadable. */
export function remoteImage(address: string): Input {
  const input = remoteInput(address, '', { size: null, etag: null });
  const refused = addressRefusal(address);
  return refused === null ? input : { ...input, unreadable: refused };
}

function addressRefusal(address: string): { readonly why: string; readonly fix: string } | null {
  if (hasPassword(address)) {
    return { why: 'an address with a name and a password in it', fix: 'give an address that needs none' };
  }
  if (isStored(address) ? isAddressOfStore(address) : URL.canParse(address)) return null;
  return { why: 'no address', fix: 'expected s3://BUCKET/KEY or https://HOST/PATH' };
}
