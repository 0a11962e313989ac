import { damaged, type Fields, type FileBytes } from './file-bytes.js';

/** A tree of version 1: of an old group, or of an array's chunks. */
interface OldTree<Key> {
  /** 0: a group; 1: chunks. */
  readonly kind: 0 | 1;
  readonly keyBytes: number;
  readonly readKey: (fields: Fields) => Key;
}

/** No file of this world needs more: each level holds at least one more. */
const MOST_LEVELS = 32;

/**
 * What the leaves of a tree point to, with the key before each, in order.
 * Source: HDF5 File Format Specification 3.0, III.A.1
 * @throws CnnvizError 'format' for a node that is there twice, or whose level is not one less than its parent's
 */
export function readOldTree<Key>(
  file: FileBytes,
  root: number,
  tree: OldTree<Key>,
): readonly { readonly key: Key; readonly address: number }[] {
  const found: { key: Key; address: number }[] = [];
  const seen = new Set<number>();
  const visit = (address: number, expected: number | null): void => {
    if (seen.has(address)) throw damaged(file.base + address, 'a tree that holds a node twice');
    seen.add(address);
    const headBytes = 8 + 2 * file.offsetBytes;
    const head = file.fields(address, headBytes, 'node of a tree');
    head.expect('TREE');
    head.expectByte(tree.kind, 'a tree of kind');
    const level = head.u8();
    if (expected === null ? level > MOST_LEVELS : level !== expected) {
      throw damaged(head.place, `a node of level ${level}: expected ${expected ?? `at most ${MOST_LEVELS}`}`);
    }
    const count = head.u16();
    const each = tree.keyBytes + file.offsetBytes;
    const entries = file.fields(address + headBytes, count * each + tree.keyBytes, 'node of a tree');
    for (let i = 0; i < count; i++) {
      const key = tree.readKey(entries.part(tree.keyBytes));
      const child = entries.requiredAddress('what a tree holds');
      if (level > 0) visit(child, level - 1);
      else found.push({ key, address: child });
    }
  };
  visit(root, null);
  return found;
}
