import type { Command } from 'commander';
import { coreCount } from '../../io/process-facts.js';
import { addInputFlags } from './input-flags.js';

/** The flags of every command that works on many images: where they come from, how they are worked on. */
export function addBatchFlags(command: Command): Command {
  return addInputFlags(command)
    .option('-j, --jobs <n>', 'images in flight, and threads for one large convolution', String(coreCount()))
    .option('--timeout <seconds>', 'time for one image of several; 0 for any (default: 60)')
    .option('--resume', 'do only what an earlier run into this folder left undone, or what has changed', false)
    .option('--skip-existing', 'leave images alone whose outputs all exist', false)
    .option('--shard <i/n>', 'do the i-th of n parts, from 1; auto: as SLURM, Kubernetes, AWS Batch or Cloud Run say')
    .option('--jsonl', 'one line of JSON on stdout for each image as it finishes', false);
}
