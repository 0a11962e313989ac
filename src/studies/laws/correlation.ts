import { law } from '../../core/check.js';
import type { Tensor } from '../../core/tensor.js';
import { convolveByDefinition } from './commutativity.js';
import type { Law } from './layers.js';
import { areSame, asPlane, gapBetween, sameWords, sides, turned, wholePlane } from './planes.js';

/** Q3: what libraries compute is the correlation; it is the convolution with the turned kernel, and does not commute. */
export const correlationLaw: Law = ({ conv2d }) => {
  const [f, g] = [wholePlane('f', 6, 8), wholePlane('g', 3, 4)];
  const correlate = (x: Tensor, kernel: Tensor) => asPlane(conv2d(x, kernel, { padding: 'full' }));
  const [fg, gf] = [correlate(f, g), correlate(g, f)];
  const judged = convolveByDefinition(f, turned(g));
  const all = `${fg.data.length} of ${fg.data.length} values the same`;
  const { differing, count } = gapBetween(gf, fg);
  return [
    law(
      `f ⋆ g (the engine's) = f ∗ rot180 g (by the definition), f ${sides(f)}, g ${sides(g)}`,
      all,
      sameWords(fg, judged),
      areSame(fg, judged),
    ),
    law('g ⋆ f = rot180(f ⋆ g)', all, sameWords(gf, turned(fg)), areSame(gf, turned(fg))),
    law('g ⋆ f is not f ⋆ g', 'values differ', `${differing} of ${count} values differ`, differing > 0),
  ];
};
