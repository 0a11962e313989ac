import { freshName, type Names } from '../onnx/builder.js';
import type { ProgramNode } from './program.js';

/** "torch.ops.aten.relu_.default" → "relu_"; "_operator.add" → "add" */
export function operatorOf(target: string): string {
  const aten = /^torch\.ops\.aten\.([A-Za-z0-9_]+)/.exec(target);
  return aten?.[1] ?? target.slice(target.lastIndexOf('.') + 1);
}

/** Whether it changes what it reads: torch puts a _ behind the names of such operators. */
export function changesInPlace(target: string): boolean {
  return /^torch\.ops\.[a-z_0-9]+\.\w*[a-zA-Z0-9]_\./.test(`${target}.`);
}

/**
 * What each node is called, as the networks that come with cnnviz are: a module of torch.nn that makes its output by one
 * node, or by several, gives its path to the last of them ("layer1.0.conv1"), called again with a number behind it
 * ("layer1.0.relu_1"); all others are parts of their module ("layer1.0.add").
 * @param taken names of arrays and inputs; those given are added
 */
export function nodeNames(nodes: readonly ProgramNode[], taken: Names): string[] {
  const outer = new Set<string>(['']);
  for (const { module } of nodes) {
    for (let dot = module.path.lastIndexOf('.'); dot > 0; dot = module.path.lastIndexOf('.', dot - 1)) {
      outer.add(module.path.slice(0, dot));
    }
  }
  const placeOf = ({ path, call }: ProgramNode['module']) => (call === '' ? path : `${path}_${call}`);
  const last = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const [i, { module, outputs }] of nodes.entries()) {
    if (outputs.length === 0 || outer.has(module.path)) continue;
    const place = placeOf(module);
    last.set(place, i);
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const used = new Map<string, number>();
  return nodes.map(({ module, target }, i) => {
    const place = placeOf(module);
    if (last.get(place) === i && (module.type.startsWith('torch.nn.') || counts.get(place) === 1)) {
      return freshName(taken, place);
    }
    const operator = operatorOf(target).replace(/_+$/, '');
    const name = place === '' ? operator : `${place}.${operator}`;
    const before = used.get(name) ?? 0;
    used.set(name, before + 1);
    return freshName(taken, before === 0 ? name : `${name}_${before}`);
  });
}

/** The name of what stands within a node: "/layer1.0.conv1/pad". */
export function innerName(node: string, part: string): string {
  return `/${node}/${part}`;
}
