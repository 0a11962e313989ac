import type { Mark } from './sheet-layout.js';

/** Smaller marks would not be seen. */
const LEAST = 7;

/** A rectangle of pixels on a picture that is shown `scale` times as large. */
export function MarkBox({ mark, scaleX, scaleY }: { mark: Mark; scaleX: number; scaleY: number }) {
  const side = (first: number, last: number, scale: number) => {
    const length = (last - first + 1) * scale;
    const shown = Math.max(LEAST, length);
    return [first * scale - (shown - length) / 2, shown];
  };
  const [left, width] = side(mark.x0, mark.x1, scaleX);
  const [top, height] = side(mark.y0, mark.y1, scaleY);
  return (
    <span
      class="mark"
      style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}
      aria-hidden="true"
    />
  );
}
