import { CnnvizError } from '../../core/errors.js';
import { VERSION } from '../../core/version.js';
import type { Training } from '../../engine/training/network/trainer.js';
import { writeAtomic } from '../../io/files.js';
import { extensionOf, joinPath } from '../../io/paths.js';
import { kindOf } from '../../io/read-files.js';
import { writeSafetensors } from '../../models/weights/safetensors.js';
import { digitTexts, entriesOf, FORMAT } from './network-file.js';
import type { Prepared } from './prepare-training.js';

/** Keeps the weights at steps 0, 1, 2, 4, 8 … and the last: what `explore --checkpoint` takes. */
export interface CheckpointKeeper {
  /** Before the first step that is done now, and after each. */
  after(step: number): Promise<void>;
  /** After the last step. */
  end(step: number): Promise<void>;
}

/** Where --checkpoints points, checked before any work. @throws CnnvizError 'usage' */
export function checkpointFolder(said: string | null): string | null {
  if (said === null) return null;
  const isFolder = /[\\/]$/.test(said) || kindOf(said) === 'a folder' || extensionOf(said) === '';
  if (kindOf(said) === 'a file' || !isFolder) {
    throw new CnnvizError('usage', `--checkpoints ${said}: expected a folder, one file would hold one moment`, {
      fix: '--checkpoints kept/',
    });
  }
  return said;
}

export function openKeeper(folder: string, { training, facts, preset }: Prepared, clobber: boolean): CheckpointKeeper {
  let last = -1;
  const keep = async (step: number) => {
    last = step;
    const name = `step-${String(step).padStart(7, '0')}.safetensors`;
    await writeAtomic(joinPath(folder, name), checkpointFile(training, step, facts.classes, preset), { clobber });
  };
  return {
    after: async (step) => {
      if ((step & (step - 1)) === 0) await keep(step);
    },
    end: async (step) => {
      if (last !== step) await keep(step);
    },
  };
}

/** The weights as they are now, in the form of the trained network. */
function checkpointFile(
  training: Training,
  step: number,
  classes: readonly string[],
  preset: Prepared['preset'],
): Uint8Array {
  return writeSafetensors(entriesOf(training), {
    format: FORMAT,
    format_version: '1',
    cnnviz: VERSION,
    classes: JSON.stringify(classes),
    ...digitTexts(preset),
    training: JSON.stringify({ steps: step }),
  });
}
