import { feed, report } from '../actions.js';
import type { Store } from '../store.js';
import { fileNote, readFileKind } from './file-kind.js';

/** As the command line decodes at most. */
const MOST_PIXELS = 50_000_000;

/** Takes an image file over: its pixels as they are stored, without colour management and without a resize. */
export async function takeFile(store: Store, file: Blob & { readonly name?: string }): Promise<void> {
  const name = file.name ?? 'pasted image';
  try {
    const facts = readFileKind(new Uint8Array(await file.arrayBuffer()));
    const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }).catch(
      () => null,
    );
    if (!bitmap) {
      report(store, { message: `${name}: this browser cannot read it as an image`, fix: 'give a PNG or a JPEG' });
      return;
    }
    const { width, height } = bitmap;
    if (width * height > MOST_PIXELS) {
      report(store, { message: `${name}: ${width}×${height} pixels are too many for a page`, fix: 'make it smaller' });
      return;
    }
    const pixels = pixelsOf(bitmap, width, height);
    bitmap.close();
    feed(store, { kind: 'given', name, width, height, pixels, gray: facts.isGray }, fileNote(facts));
  } catch (error) {
    report(store, error);
  }
}

/** What a canvas makes of a picture: RGBA, opaque. */
export function pixelsOf(source: CanvasImageSource, width: number, height: number): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas');
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return data;
}

/** Takes over what is dropped on the page or pasted into it; what is given back undoes it. */
export function takeDrops(store: Store, page: Document): () => void {
  const over = (event: DragEvent) => event.preventDefault();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) void takeFile(store, file);
  };
  const paste = (event: ClipboardEvent) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return;
    event.preventDefault();
    void takeFile(store, file);
  };
  page.addEventListener('dragover', over);
  page.addEventListener('drop', drop);
  page.addEventListener('paste', paste);
  return () => {
    page.removeEventListener('dragover', over);
    page.removeEventListener('drop', drop);
    page.removeEventListener('paste', paste);
  };
}
