import { type FixCase, testFixes } from './fixes/follow.js';
import { PARTS } from './fixes/parts.js';

const NET = 'conv out_channels=2 kernel_size=5 stride=4 | relu | flatten | linear out_features=10';
const TRAIN = ['train', NET, '--data', 'digits:1', '--epochs', '1'];
const OUT = ['-o', 'small.safetensors'];

const CASES: readonly FixCase[] = [
  { args: [...TRAIN, ...OUT, '--augment', 'turn'], says: /--augment shift/, rule: { add: 0 } },
  { args: [...TRAIN, ...OUT, '--holdout', '2'], says: /such as --holdout/, rule: { add: 0 } },
  { args: [...TRAIN, ...OUT, '--holdout', 'x'], says: /such as --holdout 0\.1/, rule: { add: 0 } },
  { args: [...TRAIN, ...OUT, '--weight-decay', '-1'], says: /such as --weight-decay/, rule: { add: 0 } },
  { args: [...TRAIN, ...OUT, '--lr', '-1'], says: /such as --lr/, rule: { add: 0 } },
  {
    args: [...TRAIN, '-o', '-', '--resume'],
    says: /-o FILE\.safetensors/,
    // there is nothing to go on with
    rule: () => [...TRAIN, ...OUT],
  },
  {
    args: [...TRAIN, ...OUT, '--watch', 'learn.mp4'],
    says: /--watch learn\.webp/,
    rule: () => [...TRAIN, ...OUT, '--watch', 'learn.webp'],
  },
  {
    args: [...TRAIN, ...OUT, '--checkpoints', 'kept.safetensors'],
    says: /--checkpoints kept\//,
    rule: () => [...TRAIN, ...OUT, '--checkpoints', 'kept/'],
  },
  {
    args: ['train', 'flatten | linear out_features=10', ...TRAIN.slice(2), ...OUT, '--watch', 'learn.webp'],
    says: /leave --watch/,
    rule: (_, args) => args.slice(0, -2),
  },
];

const BAD_DATA = 'needs images of its own: test/commands/train/bad-data.test.ts';

testFixes(PARTS.train, CASES, {
  'src/commands/train/image-store.ts: --resize …,……': BAD_DATA,
  'src/commands/train/learn.ts: try --lr …': BAD_DATA,
  'src/commands/train/trained-network.ts: cnnviz head train makes heads; here the network under it can be trained':
    'needs a head: test/commands/head/head-network.test.ts',
  'src/commands/train/trained-network.ts: --resize …,…, or …': BAD_DATA,
  'src/commands/train/training-images.ts: --resize …': BAD_DATA,
  'src/commands/train/training-state.ts: give the same words again with --resume, or leave --resume out to begin anew':
    'needs a training that was ended: test/commands/train/same-bytes.test.ts',
  'src/commands/train/training-state.ts: leave --resume out to begin anew': BAD_DATA,
  'src/models/idx.ts: such as train-images-idx3-ubyte, packed as .gz or not': BAD_DATA,
});
