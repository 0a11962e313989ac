export type FileFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'npy' | 'svg';

/** Bytes as characters of the same number; a decoder of the name latin1 is windows-1252 in newer engines. */
function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** What a file is by its first bytes, whatever its name says; null for anything else. */
export function sniffFormat(bytes: Uint8Array): FileFormat | null {
  const start = asText(bytes.subarray(0, 512));
  if (start.startsWith('\u00ff\u00d8\u00ff')) return 'jpeg';
  if (start.startsWith('\u0089PNG\r\n\u001a\n')) return 'png';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff';
  if (start.slice(4, 8) === 'ftyp' && /avi[fs]/.test(start.slice(8, 64))) return 'avif';
  if (start.startsWith('\u0093NUMPY')) return 'npy';
  if (/^(\u00ef\u00bb\u00bf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/.test(start))
    return 'svg';
  return null;
}

/** How an unknown file starts, in printable characters: `starts with "<!DOCTYPE"`, or that it is empty. */
export function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'the file is empty';
  const start = asText(bytes.subarray(0, 24));
  const printable = start.replace(/[^ -~]+.*$/s, '').trim();
  if (printable.length >= 3) return `starts with ${JSON.stringify(printable.split(/\s/)[0].slice(0, 16))}`;
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return `starts with the bytes ${hex.join(' ')}`;
}
