import type { FixCase } from './follow.js';

const HEX = 'a'.repeat(64);
/** Nothing is fetched: -n says what would be. */
const DRY = '-n';
const ADDRESS = 'https://example.org/net.pth';

/** The command that the fix names, without fetching. */
const dry: FixCase['rule'] = (fix) => [...fix.split('cnnviz ').at(-1)!.split(' '), DRY];

/** How the fixes of `cnnviz get` are followed. */
export const GET_CASES: readonly FixCase[] = [
  { args: ['get'], says: /--list/, rule: { line: 0 } },
  { args: ['get', 'alexnet', '--list', DRY], says: /leave one/, rule: { leave: 0 } },
  { args: ['get', 'lenet5'], says: /cnnviz run lenet5/, rule: { line: 0 }, about: ['run'] },
  { args: ['get', 'digits'], says: /cnnviz run digits/, rule: { line: 0 }, about: ['run'], reaches: 1 },
  { args: ['get', 'alexnet-2012'], says: /cnnviz get alexnet$/, rule: dry },
  { args: ['get', 'resent18', DRY], says: /did you mean/, rule: { meant: 'resent18' } },
  {
    args: ['get', 'yolov5s', DRY],
    says: /--sha256/,
    rule: () => ['get', ADDRESS, '--sha256', HEX, DRY],
  },
  { args: ['get', ADDRESS, DRY], says: /--sha256/, rule: { add: 0 }, fill: { HEX } },
  {
    args: ['get', 'https://example.org/', '--sha256', HEX, DRY],
    says: /such as/,
    rule: (fix) => ['get', fix.split(' ').at(-1)!, '--sha256', HEX, DRY],
  },
  { args: ['get', 'resnet18', '--sha256', HEX, DRY], says: /leave it out/, rule: () => ['get', 'resnet18', DRY] },
  {
    args: ['get', 'https://example.org/vgg16-397923af.pth', '--sha256', HEX, DRY],
    says: /cnnviz get vgg16$/,
    rule: dry,
  },
];
