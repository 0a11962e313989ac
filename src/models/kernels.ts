import { sameName } from '../core/names.js';

type KernelFamily = 'edges' | 'outlines' | 'compass' | 'blur' | 'sharpen' | 'lines' | 'identity';

export interface BuiltinKernel {
  readonly name: string;
  readonly family: KernelFamily;
  /** [kH][kW] */
  readonly rows: readonly (readonly number[])[];
  /** What whole numbers were divided by to give the rows; absent for 1. */
  readonly divisor?: number;
  /** One sentence: what gives positive, negative and zero. */
  readonly reads: string;
  /** What gives the strongest response. */
  readonly positive: string;
  readonly seeAlso: readonly string[];
}

type Rows = readonly (readonly number[])[];

function divided(rows: Rows, divisor: number): Pick<BuiltinKernel, 'rows' | 'divisor'> {
  return { rows: rows.map((row) => row.map((value) => value / divisor)), divisor };
}

function transposed(rows: Rows): number[][] {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}

/** n×n ones */
function ones(n: number): number[][] {
  return Array.from({ length: n }, () => new Array<number>(n).fill(1));
}

const SOBEL_X: Rows = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];
const PREWITT_X: Rows = [
  [-1, 0, 1],
  [-1, 0, 1],
  [-1, 0, 1],
];
const SCHARR_X: Rows = [
  [-3, 0, 3],
  [-10, 0, 10],
  [-3, 0, 3],
];
const GAUSSIAN5: Rows = [1, 4, 6, 4, 1].map((a) => [1, 4, 6, 4, 1].map((b) => a * b));

const TO_RIGHT = 'brighter to the right → positive; brighter to the left → negative; flat → 0';
const DOWN = 'brighter below → positive; brighter above → negative; flat → 0';

function gradient(name: string, rows: Rows, axis: 'x' | 'y', seeAlso: string[]): BuiltinKernel {
  return {
    name,
    family: 'edges',
    rows: axis === 'x' ? rows : transposed(rows),
    reads: axis === 'x' ? TO_RIGHT : DOWN,
    positive: axis === 'x' ? 'dark → bright, left to right' : 'dark → bright, top to bottom',
    seeAlso,
  };
}

/** The eight places around the centre, clockwise from the top left. */
const RING = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 2],
  [2, 2],
  [2, 1],
  [2, 0],
  [1, 0],
] as const;
const COMPASS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;
const COMPASS_WORDS = ['above', 'above right', 'right', 'below right', 'below', 'below left', 'left', 'above left'];

/** Kirsch's compass kernels: three 5s on one side, −3 elsewhere, turned by 45° each. */
const KIRSCH: readonly BuiltinKernel[] = COMPASS.map((direction, turn) => {
  const rows = [
    [-3, -3, -3],
    [-3, 0, -3],
    [-3, -3, -3],
  ];
  for (let step = 0; step < 3; step++) {
    const [row, column] = RING[(turn + step) % 8];
    rows[row][column] = 5;
  }
  return {
    name: `kirsch-${direction}`,
    family: 'compass',
    rows,
    reads: `brighter ${COMPASS_WORDS[turn]} → positive; darker there → negative; flat → 0`,
    positive: `brighter ${COMPASS_WORDS[turn]}`,
    seeAlso: [`kirsch-${COMPASS[(turn + 4) % 8]}`],
  };
});

function line(name: string, rows: Rows, words: string): BuiltinKernel {
  const reads = `a bright ${words} line on dark → positive; a dark one on bright → negative; flat → 0`;
  return { name, family: 'lines', rows, reads, positive: `a bright ${words} line`, seeAlso: [] };
}

