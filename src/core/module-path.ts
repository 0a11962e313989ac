/**
 * The path of a module within its network, as torch says it, of a name that its exporter to ONNX gave to a node:
 * "/features/features.18/features.18.0/Conv" → "features.18.0", "/layer4/layer4.1/conv2/Conv" → "layer4.1.conv2". A scope
 * that goes on from the one before it stands in its place; the last part is the operator. Null for any other name; ''
 * for a node of the network itself ("/Flatten").
 */
export function modulePath(name: string): string | null {
  if (!name.startsWith('/')) return null;
  const parts: string[] = [];
  for (const part of name.slice(1).split('/').slice(0, -1)) {
    const last = parts.at(-1);
    if (last !== undefined && part.startsWith(`${last}.`)) parts[parts.length - 1] = part;
    else parts.push(part);
  }
  return parts.join('.');
}

/** The operator at the end of such a name: "Conv"; a name without a path is one itself. */
export function operatorPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The scopes that all of some names stand in, with a / behind them: "/features/features.18/"; '' for none. */
export function commonScope(names: readonly string[]): string {
  const [first, ...others] = names.map((name) => name.split('/').slice(0, -1));
  let depth = first.length;
  for (const scope of others) {
    let same = 0;
    while (same < depth && scope[same] === first[same]) same++;
    depth = same;
  }
  const scope = first.slice(0, depth).join('/');
  return scope === '' ? '' : `${scope}/`;
}
