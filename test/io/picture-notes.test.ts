import { expect, it } from 'vitest';
import { readNote } from '../../src/io/encode.js';
import { encodeGif } from '../../src/io/encode-animation.js';
import { gifComment, withGifComment } from '../../src/io/picture-notes.js';
import { seeded } from '../random.js';

function gif(note: string, colours: number): Promise<Uint8Array> {
  const next = seeded(3);
  const frames = [0, 1, 2].map(() => ({
    image: {
      width: 40,
      height: 30,
      channels: 3,
      depth: 8,
      data: Uint8Array.from({ length: 3600 }, () => Math.floor(next() * colours)),
    } as const,
    delayMs: 100,
  }));
  return encodeGif(frames, note, () => undefined);
}

it.each([
  ['short', '{"a":1}'],
  ['one piece full', 'x'.repeat(255)],
  ['several pieces', `{"args":"${'kernel '.repeat(200)}"}`],
])('a note in a GIF comes back: %s', async (_, note) => {
  expect(await readNote(await gif(note, 2))).toBe(note);
});

it('letters beyond ASCII come back as JSON', async () => {
  const note = JSON.stringify({ args: ['Größe.png'] });
  expect(JSON.parse((await readNote(await gif(note, 300)))!)).toEqual(JSON.parse(note));
});

it('a GIF without one, cut off, or followed by something else has no note', async () => {
  const whole = await gif('{}', 2);
  expect(gifComment(whole.subarray(0, -6))).toBeNull();
  expect(gifComment(whole.subarray(0, 20))).toBeNull();
  expect(gifComment(new Uint8Array(0))).toBeNull();
  expect(gifComment(withGifComment(whole, 'later'))).toBe('{}');
});
