import type { Command } from 'commander';

const EXAMPLES = `Examples:
  cnnviz conv photos/ -r -o maps/ -k edge3x3 --shard 1/4     one of four parts, on as many machines
  cnnviz batch merge maps/                                   all four done? joins their manifests, names what is missing
`;

/** Adds `batch`: what concerns a batch as a whole; working on images is what `conv`, `run` and `preprocess` do. */
export function addBatch(program: Command): void {
  const batch = program
    .command('batch')
    .summary('merge: manifests of shards joined')
    .description('What concerns a batch that several runs shared.')
    .addHelpText('before', EXAMPLES);
  batch
    .command('merge')
    .summary('join the manifests of all shards, and say what is missing')
    .description('Join the manifests of all shards of a folder; exit 1 when an input failed, is missing or came twice.')
    .argument('<folder>', 'the folder the shards wrote to')
    .addHelpText('before', EXAMPLES)
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false)
    .action(async (folder: string, options) => {
      const { runMerge } = await import('./run-merge.js');
      await runMerge(folder, options);
    });
}
