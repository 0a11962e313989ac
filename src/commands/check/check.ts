import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { installedDoc } from '../../cli/help.js';
import { addInputFlags } from '../../cli/input-flags.js';
import { addLayersFlag, addPresetFlags, asPrintedOption } from '../../cli/network-flags.js';

const EXAMPLES = `Examples:
  cnnviz check img/ --pipe 'conv edge3x3 | relu' --baseline base/ --update    store the maps
  cnnviz check img/ --pipe 'conv edge3x3 | relu' --baseline base/             are they still the same?
  cnnviz check img/ --network alexnet@alexnet.pth --layers 'features.*' --baseline base/ --tolerance rel=1e-5
  cnnviz check checks.yaml --report report/ --junit junit.xml                 cases in a file, for CI
`;

/** Adds `check`: feature maps against stored ones. */
export function addCheck(program: Command): void {
  const check = program
    .command('check')
    .summary('feature maps against stored ones: which stage, channel and pixel changed')
    .description(
      'Run a pipe or a network on images and compare every stage with its baseline. Exits with 1 when anything differs, ' +
        'is missing or is left over. Give images and --pipe or --network, or a file of cases (.yaml, .json).',
    )
    .argument('[images...]', 'images, folders, globs; or files of cases')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', () => `\nFiles of cases, and a job for CI: ${installedDoc('ci.md')}\n`)
    .optionsGroup('What is run:')
    .option('--pipe <pipe>', 'layers one after another, as for run')
    .option('--network <net>', 'a built-in, a network file, an ONNX model; NET@FILE adds a checkpoint')
    .option('-w, --weights <file>', 'a checkpoint for --network')
    .option('--init <seed:N>', 'made-up He weights, the same on every machine')
    .addOption(asPrintedOption());
  addLayersFlag(check, 'the stages: names or globs with commas, output or all (default: all)')
    .option('--exact', 'only algorithms that add in one fixed order; no batch norm folded', false)
    .optionsGroup('Baselines:')
    .option('-b, --baseline <folder>', 'where the maps are stored: FOLDER/IMAGE.EXT/STAGE.npy')
    .option('--tolerance <abs=…,rel=…,ulps=…>', 'let values differ by so much (default: not by one bit)')
    .option('--update', 'store what this run gives: writes what is new or differs, removes what is left over', false)
    .addOption(
      new Option('--format <format>', 'of what --update stores: exact arrays, or grey pictures').choices([
        'npy',
        'png',
      ]),
    )
    .option('--force-update', 'let --update write although CI is set', false);
  addPresetFlags(check)
    .optionsGroup('Reports:')
    .option('--report <folder>', 'pictures of what was expected, what came and the difference, and index.html')
    .option('--junit <file>', 'JUnit XML, for CI')
    .option('--json', 'one JSON document on stdout', false)
    .option('-q, --quiet', 'print nothing but failures', false);
  addInputFlags(check)
    .option('--shard <i/n>', 'check part i of n, from 1; auto: as SLURM, Kubernetes, AWS Batch or Cloud Run say')
    .option('-j, --jobs <n>', 'images in flight, and threads for one large convolution', String(availableParallelism()))
    .action(async (images: string[], options) => {
      const { runCheck } = await import('./run-check.js');
      await runCheck(images, options);
    });
}
