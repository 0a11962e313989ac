/** How a picture is brought to a size that suits the eye: `zoom` times larger and 1/`shrink` as large; one of them is 1. */
export interface Fit {
  readonly zoom: number;
  readonly shrink: number;
}

/**
 * The least shrinking that fits width×height into `box` a side; or, when it is small, the largest whole zoom that stays
 * within `zoomTo` a side.
 */
export function chooseFit(width: number, height: number, box: number, zoomTo: number): Fit {
  const side = Math.max(width, height);
  if (side > box) return { zoom: 1, shrink: Math.ceil(side / box) };
  return { zoom: Math.max(1, Math.floor(Math.min(box, zoomTo) / side)), shrink: 1 };
}

/** The points a side takes on the paper, in halves: whole pixels at two a point. */
export function fittedSide(side: number, { zoom, shrink }: Fit): number {
  return shrink === 1 ? side * zoom : Math.ceil((2 * side) / shrink) / 2;
}

/** "at 1/4", "enlarged 8×", or nothing when a value is a point. */
export function fitWords({ zoom, shrink }: Fit): string {
  if (shrink > 1) return `at 1/${shrink}`;
  return zoom > 1 ? `enlarged ${zoom}×` : '';
}
