import { equal, law } from '../../core/check.js';
import { tensor } from '../../core/tensor.js';
import type { Law } from './layers.js';
import { areSame, asPlane, impulse, sameWords, turned } from './planes.js';

/** A kernel that no turn leaves as it is. */
const KERNEL = tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [3, 3]);

/**
 * Q1: convolution turns the kernel by 180° before it slides; so an impulse gives the kernel back. Without the turn it
 * gives the turned kernel.
 */
export const flipLaw: Law = ({ conv2d }) => {
  const point = impulse(5, 5);
  const convolved = asPlane(conv2d(point, turned(KERNEL)));
  const correlated = asPlane(conv2d(point, KERNEL));
  return [
    law(
      'an impulse convolved with K is K',
      '9 of 9 values the same',
      sameWords(convolved, KERNEL),
      areSame(convolved, KERNEL),
    ),
    law(
      'an impulse correlated with K is K turned by 180°',
      '9 of 9 values the same',
      sameWords(correlated, turned(KERNEL)),
      areSame(correlated, turned(KERNEL)),
    ),
    equal(
      'so K, which reads 1 2 3 in its first row, comes out of a correlation as',
      '9 8 7',
      [...correlated.data.subarray(0, 3)].join(' '),
    ),
  ];
};
