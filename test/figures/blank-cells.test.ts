import { expect, it } from 'vitest';
import { contactSheet } from '../../src/draw/contact-sheet.js';
import { PLAIN_LOOK } from '../../src/draw/figure.js';
import { pixelsOf } from './scenes.js';

it('cells of a folded vector that no value fills are paper, are not counted, and change no other pixel', () => {
  const width = 12;
  const values = Float32Array.from({ length: width * 2 }, (_, i) => i);
  const map = { label: '', width, height: 2, values: values.with(23, Number.NaN) };
  const options = { title: 't', scaleRule: { kind: 'minmax' }, colormap: 'gray', look: PLAIN_LOOK } as const;
  const folded = contactSheet([{ ...map, blank: 1 }], options);
  expect(folded.clipped).toEqual({ below: 0, above: 0, nan: 0, of: 23 });
  expect(contactSheet([map], options).clipped.nan).toBe(1);
  const full = contactSheet([{ ...map, values: values.with(23, 5) }], options);
  const [a, b] = [pixelsOf(full.scene), pixelsOf(folded.scene)];
  expect([b.width, b.height]).toEqual([a.width, a.height]);
  const changed = new Set<string>();
  for (let i = 0; i < a.data.length; i += 3) {
    const [before, after] = [a, b].map(({ data }) => [...data.slice(i, i + 3)].join());
    if (before !== after) changed.add(after);
  }
  expect([...changed]).toEqual(['255,255,255']);
});
