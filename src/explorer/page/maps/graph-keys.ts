/** A box of the graph: its middle. */
export interface Spot {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly from: readonly string[];
}

/** Where an arrow leads from a layer: up to what it reads, down to what reads it, aside to the nearest beside it. */
export function moveInGraph(spots: readonly Spot[], name: string, key: string): string | null {
  const here = spots.find((spot) => spot.name === name);
  if (!here) return null;
  const nearest = (some: readonly Spot[]): string | null =>
    some.reduce<Spot | null>((best, spot) => (best === null || far(here, spot) < far(here, best) ? spot : best), null)
      ?.name ?? null;
  switch (key) {
    case 'ArrowUp':
      return nearest(spots.filter((spot) => here.from.includes(spot.name)));
    case 'ArrowDown':
      return nearest(spots.filter((spot) => spot.from.includes(name)));
    case 'ArrowLeft':
      return nearest(spots.filter((spot) => spot.x < here.x && isBeside(here, spot)));
    case 'ArrowRight':
      return nearest(spots.filter((spot) => spot.x > here.x && isBeside(here, spot)));
    case 'Home':
      return spots[0]?.name ?? null;
    case 'End':
      return spots.at(-1)?.name ?? null;
    default:
      return null;
  }
}

function isBeside(here: Spot, spot: Spot): boolean {
  return Math.abs(spot.x - here.x) > 2 * Math.abs(spot.y - here.y);
}

function far(a: Spot, b: Spot): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}
