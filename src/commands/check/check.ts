import { arg, command } from '../../cli/command.js';
import { installedDoc } from '../../cli/help.js';
import { checkFlags } from './check-flags.js';

/** `cnnviz check`: feature maps against stored ones. */
export const check = command({
  name: 'check',
  description:
    'Run a pipe or a network on images and compare every stage with its baseline. Exits with 1 when anything differs, ' +
    'is missing or is left over. Give images and --pipe or --network, or a file of cases (.yaml, .json).',
  examples: `Examples:
  cnnviz check img/ --pipe 'conv edge3x3 | relu' --baseline base/ --update    store the maps
  cnnviz check img/ --pipe 'conv edge3x3 | relu' --baseline base/             are they still the same?
  cnnviz check img/ --network alexnet@alexnet.pth --layers 'features.*' --baseline base/ --tolerance rel=1e-5
  cnnviz check checks.yaml --report report/ --junit junit.xml                 cases in a file, for CI
`,
  after: () => `\nFiles of cases, and a job for CI: ${installedDoc('ci.md')}\n`,
  common: ['--pipe', '--network', '--baseline', '--update', '--report'],
  args: { images: arg.any('images, folders, globs; or files of cases') },
  flags: checkFlags,
  jobs: 'images in flight, and threads within one image',
  profile: true,
  async answer({ images, flags }, frame) {
    const { checkAnswer } = await import('./check-answer.js');
    return checkAnswer(images, flags, frame);
  },
});