/** Every built-in kernel, in the order they are listed. Adding one is an entry here. Matrices as in textbooks. */
export const BUILTIN_KERNELS: readonly BuiltinKernel[] = [
  {
    name: 'edge3x3',
    family: 'edges',
    rows: [
      [1, 0, -1],
      [1, 0, -1],
      [1, 0, -1],
    ],
    reads: 'left bright, right dark → positive; the reverse → negative; flat → 0',
    positive: 'bright → dark, left to right',
    seeAlso: ['outline3x3', 'laplacian8', 'prewitt-x'],
  },
  gradient('sobel-x', SOBEL_X, 'x', ['sobel-y', 'scharr-x']),
  gradient('sobel-y', SOBEL_X, 'y', ['sobel-x', 'scharr-y']),
  gradient('prewitt-x', PREWITT_X, 'x', ['prewitt-y', 'edge3x3']),
  gradient('prewitt-y', PREWITT_X, 'y', ['prewitt-x']),
  gradient('scharr-x', SCHARR_X, 'x', ['scharr-y', 'sobel-x']),
  gradient('scharr-y', SCHARR_X, 'y', ['scharr-x', 'sobel-y']),
  {
    name: 'roberts-x',
    family: 'edges',
    rows: [
      [1, 0],
      [0, -1],
    ],
    reads: 'brighter above left than below right → positive; the reverse → negative; flat → 0',
    positive: 'bright → dark, down to the right',
    seeAlso: ['roberts-y'],
  },
  {
    name: 'roberts-y',
    family: 'edges',
    rows: [
      [0, 1],
      [-1, 0],
    ],
    reads: 'brighter above right than below left → positive; the reverse → negative; flat → 0',
    positive: 'bright → dark, down to the left',
    seeAlso: ['roberts-x'],
  },
  {
    name: 'outline3x3',
    family: 'outlines',
    rows: [
      [-1, -1, -1],
      [-1, 8, -1],
      [-1, -1, -1],
    ],
    reads: 'brighter than its surroundings → positive; darker → negative; flat → 0',
    positive: 'a bright spot or edge on dark',
    seeAlso: ['laplacian8', 'edge3x3'],
  },
  {
    name: 'laplacian4',
    family: 'outlines',
    rows: [
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ],
    reads: 'darker than its four neighbours → positive; brighter → negative; flat or an even slope → 0',
    positive: 'a dark spot or edge on bright',
    seeAlso: ['laplacian8', 'log5'],
  },
  {
    name: 'laplacian8',
    family: 'outlines',
    rows: [
      [1, 1, 1],
      [1, -8, 1],
      [1, 1, 1],
    ],
    reads: 'darker than its eight neighbours → positive; brighter → negative; flat → 0',
    positive: 'a dark spot or edge on bright',
    seeAlso: ['laplacian4', 'outline3x3'],
  },
  {
    name: 'log5',
    family: 'outlines',
    rows: [
      [0, 0, -1, 0, 0],
      [0, -1, -2, -1, 0],
      [-1, -2, 16, -2, -1],
      [0, -1, -2, -1, 0],
      [0, 0, -1, 0, 0],
    ],
    reads: 'a bright blob about 3 pixels wide → positive; a dark one → negative; flat → 0 (Laplacian of Gaussian)',
    positive: 'a bright blob on dark',
    seeAlso: ['laplacian4', 'gaussian5'],
  },
  ...KIRSCH,
  line(
    'line-h',
    [
      [-1, -1, -1],
      [2, 2, 2],
      [-1, -1, -1],
    ],
    'horizontal',
  ),
  line(
    'line-v',
    [
      [-1, 2, -1],
      [-1, 2, -1],
      [-1, 2, -1],
    ],
    'vertical',
  ),
  line(
    'line-d1',
    [
      [2, -1, -1],
      [-1, 2, -1],
      [-1, -1, 2],
    ],
    'falling diagonal',
  ),
  line(
    'line-d2',
    [
      [-1, -1, 2],
      [-1, 2, -1],
      [2, -1, -1],
    ],
    'rising diagonal',
  ),
  {
    name: 'box3',
    family: 'blur',
    ...divided(ones(3), 9),
    reads: 'the mean of 3×3 pixels: small detail fades, flat areas stay',
    positive: 'the brightest area',
    seeAlso: ['box5', 'gaussian3'],
  },
  {
    name: 'box5',
    family: 'blur',
    ...divided(ones(5), 25),
    reads: 'the mean of 5×5 pixels: more detail fades, flat areas stay',
    positive: 'the brightest area',
    seeAlso: ['box3', 'gaussian5'],
  },
  {
    name: 'gaussian3',
    family: 'blur',
    ...divided(
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
      16,
    ),
    reads: 'a mean that favours the centre: smoother than a box, flat areas stay',
    positive: 'the brightest area',
    seeAlso: ['gaussian5', 'box3'],
  },
  {
    name: 'gaussian5',
    family: 'blur',
    ...divided(GAUSSIAN5, 256),
    reads: 'a wider mean that favours the centre; flat areas stay',
    positive: 'the brightest area',
    seeAlso: ['gaussian3', 'box5'],
  },
  {
    name: 'sharpen',
    family: 'sharpen',
    rows: [
      [0, -1, 0],
      [-1, 5, -1],
      [0, -1, 0],
    ],
    reads: 'the pixel plus its difference from four neighbours: edges grow, flat areas stay',
    positive: 'a bright spot on dark',
    seeAlso: ['unsharp5', 'laplacian4'],
  },
  {
    name: 'unsharp5',
    family: 'sharpen',
    ...divided(
      GAUSSIAN5.map((row, i) => row.map((value, j) => (i === 2 && j === 2 ? 512 - value : -value))),
      256,
    ),
    reads: 'twice the pixel minus a Gaussian blur (unsharp mask): edges grow, flat areas stay',
    positive: 'a bright spot on dark',
    seeAlso: ['sharpen', 'gaussian5'],
  },
  {
    name: 'emboss',
    family: 'sharpen',
    rows: [
      [-2, -1, 0],
      [-1, 1, 1],
      [0, 1, 2],
    ],
    reads: 'lit from above left: slopes that brighten down to the right grow, the others shrink, flat areas stay',
    positive: 'dark → bright, down to the right',
    seeAlso: ['sharpen'],
  },
  {
    name: 'identity',
    family: 'identity',
    rows: [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
    reads: 'the pixel itself (on a colour image the sum of red, green and blue)',
    positive: 'the brightest pixel',
    seeAlso: ['box3'],
  },
];

/** The names of the built-in kernels. */
export const KERNEL_NAMES: readonly string[] = BUILTIN_KERNELS.map(({ name }) => name);

/** A gradient magnitude: two kernels over the same pixels, one map. */
export interface Gradient {
  readonly name: string;
  /** The kernels of its two derivatives, at right angles to each other. */
  readonly parts: readonly [string, string];
  /** How each value is made, in one line. */
  readonly formula: string;
}

/** What gives the strongest response of all of them. */
export const GRADIENT_POSITIVE = 'an edge, whatever its direction';

function magnitudeOf(name: string): Gradient {
  const parts = [`${name}-x`, `${name}-y`] as const;
  return { name, parts, formula: `√(${parts[0]}² + ${parts[1]}²)` };
}

/**
 * The gradient magnitudes. Each derivative is a convolution as any other, summed over the channels; the map is the square
 * root of the sum of their squares, in float64, rounded once. Adding one takes two kernels NAME-x and NAME-y.
 */
export const GRADIENTS: readonly Gradient[] = ['sobel', 'prewitt', 'scharr', 'roberts'].map(magnitudeOf);

/** The gradient magnitude of this name, or null. */
export function findGradient(word: string): Gradient | null {
  const name = sameName(
    word,
    GRADIENTS.map((one) => one.name),
  );
  return GRADIENTS.find((one) => one.name === name) ?? null;
}
