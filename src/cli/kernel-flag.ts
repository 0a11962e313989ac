import type { KernelSource } from '../core/job.js';
import { isOwnPath } from '../io/descriptors.js';
import { findGradient } from '../models/gradients.js';
import { looksInline } from '../models/inline-kernel.js';
import { kernelName, kernelsMeant } from '../models/kernel-names.js';

const FILE = /\.(npy|json|csv|txt)$/i;

/**
 * The kernels that one --kernel says: names and files with commas (or spaces) between them, or the numbers of one kernel,
 * whose commas are its own.
 * @throws CnnvizError 'usage' for an unknown name
 */
export function kernelSources(text: string): KernelSource[] {
  if (isOwnPath(text)) return [{ kind: 'file', path: text }];
  const parts = text.split(/[,\s]+/).filter((part) => part !== '');
  const isList = parts.length > 1 && parts.every((part) => FILE.test(part) || isName(part));
  // a file's own name may have spaces and commas
  if (FILE.test(text) && !parts.every((part) => FILE.test(part) || isKnown(part)))
    return [{ kind: 'file', path: text }];
  if (isList || (parts.length === 1 && isName(parts[0]))) return parts.map(kernelSource);
  return [{ kind: 'inline', text }];
}

function kernelSource(text: string): KernelSource {
  return FILE.test(text) ? { kind: 'file', path: text } : { kind: 'builtin', name: kernelName(text) };
}

function isKnown(word: string): boolean {
  return findGradient(word) !== null || kernelsMeant(word).length > 0;
}

/** A word that begins as a name does; NaN and inf are meant as numbers. */
function isName(word: string): boolean {
  return !looksInline(word) && !/^[+-]?(nan|inf(inity)?)$/i.test(word);
}
