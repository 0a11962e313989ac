import { Profile } from '../analysis/profile.js';
import { CnnvizError } from '../core/errors.js';
import { plural } from '../core/geometry.js';
import type { Look } from '../core/look.js';
import type { DrawingNote } from '../core/note.js';
import type { RunProfile } from '../core/profile.js';
import { VERSION } from '../core/version.js';
import { profileBars } from '../draw/profile-bars.js';
import { timeRuns } from '../engine/step-times.js';
import { fileIdentity, writeAtomic } from '../io/files.js';
import { baseName, extensionOf } from '../io/paths.js';
import { kindsOf, msWords, totalRate, wayOf, withKinds } from '../reports/profile.js';
import { encodeFigure } from '../run/figure.js';
import { checkPlace } from '../run/place.js';
import { type Flags, readFlags, type TypedLine, wordsOf } from './flags.js';
import { PROFILE_TABLE } from './standard-flags.js';

const WORDS = { ms: msWords, way: wayOf, with: withKinds };

/** The profile of a command, which every run from now on adds to. */
export interface CommandProfile {
  readonly facts: RunProfile;
  /** Adds what a worker process took. */
  readonly addAll: Profile['addAll'];
  /** Writes the picture where one was asked for. @returns its name; null where none was */
  draw(look: Look, say: (note: string) => void): Promise<string | null>;
}

/** The command that is profiled. */
interface ProfiledCommand {
  readonly name: string;
  readonly clobber: boolean;
  readonly typed: ReadonlySet<string>;
  readonly line: TypedLine;
}

/** @param value of --profile @throws CnnvizError 'usage' for a place that will not do */
export function startProfile(value: string, options: ProfiledCommand): CommandProfile {
  const { clobber } = options;
  const ending = extensionOf(value).toLowerCase();
  const isPicture = value !== PROFILE_TABLE;
  if (isPicture && ending !== '.png' && ending !== '.svg') {
    throw new CnnvizError('usage', `--profile=${value}: a profile is drawn as .png or .svg`, {
      fix: '--profile for the table, --profile=profile.png for bars as well',
    });
  }
  if (isPicture) checkPlace(value, [], clobber);
  const profile = new Profile(() => performance.now());
  timeRuns(profile);
  return {
    get facts() {
      return profile.facts;
    },
    addAll: (times) => profile.addAll(times),
    draw: async (look, say) => {
      if (!isPicture) return null;
      const bytes = await profilePicture(profile.facts, [...recipeOf(options), `--profile=${baseName(value)}`], {
        look,
        svg: ending === '.svg',
        say,
      });
      await writeAtomic(value, bytes, { clobber });
      return value;
    },
  };
}

/** The command with what was typed, but for where results go. */
function recipeOf({ name, line, typed }: ProfiledCommand): string[] {
  const values = Object.entries(readFlags(line.flags, line.raw)).filter(([key]) => typed.has(key));
  const words = line.words.flat().filter((word): word is string => typeof word === 'string');
  return [
    ...name.split(' '),
    ...[...words, ...wordsOf<Flags>(line.flags, Object.fromEntries(values))].map(withoutFolders),
  ];
}

/** A word of the line: files that it names lose their folders, as in every recipe. */
function withoutFolders(word: string): string {
  const parts = word.split(/([@=])/);
  return parts.map((part) => (part.length > 1 && fileIdentity(part) !== null ? baseName(part) : part)).join('');
}

function profilePicture(
  facts: RunProfile,
  args: readonly string[],
  file: Parameters<typeof encodeFigure>[2],
): Promise<Uint8Array> {
  const [slowest] = [...facts.layers].sort((a, b) => b.ms - a.ms);
  const [kind] = kindsOf(facts);
  const share = (ms: number) => `${facts.ms === 0 ? 0 : Math.round((100 * ms) / facts.ms)} %`;
  const title = `Where the time goes: ${kind ? `${share(kind[1])} in ${kind[0]}` : 'no layer was computed'}`;
  const told = [
    `${msWords(facts.ms)} ms in ${plural(facts.layers.length, 'layer')}`,
    totalRate(facts),
    slowest ? `the longest is ${slowest.layer} with ${share(slowest.ms)}` : '',
    `before them ${msWords(facts.packMs)} ms for memory and weights`,
  ].filter(Boolean);
  const alt = `${title}; ${told.join(', ')}.`;
  const note: DrawingNote = { cnnviz: VERSION, picture: 'profile', alt, args };
  return encodeFigure(
    (look) => profileBars(facts, { title, facts: told.join('  ·  '), words: WORDS, look }),
    () => note,
    file,
  );
}
