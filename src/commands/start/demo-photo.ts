import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CnnvizError } from '../../core/errors.js';
import { shellWord } from '../../core/text.js';
import { existingFile, readBytes, writeAtomic } from '../../io/files.js';
import { joinPath, relativePath } from '../../io/paths.js';

const PHOTO = 'rocket.jpg';

/** The photograph in `out`, where commands can name it. @throws CnnvizError 'usage' where another file has its name */
export async function layPhoto(out: string): Promise<string> {
  const path = joinPath(out, PHOTO);
  const bytes = await readBytes(fileURLToPath(new URL(`../../fixtures/images/${PHOTO}`, import.meta.url)));
  if (!(await existingFile(path))) await writeAtomic(path, bytes, { clobber: false });
  else if (!Buffer.from(bytes).equals(await readBytes(path))) {
    throw new CnnvizError(
      'usage',
      `${path}: a file of this name, and not the photograph of the demo, is there already`,
      {
        fix: `another folder: cnnviz demo -o ${shellWord(joinPath(out, 'cnnviz-demo'))}`,
      },
    );
  }
  return path;
}

/** How to type the commands where `cnnviz` is not installed; nothing where it is. */
export async function programWords(): Promise<string[]> {
  if (await isInPath('cnnviz')) return [];
  const program = `node ${shellWord(programPath())}`;
  return [`There is no cnnviz in your PATH: write ${program} for it, or install it (npm install -g).`];
}

async function isInPath(name: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const places = folders.flatMap((folder) => [joinPath(folder, name), joinPath(folder, `${name}.cmd`)]);
  for (const place of places) if (await existingFile(place)) return true;
  return false;
}

/** This program, from where the user stands where it is below. */
function programPath(): string {
  const path = process.argv[1];
  const relative = relativePath(process.cwd(), path);
  return relative.startsWith('..') ? path : relative;
}
