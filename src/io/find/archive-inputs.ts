import { basename, dirname, extname, join } from 'node:path';
import type { TarList, TarMember } from '../tar/list-tar.js';
import { REPACK } from '../tar/member-name.js';
import { type Input, isImageName, type MemberFacts } from './input.js';

/** What belongs to an image under its key, and may be read. */
const BESIDE = new Set(['.json', '.cls', '.txt']);

/**
 * The images of an archive, which stand in a folder of its name.
 * @param archive itself, as an input
 * @param inputOf a member in a folder
 */
export function archiveInputs(
  { members, damage }: TarList,
  archive: Input,
  inputOf: (member: TarMember, relative: string) => Input,
): Input[] {
  const refused = (why: string, fix: string): Input => ({
    ...archive,
    archive: folder,
    unreadable: { why, fix },
  });
  const folder = join(archive.relative, archive.name);
  const facts = factsByKey(members.values());
  const found = [...members.values()]
    .filter(({ name }) => isImageName(name))
    .map((member): Input => {
      if (member.refused !== null) {
        return { ...inputOf(member, folder), archive: folder, unreadable: { why: member.refused, fix: REPACK } };
      }
      const own = facts.get(keyOf(member.name))!;
      return { ...inputOf(member, join(folder, dirname(member.name))), archive: folder, member: own };
    });
  if (damage === null) return found;
  if (members.size === 0) return [refused(`not a tar archive: ${damage}`, 'check it with: tar -tf FILE')];
  return [...found, refused(`damaged: ${damage}; what stands behind is not read`, 'copy it again')];
}

/** The path up to the first dot of the file's name. Source: the WebDataset format, "keys and extensions" */
function keyOf(name: string): string {
  const base = basename(name);
  const dot = base.indexOf('.');
  return dot < 0 ? name : name.slice(0, name.length - base.length + dot);
}

function factsByKey(members: Iterable<TarMember>): Map<string, MemberFacts> {
  const found = new Map<string, MemberFacts>();
  for (const { name, from, size, refused, text } of members) {
    if (refused !== null) continue;
    const key = keyOf(name);
    const { label, beside } = found.get(key) ?? { key, beside: [] };
    const ending = name.slice(key.length);
    const own = ending === '.cls' && text ? text : label;
    const others = BESIDE.has(extname(name).toLowerCase()) ? [...beside, { ending, from, size }] : beside;
    found.set(key, { key, ...(own !== undefined && { label: own }), beside: others });
  }
  return found;
}
