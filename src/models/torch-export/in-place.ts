import type { Argument } from './argument.js';
import { changesInPlace, operatorOf } from './names.js';
import type { ProgramNode } from './program.js';

/** Operators whose output may lie in the memory of what they read. */
const VIEWS = new Set(
  (
    'view reshape _unsafe_view flatten unflatten unsqueeze squeeze permute transpose t swapaxes movedim expand select slice ' +
    'narrow split split_with_sizes chunk unbind contiguous detach alias to _to_copy type_as dropout dropout_ ' +
    'feature_dropout alpha_dropout view_as expand_as numpy_T diagonal unfold as_strided'
  ).split(' '),
);

function tensorsOf(argument: Argument): readonly string[] {
  if (argument.kind === 'tensor') return [argument.name];
  return argument.kind === 'tensors' ? argument.names : [];
}

/** What an operator changes in place, its first tensor; null for all others. */
function changedBy({ target, inputs }: ProgramNode): string | null {
  if (!changesInPlace(target)) return null;
  for (const argument of inputs.values()) if (argument.kind === 'tensor') return argument.name;
  return null;
}

/** Which values share memory, and so change together. */
export interface Memory {
  /** Takes note of a node's outputs. */
  add(node: ProgramNode): void;
  /** What a node changes in place, and whatever lies in the same memory besides; null: it changes nothing. */
  changed(node: ProgramNode): { readonly value: string; readonly others: readonly string[] } | null;
}

export function memoryOf(): Memory {
  const roots = new Map<string, string>();
  const members = new Map<string, string[]>();
  const rootOf = (value: string): string => roots.get(value) ?? value;
  return {
    add(node) {
      const changed = changedBy(node);
      const [first] = [...node.inputs.values()].flatMap(tensorsOf);
      const from = changed ?? (VIEWS.has(operatorOf(node.target)) ? first : undefined);
      if (from === undefined) return;
      const root = rootOf(from);
      const list = members.get(root) ?? [root];
      for (const output of node.outputs) {
        if (output === '' || output === root) continue;
        roots.set(output, root);
        list.push(output);
      }
      members.set(root, list);
    },
    changed(node) {
      const value = changedBy(node);
      if (value === null) return null;
      const others = (members.get(rootOf(value)) ?? []).filter((one) => one !== value);
      return { value, others };
    },
  };
}
