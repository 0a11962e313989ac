/** A command whose results must not change while the code moves: what it is called here, and its words. */
export interface FrozenCommand {
  readonly name: string;
  readonly args: readonly string[];
  /** Commands before it, in the same folder. */
  readonly after?: readonly (readonly string[])[];
  /** stdout is one JSON document, kept whole. */
  readonly document?: true;
}

const MADE_UP = ['--init', 'seed:1'];
const PIPE = 'conv edge3x3 stride=2 | relu | max_pool 3 stride=2';
const MAP = ['conv', 'five.png', '-k', 'edge3x3', '--rgb'];
const UPDATE = ['check', 'bars17.png', '--pipe', PIPE, '-b', 'base', '--update', '--force-update'];
const DIGITS = ['digits.txt@digits.pth', '--resize', '20,15', '--gray'];

/** Every command, and for each what decides its pixels, its numbers and its document. Files lie in the working folder. */
export const FROZEN: readonly FrozenCommand[] = [
  // one layer: pictures
  picture('conv', 'rocket.jpg', '-k', 'edge3x3', '--stride', '2'),
  picture('conv', 'chelsea.png', '-k', 'sobel-x', '-k', 'sobel-y', '-k', 'outline3x3', '--padding', 'same', '--sheet'),
  picture('conv', 'rocket.jpg', '-k', 'edge3x3', '--scale', '-2,2', '--strip'),
  picture('conv', 'plane.png', '--patch', '445,421,70,70', '--strip'),
  picture('conv', 'five.png', '-k', 'outline3x3', '--depth', '16', '--rgb'),
  picture('conv', 'rocket.jpg', '-k', 'sobel-y', '--colormap', 'diverging', '--scale', 'symmetric'),
  picture('conv', 'rocket.jpg', '-k', 'sobel-y', '--bias', 'fire:1%', '--relu', '--scale', 'p1,p99'),
  // one layer: numbers
  numbers('conv', 'rocket.jpg', '-k', 'edge3x3', '--stride', '2', '--padding', '1', '--bias', '-1', '--relu'),
  numbers('conv', 'chelsea.png', '-k', 'gaussian5', '--dilation', '2', '--padding-mode', 'reflect', '--padding', '4'),
  numbers('conv', 'plane.png', '--patch', '445,421,70,70', '--patch-mode', 'ncc', '--gray'),
  numbers('conv', 'plane.png', '--patch', '445,421,70,70', '--exact'),
  numbers('conv', 'coffee.png', '-k', 'sobel-x', '--pool', 'gauss:5:2', '--activation', 'gelu'),
  numbers('conv', 'coffee.png', '-k', 'sobel-x', '--pool', 'max:3:2', '--pixels', 'signed', '--flip'),
  document('conv', 'rocket.jpg', 'five.png', '-k', 'edge3x3', '-k', 'gaussian3', '--rgb', '-o', 'maps/'),
  // a file of one channel stays one
  numbers('conv', 'five.png', '-k', 'edge3x3', '--pixels', '255'),
  document('conv', 'rocket.jpg', '-k', 'edge3x3', '--resize', '64', '--crop', '60,50', '--dry-run'),
  document('conv', 'rocket.jpg', '-k', 'edge3x3', '--dry-run'),
  document('plan', 'rocket.jpg', '-k', 'edge3x3'),
  document('plan', '--input', '3,224,224', '--weight', '64,3,11,11', '--stride', '4'),
  document('kernels', 'edge3x3', 'gaussian5'),
  picture('kernels'),
  document(
    'sweep',
    'chelsea.png',
    '-k',
    'edge3x3',
    '--stride',
    '1,2',
    '--bias',
    '0,-1',
    '--relu',
    '--pool',
    'none,max:2',
  ),
  picture('sweep', 'chelsea.png', '-k', 'edge3x3', '--stride', '1,2x3', '--bias', '0,-1', '--relu'),
  document('explain', 'rocket.jpg', '-k', 'edge3x3', '--relu', '--pool', 'max:2', '--at', '94,21'),
  document('explain', PIPE, 'rocket.jpg', '--layer', 'relu', '--at', '8,4'),
  document('explain', ...DIGITS, 'bars17.png', '--layer', 'features.4', '--channel', '3', '--at', '2,2'),
  picture('explain', 'rocket.jpg', '-k', 'edge3x3', '--stride', '2', '--at', '188,42'),
  gif('animate', 'five.png', '-k', 'edge3x3', '--padding', '1', '--relu', '--rgb'),
  gif('animate', 'five.png', '-k', 'edge3x3', '--pool', 'max:2:1', '--region', '1,0,1,2'),
  picture('field', 'alexnet', 'chelsea.png', '--layer', 'features.3', '--at', '3,4'),
  document('field', PIPE, 'rocket.jpg', '--pixel', '100,50'),
  // networks
  picture('run', PIPE, 'rocket.jpg', '--layers', 'relu'),
  numbers('run', 'lenet5', ...MADE_UP, 'five.png', '--layers', 'conv2'),
  document('run', 'lenet5', ...MADE_UP, 'five.png', '--layers', 'all'),
  document('run', ...DIGITS, 'five.png', 'bars17.png', '--top', '3'),
  picture('run', 'squeezenet1_1', ...MADE_UP, 'coffee.png', '--layers', 'features.3.cat'),
  numbers('run', 'squeezenet1_1', ...MADE_UP, 'coffee.png', '--layers', 'features.12.cat', '--exact'),
  document('run', 'lenet-16.onnx', 'five.png', '--resize', '20,20', '--layers', 'all'),
  numbers('run', 'lenet-16.onnx', 'bars17.png', '--resize', '20,20', '--exact'),
  document('summary', 'alexnet'),
  document('summary', 'resnet18', '--size', '3,64,64'),
  picture('summary', 'alexnet-2012'),
  picture('filters', 'squeezenet1_1', ...MADE_UP, '--kernels', '0-15'),
  document('weights', 'digits.pth'),
  document('compare', 'lenet5', 'lenet5', 'five.png', ...MADE_UP),
  numbers('preprocess', 'chelsea.png'),
  picture('preprocess', 'chelsea.png', '--audit'),
  document('preprocess', 'chelsea.png', '--resize', '64', '--crop', '60', '-o', 'x.npy'),
  // what a network looks at
  picture('gradcam', 'squeezenet1_1', ...MADE_UP, 'chelsea.png', '--layer', 'features.12.cat'),
  document('gradcam', 'lenet5', ...MADE_UP, 'five.png', '--layer', 'conv2'),
  picture('saliency', 'lenet5', ...MADE_UP, 'five.png'),
  document('saliency', 'lenet5', ...MADE_UP, 'five.png', '--class', '3'),
  document('occlude', 'lenet5', ...MADE_UP, 'five.png', '--size', '8', '--stride', '8'),
  document('ablate', 'lenet5', ...MADE_UP, 'five.png', '--layer', 'conv2'),
  document('head', 'train', '--csv', 'classes.csv', '--features', 'squeezenet1_1', ...MADE_UP, '-o', 'my.head'),
  // maps that must not change, values back
  { ...document('check', 'bars17.png', '--pipe', PIPE, '-b', 'base'), after: [UPDATE] },
  { ...document('check', 'bars17.png', '--pipe', PIPE, '-b', 'base', '--normalize', '0.5/0.3'), after: [UPDATE] },
  { ...document('diff', 'five.edge3x3.png', 'five.outline3x3.png'), after: [MAP, [...MAP, '-k', 'outline3x3']] },
  { ...document('read', 'five.edge3x3.png', '--at', '1,1'), after: [MAP] },
  // the manifest's command hash: another one would make every --resume do all again
  document(
    'conv',
    'five.png',
    'bars17.png',
    '-k',
    'edge3x3',
    '--stride',
    '2',
    '--relu',
    '--rgb',
    '-o',
    'maps/',
    '--resume',
  ),
  document('conv', 'five.png', '--patch', '1,1,3,3@bars17.png', '--pool', 'max:2', '--rgb', '-o', 'maps/', '--resume'),
  document('run', PIPE, 'bars17.png', 'coffee.png', '--layers', 'relu', '-o', 'maps/', '--resume'),
  document('run', 'lenet5', ...MADE_UP, 'five.png', '--format', 'npy', '--layers', 'all', '-o', 'maps/', '--resume'),
  document('preprocess', 'five.png', 'bars17.png', '-o', 'inputs/', '--resume'),
  document('top', 'lenet5', ...MADE_UP, 'five.png', 'bars17.png', '--layer', 'conv1', '--count', '2'),
  // the network that ships
  numbers('run', 'digits', 'digits/7.png', '--layers', 'conv2'),
  document('run', 'digits', 'digits/7.png', '--layers', 'all'),
];

function picture(...args: string[]): FrozenCommand {
  return { name: nameOf(args, 'png'), args: [...args, '-o', 'out.png'] };
}

function gif(...args: string[]): FrozenCommand {
  return { name: nameOf(args, 'gif'), args: [...args, '-o', 'out.gif'] };
}

function numbers(...args: string[]): FrozenCommand {
  return { name: nameOf(args, 'npy'), args: [...args, '-o', 'out.npy'] };
}

function document(...args: string[]): FrozenCommand {
  return { name: nameOf(args, 'json'), args: [...args, '--json'], document: true };
}

function nameOf(args: readonly string[], ending: string): string {
  return `${args.join(' ')} → ${ending}`;
}
