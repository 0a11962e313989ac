import { lookForDead } from './dead.js';
import { lookForDoubleSoftmax } from './double-softmax.js';
import { lookForDuplicates } from './duplicates.js';
import { lookAtEps } from './eps.js';
import { lookForExplosion } from './explosion.js';
import type { Finding, Look, Severity } from './finding.js';
import { lookAtInputs } from './inputs.js';
import { lookAtLayout } from './layout.js';
import { lookForNotFinite } from './not-finite.js';
import type { Patient } from './patient.js';
import { lookForSaturated } from './saturated.js';
import { lookAtStatistics } from './statistics.js';
import { lookForSwapped } from './swapped.js';
import { lookForUntrained } from './untrained.js';
import { lookAtVariances } from './variances.js';

/** Everything that is looked for, the worst first. Adding one is a file and a line here. */
const LOOKS: readonly Look[] = [
  lookForNotFinite,
  lookAtVariances,
  lookForExplosion,
  lookAtLayout,
  lookForUntrained,
  lookForSwapped,
  lookAtInputs,
  lookAtEps,
  lookForDead,
  lookForDoubleSoftmax,
  lookAtStatistics,
  lookForSaturated,
  lookForDuplicates,
];

const RANKS: readonly Severity[] = ['broken', 'suspect', 'remark'];

/** What is wrong with a network, the worst first, then what is worth knowing. */
export function diagnose(patient: Patient): readonly Finding[] {
  const found = LOOKS.flatMap((look) => look(patient));
  return RANKS.flatMap((rank) => withoutConsequences(found).filter(({ severity }) => severity === rank));
}

/** What moves the statistics behind it. */
const CAUSES = [
  'nan',
  'negative-variance',
  'explosion',
  'layout',
  'preparation',
  'swapped-mean-std',
  'untrained',
  'half-loaded',
  'dead',
  'eps',
];

/** What follows from a finding is no second one: an input that is wrong, or NaN, moves all statistics behind it. */
function withoutConsequences(found: readonly Finding[]): readonly Finding[] {
  const kinds = new Set(found.map(({ kind }) => kind));
  const isExplained = CAUSES.some((kind) => kinds.has(kind));
  return found.filter(({ kind }) => {
    if (kind === 'statistics') return !isExplained;
    if (kind === 'preparation') return !kinds.has('swapped-mean-std');
    return true;
  });
}
