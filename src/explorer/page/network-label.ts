import type { PageData } from '../page-data.js';

/** What one of several networks is called: by its name, or as it was typed where others have the same. */
export function networkLabel({ networks }: PageData, index: number): string {
  const { name, args } = networks[index];
  const isAlone = networks.every((other, i) => i === index || other.name !== name);
  return isAlone ? name : args.join(' ');
}
