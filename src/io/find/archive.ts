import type { TarList } from '../tar/list-tar.js';
import { membersOf } from '../tar/members.js';
import { archiveInputs } from './archive-inputs.js';
import { type Input, toInput } from './input.js';

/** The images of a tar archive, which stand in a folder of its name. */
export async function inArchive(archive: string, relative: string): Promise<Input[]> {
  let list: TarList;
  try {
    list = membersOf(archive);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return [toInput(archive, relative)]; // it fails again, by name, when it is read
  }
  return archiveInputs(list, toInput(archive, relative), ({ name }, folder) => toInput(`${archive}/${name}`, folder));
}
