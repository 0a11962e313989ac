import { type Conv2dGeometry, conv2dMacs, sourceIndex } from '../../core/geometry.js';
import type { WholeAlgorithm, WholeTask } from './algorithm.js';

/**
 * conv2d by definition (cross-correlation, kernel not flipped).
 * x [C, H, W]   weight [M, C/groups, kH, kW]   bias [M] or null   y [M, oH, oW]
 * Sums in float64, rounded once per output; finds padding by its own rule. Slow on purpose: it judges the others.
 * Source: pytorch.org/docs, torch.nn.Conv2d
 */
function run({ geometry: g, x, weight, bias, y }: WholeTask): void {
  const perGroup = g.C / g.groups;
  const mapsPerGroup = g.M / g.groups;
  for (let m = 0; m < g.M; m++) {
    const firstChannel = Math.floor(m / mapsPerGroup) * perGroup;
    for (let i = 0; i < g.oH; i++) {
      for (let j = 0; j < g.oW; j++) {
        let sum = bias === null ? 0 : bias[m];
        for (let c = 0; c < perGroup; c++) {
          for (let u = 0; u < g.kH; u++) {
            const row = sourceIndex(i * g.sH - g.pads[0] + u * g.dH, g.H, g.paddingMode);
            for (let v = 0; v < g.kW; v++) {
              const column = sourceIndex(j * g.sW - g.pads[1] + v * g.dW, g.W, g.paddingMode);
              if (row < 0 || column < 0) continue;
              const pixel = x[((firstChannel + c) * g.H + row) * g.W + column];
              sum += pixel * weight[((m * perGroup + c) * g.kH + u) * g.kW + v];
            }
          }
        }
        y[(m * g.oH + i) * g.oW + j] = sum;
      }
    }
  }
}

export const reference: WholeAlgorithm = {
  kind: 'whole',
  name: 'reference',
  source: 'definition: pytorch.org/docs, torch.nn.Conv2d',
  ordered: false,
  tolerance: { ofTerms: 6e-8, at: 'output', reason: 'float64 sums, one rounding to float32' },
  rejects: () => null,
  cost: (g: Conv2dGeometry) => conv2dMacs(g) * 8,
  run,
};
