import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PackedImage } from '../../page-data.js';
import { showImage } from '../actions.js';
import { drawPicture, type Picture, sizeCanvas } from '../maps/paint.js';
import { useSignal, useStore } from '../use-signal.js';
import { Camera } from './camera.js';
import { takeFile } from './take-files.js';
import { thumbnailOf } from './thumbnail.js';

const SIDE = 32;

/** The images of the page, and the ways to give it another. */
export function ImageChoice() {
  const store = useStore();
  const { image } = useSignal(store.state);
  const file = useRef<HTMLInputElement>(null);
  const { images } = store.data;
  return (
    <>
      {(images.length > 1 || (images.length > 0 && image === null)) && (
        <fieldset class="thumbnails">
          <legend class="unseen">Images of this page</legend>
          {images.map((one, index) => (
            <label key={index} title={one.name}>
              <input type="radio" name="image" checked={image === index} onChange={() => showImage(store, index)} />
              <Thumbnail image={one} />
              <span class="unseen">{one.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div class="buttons">
        <button type="button" class="small" onClick={() => file.current?.click()}>
          Open image…
        </button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          hidden
          aria-label="image file"
          onChange={({ currentTarget }) => {
            const [chosen] = currentTarget.files ?? [];
            if (chosen) void takeFile(store, chosen);
            currentTarget.value = '';
          }}
        />
        <button type="button" class="small" onClick={() => (store.dialog.value = 'camera')}>
          Camera…
        </button>
        <span class="faint">or drop</span>
      </div>
      <Camera />
    </>
  );
}

function Thumbnail({ image }: { readonly image: PackedImage }) {
  const { bytes, data } = useStore();
  const own = useSignal(bytes);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<Picture | null>(null);
  useEffect(() => {
    // a server that has ended gives no picture: the name stands there instead
    thumbnailOf(data, image, own).then(setPicture, () => setPicture(null));
  }, [image, own]);
  useLayoutEffect(() => {
    const context = canvas.current && picture && sizeCanvas(canvas.current, SIDE, SIDE);
    if (!context || !picture) return;
    const scale = Math.min(SIDE / picture.width, SIDE / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    drawPicture(context, picture, [(SIDE - width) / 2, (SIDE - height) / 2, width, height]);
  }, [picture]);
  return picture ? (
    <canvas ref={canvas} width={SIDE} height={SIDE} aria-hidden="true" />
  ) : (
    <span class="thumbnail-name" aria-hidden="true">
      {image.name}
    </span>
  );
}
