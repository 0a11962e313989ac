import { Option } from 'commander';

/** What a beginner need not read; --json has it always. */
export function verboseOption(): Option {
  return new Option('-v, --verbose', 'say also what the engine did: algorithms, operations (MACs), times').default(
    false,
  );
}
