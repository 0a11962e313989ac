import type { Conv2dGeometry } from '../../core/geometry.js';
import type { BandAlgorithm, BandShape, BandSize, BandTask, PackTask } from './algorithm.js';
import { roundUp } from './taps.js';

/** Transformed tiles of about this many bytes stay in the second-level cache; a small image is one block all the same. */
const BLOCK_BYTES = 2 ** 20;
const SMALL_IMAGE_BYTES = 4 * 2 ** 20;
const POSITIONS = 36;
const SCRATCH = 1984;

/** Tiles of a band, in the order of rows. */
function tilesOf({ oH, oW }: Pick<BandShape, 'oH' | 'oW'>, step: number): number {
  return Math.ceil(oH / step) * Math.ceil(oW / step);
}

function weightBytes({ M, C }: BandShape): number {
  return POSITIONS * roundUp(M, 4) * C * 4;
}

/** F(step×step, taps×taps) on tiles of 6×6. */
function winograd(name: string, taps: number, step: number, ofTerms: number): BandAlgorithm {
  /** Rows of tiles that are computed at a time. */
  function tileRowsOf(g: Conv2dGeometry, across: number, parts: number): number {
    const perTileRow = POSITIONS * (g.C / g.groups + roundUp(g.M / g.groups, 4)) * across * 4;
    const all = Math.ceil(g.oH / step);
    const some = Math.max(1, Math.floor(BLOCK_BYTES / perTileRow));
    const cached = all * perTileRow <= SMALL_IMAGE_BYTES ? all : Math.min(all, some);
    return Math.min(cached, Math.ceil(all / parts));
  }

  function band(g: Conv2dGeometry, parts: number): BandSize {
    const across = Math.ceil(g.oW / step);
    const tileRows = tileRowsOf(g, across, parts);
    return { oH: tileRows * step, step, rows: tileRows * step + 6 - step, columns: across * step + 6 - step };
  }

  /** workspace: scratch, the tiles at the points, their products. */
  function run({ routines, shape, x, packed, bias, y, workspace }: BandTask): void {
    const { C, M, oH, oW, yPlane, planeFloats, rowFloats } = shape;
    const across = Math.ceil(oW / step);
    const tiles = tilesOf(shape, step);
    const panels = Math.ceil(tiles / 8);
    const input = workspace + SCRATCH;
    const inputPosition = panels * C * 32;
    const products = input + POSITIONS * inputPosition;
    const productPosition = panels * M * 32;
    const weightPosition = roundUp(M, 4) * C * 4;
    routines.winogradInput(x, planeFloats * 4, rowFloats * 4, C, tiles, across, step, input, inputPosition, workspace);
    const row = panels * 32;
    for (let p = 0; p < POSITIONS; p++) {
      const [weights, from, to] = [
        packed + p * weightPosition,
        input + p * inputPosition,
        products + p * productPosition,
      ];
      routines.winogradMultiply(weights, from, C, M, tiles, to, row, workspace);
    }
    routines.winogradOutput(products, productPosition, row, M, tiles, step, bias, y, yPlane * 4, oH, oW, workspace);
  }

  return {
    kind: 'banded',
    name,
    source: 'Winograd 1980; Lavin, Gray 2015, arxiv.org/abs/1509.09308; points 0, ±1, ±2, ∞',
    ordered: false,
    tolerance: {
      ofTerms,
      at: 'map',
      reason: 'the transforms add and subtract numbers up to 5 times larger than the result',
    },
    rejects(g) {
      if (g.kH !== taps || g.kW !== taps) return `needs a ${taps}×${taps} kernel, here ${g.kW}×${g.kH}`;
      if (g.sH !== 1 || g.sW !== 1) return `needs stride 1, here ${g.sH},${g.sW}`;
      if (g.dH !== 1 || g.dW !== 1) return `needs dilation 1, here ${g.dH},${g.dW}`;
      return null;
    },
    band,
    packedBytes: weightBytes,
    workspaceBytes: (shape) => SCRATCH + POSITIONS * Math.ceil(tilesOf(shape, step) / 8) * (shape.C + shape.M) * 32,
    // each row of tiles filled up to whole vectors, as it once was: what an ordered algorithm computed keeps its bits
    cost(g) {
      const [C, M] = [g.C / g.groups, g.M / g.groups];
      const across = roundUp(Math.ceil(g.oW / step), 4);
      const blocks = Math.ceil(g.oH / (tileRowsOf(g, across, 1) * step));
      const tiles = Math.ceil(g.oH / step) * across;
      const multiply = (POSITIONS * tiles * C * roundUp(M, 4) * 2) / 40;
      const transforms = POSITIONS * tiles * (C + M) * 0.6;
      const weights = (blocks * POSITIONS * M * C * 4) / 20;
      return g.N * g.groups * (multiply + transforms + weights);
    },
    pack({ routines, shape, weight, packed, workspace }: PackTask) {
      routines.winogradWeights(weight, shape.M, shape.C, taps, packed, workspace);
    },
    run,
  };
}

export const winograd4x3 = winograd('winograd4x3', 3, 4, 5e-6);
export const winograd2x5 = winograd('winograd2x5', 5, 2, 5e-6);
