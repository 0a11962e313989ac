import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Place } from '../store.js';
import { movePixel } from './grid-keys.js';
import { MarkBox } from './mark-box.js';
import { drawPicture, type Picture, sizeCanvas } from './paint.js';
import type { Mark } from './sheet-layout.js';

interface PixelPictureProps {
  readonly label: string;
  readonly picture: Picture | null;
  readonly width: number;
  readonly height: number;
  /** CSS pixels of one pixel. */
  readonly scale: number;
  /** The chosen pixel, which arrows move. */
  readonly at: Place | null;
  /** How far arrows move it with Shift. */
  readonly step: number;
  readonly marks: readonly Mark[];
  readonly onMove: (at: Place) => void;
  readonly onPick: (at: Place, byKey: boolean) => void;
  readonly onHover?: (at: Place | null) => void;
}

/** One picture whose pixels are chosen by mouse or keys. */
export function PixelPicture(props: PixelPictureProps) {
  const { label, picture, width, height, scale, at, step, marks, onMove, onPick, onHover } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shownWidth, shownHeight] = [Math.round(width * scale), Math.round(height * scale)];
  useLayoutEffect(() => {
    const context = canvas.current && sizeCanvas(canvas.current, shownWidth, shownHeight);
    if (context && picture) drawPicture(context, picture, [0, 0, shownWidth, shownHeight]);
  }, [picture, shownWidth, shownHeight]);
  const pixelUnder = ({ clientX, clientY, currentTarget }: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    const box = currentTarget.getBoundingClientRect();
    const inside = (value: number, end: number) => Math.max(0, Math.min(end - 1, Math.floor(value)));
    return { x: inside((clientX - box.left) / scale, width), y: inside((clientY - box.top) / scale, height) };
  };
  const key = (event: KeyboardEvent) => {
    const from = at ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    if (event.key === 'Enter' || event.key === ' ') onPick(from, true);
    else {
      const next = movePixel(from, event.key, event.shiftKey ? step : 1, { x: width, y: height });
      if (next === null) return;
      onMove(at === null ? from : next);
    }
    event.preventDefault();
  };
  return (
    <div
      class="pixels"
      role="application"
      aria-label={`${label}. Arrows move the pixel, Enter chooses it.`}
      tabIndex={0}
      style={{ width: `${shownWidth}px`, height: `${shownHeight}px` }}
      onKeyDown={key}
      onClick={(event) => onPick(pixelUnder(event), false)}
      onMouseMove={(event) => onHover?.(pixelUnder(event))}
      onMouseLeave={() => onHover?.(null)}
    >
      <canvas ref={canvas} role="presentation" />
      {marks.map((mark, i) => (
        <MarkBox key={i} mark={mark} scaleX={scale} scaleY={scale} />
      ))}
      {at && <MarkBox mark={{ x0: at.x, x1: at.x, y0: at.y, y1: at.y }} scaleX={scale} scaleY={scale} />}
    </div>
  );
}
