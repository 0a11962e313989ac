import { convCases } from './conv.mjs';
import { helpCase } from './help.mjs';

/**
 * Everything `npm run bench` measures; a new case is a file and a line here.
 * A case: name · goal, the greatest ratio subject / baseline that will do · prepare(folder), which may write to the
 * temporary folder and resolves to { subject, baseline }, two functions that are timed from call to end.
 */
export const CASES = [...convCases, helpCase];
