import type { CnnvizError } from '../../core/errors.js';
import type { Submission } from './submission.js';

/** What a worker of a farm tells as it goes. */
export interface FarmEvents {
  /** It takes part in a submission now. */
  begin(submission: Submission): void;
  /** An input has failed here. */
  failed(error: CnnvizError): void;
  /** This worker cannot take part. */
  refused(error: CnnvizError): void;
  /** All jobs of a submission are done. */
  joined(submission: Submission, manifest: string | null): void;
  note(text: string): void;
}
