import { type BroadcastPlan, eachRow } from '../operators/broadcast.js';

/** Calls `visit(o, places)` for every element of an output and where each array has what meets there. */
export function eachElement(
  { sides, steps }: BroadcastPlan,
  visit: (o: number, places: readonly number[]) => void,
): void {
  const count = sides[sides.length - 1];
  const places = new Array<number>(steps.length);
  const inner = steps.map((own) => own[own.length - 1]);
  eachRow({ sides, steps }, (start, starts) => {
    for (let i = 0; i < count; i++) {
      for (let s = 0; s < places.length; s++) places[s] = starts[s] + i * inner[s];
      visit(start + i, places);
    }
  });
}
