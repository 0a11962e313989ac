/** What some programs put before every name, and what it comes from. */
const PREFIXES: readonly (readonly [prefix: string, from: string])[] = [
  ['module.', 'DataParallel'],
  ['model.', 'a module that holds the model'],
  ['net.', 'a module that holds the net'],
  ['backbone.', 'a module that holds the backbone'],
  ['_orig_mod.', 'torch.compile'],
  ['state_dict.', 'a level around the weights'],
];

/** The deepest level around a network: "state_dict.model.module.". */
const MOST_LEVELS = 3;

/** The prefix without which most names are expected ones; '' when that is none. */
export function findPrefix(names: readonly string[], expected: ReadonlySet<string>): string {
  const fitting = new Map<string, number>();
  for (const name of names) {
    for (let level = 0, at = 0; level <= MOST_LEVELS; level++) {
      if (expected.has(name.slice(at))) fitting.set(name.slice(0, at), (fitting.get(name.slice(0, at)) ?? 0) + 1);
      at = name.indexOf('.', at) + 1;
      if (at === 0) break;
    }
  }
  let best = { prefix: '', count: fitting.get('') ?? 0 };
  for (const [prefix, count] of fitting) if (count > best.count) best = { prefix, count };
  return best.prefix;
}

/** A name without a prefix it may have. */
export function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What a prefix comes from, in words. */
export function prefixWords(prefix: string): string {
  return PREFIXES.find(([known]) => known === prefix)?.[1] ?? 'a module that holds the network';
}
