import { refuseSwapped } from '../../cli/argument-order.js';
import type { ValuesOf } from '../../cli/flags.js';
import type { Answer, Frame } from '../../cli/frame.js';
import { collectInputs, nothingToDo } from '../../cli/input-flags.js';
import { numbersJob } from '../../cli/network-flags.js';
import type { doctorFlags } from './doctor-flags.js';
import { describeDiagnosis, diagnosisDocument } from './doctor-report.js';
import { examineNetwork } from './examine.js';

/** What `doctor` was asked. */
interface DoctorWords {
  readonly net: string;
  readonly images: readonly string[];
  readonly flags: ValuesOf<typeof doctorFlags>;
}

/** `cnnviz doctor`, answered: findings, the worst first. */
export async function doctorAnswer({ net, images, flags }: DoctorWords, frame: Frame): Promise<Answer> {
  refuseSwapped('doctor', net, images);
  const isGiven = images.length > 0 || flags.filesFrom.length > 0;
  const inputs = isGiven ? await collectInputs(images, flags, 'cnnviz doctor NET photos/') : [];
  if (isGiven && inputs.length === 0) {
    if (flags.passWithNoInputs) return {};
    throw nothingToDo(images, flags);
  }
  const { breathe } = frame.progress(Math.max(1, inputs.length));
  const diagnosis = await examineNetwork(numbersJob(net, flags), inputs, flags.size, { breathe, threads: frame.jobs });
  const { findings, failures } = diagnosis;
  return {
    ...describeDiagnosis(diagnosis, frame.style),
    document: () => diagnosisDocument(diagnosis),
    notes: diagnosis.notes,
    ok: failures.length === 0 && findings.every(({ severity }) => severity === 'remark'),
  };
}
