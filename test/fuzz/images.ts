import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CnnvizError } from '../../src/core/errors.js';
import { decodeImage } from '../../src/io/decode.js';
import { loadSharp } from '../../src/io/sharp.js';
import type { FuzzResult } from './fuzz.js';
import { mutate } from './mutate.js';

/** A decode that takes longer than this hangs. */
const SLOW_MS = 5000;
const JOB = { background: null, maxPixels: 1_000_000 };

/** A small image in each format and kind that is read. */
async function seeds(): Promise<Uint8Array[]> {
  const [width, height] = [40, 30];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + (i >> 4) * 31) % 256);
  const image = () => loadSharp()(data, { raw: { width, height, channels: 3 } });
  const made = await Promise.all([
    image().jpeg().toBuffer(),
    image().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
    image().png().toBuffer(),
    image().ensureAlpha(0.5).png({ palette: true }).toBuffer(),
    image().toColourspace('rgb16').png().toBuffer(),
    image().webp().toBuffer(),
    image().webp({ lossless: true }).toBuffer(),
    image().gif().toBuffer(),
    image().tiff({ compression: 'lzw' }).toBuffer(),
    image().toColourspace('cmyk').tiff({ compression: 'deflate' }).toBuffer(),
    image().avif({ effort: 0 }).toBuffer(),
  ]);
  // a Buffer's slice is no copy
  return made.map((bytes) => new Uint8Array(bytes));
}

/** `count` seeded mutations of images. What is being decoded is on disk: a decoder that crashes takes us with it. */
export async function fuzzImages(count: number, firstSeed: number): Promise<FuzzResult> {
  const files = await seeds();
  const folder = mkdtempSync(join(tmpdir(), 'cnnviz-fuzz-image-'));
  let [accepted, refused, slowestMs] = [0, 0, 0];
  const faults: string[] = [];
  for (let i = 0; i < count && faults.length < 5; i++) {
    const seed = firstSeed + i;
    const bytes = mutate(files[i % files.length], seed);
    const path = join(folder, `seed-${seed}.bin`);
    writeFileSync(path, bytes);
    const start = performance.now();
    let fault: string | null = null;
    try {
      await decodeImage(bytes, JOB);
      accepted++;
    } catch (error) {
      if (error instanceof CnnvizError) refused++;
      else fault = String(error);
    }
    const took = performance.now() - start;
    slowestMs = Math.max(slowestMs, took);
    if (took > SLOW_MS) fault = `${Math.round(took)} ms`;
    if (fault === null) rmSync(path);
    else faults.push(`seed ${seed}: ${fault}; ${path}`);
  }
  if (faults.length === 0) rmSync(folder, { recursive: true });
  return { name: 'image', count, accepted, refused, slowestMs, faults };
}
