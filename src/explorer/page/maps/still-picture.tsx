import { useLayoutEffect, useRef } from 'preact/hooks';
import { drawPicture, type Picture, sizeCanvas } from './paint.js';

const WIDE = 170;

/** A small picture that is only looked at. */
export function StillPicture({ picture, label }: { readonly picture: Picture; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const fit = WIDE / Math.max(picture.width, picture.height);
    const scale = fit >= 1 ? Math.floor(fit) : fit;
    const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    const context = canvas.current && sizeCanvas(canvas.current, width, height);
    if (context) drawPicture(context, picture, [0, 0, width, height]);
  }, [picture]);
  return <canvas ref={canvas} role="img" aria-label={label} />;
}
