import { expect, it } from 'vitest';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { PAPER } from '../../src/draw/part.js';

it('cells of a folded vector that no value fills are paper, are not counted, and change no other pixel', () => {
  const map = { label: '', width: 2, height: 2, values: Float32Array.of(3, 1, 2, Number.NaN) };
  const options = { title: 't', scaleRule: { kind: 'minmax' }, colormap: 'gray' } as const;
  const folded = contactSheet([{ ...map, blank: 1 }], options);
  expect(folded.clipped).toEqual({ below: 0, above: 0, nan: 0, of: 3 });
  expect(contactSheet([map], options).clipped.nan).toBe(1);
  const full = contactSheet([{ ...map, values: Float32Array.of(3, 1, 2, 1) }], options);
  expect([folded.image.width, folded.image.height]).toEqual([full.image.width, full.image.height]);
  const changed = new Set<string>();
  for (let i = 0; i < full.image.data.length; i += 3) {
    const [a, b] = [full.image, folded.image].map(({ data }) => [...data.slice(i, i + 3)]);
    if (a.join() !== b.join()) changed.add(b.join());
  }
  expect([...changed]).toEqual([PAPER.join()]);
});
