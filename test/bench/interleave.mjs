/**
 * Runs all functions in turn, round after round, so that whatever else the machine does falls on each of them.
 * A function may return { ms } when it timed itself. @returns milliseconds of every run, one list for each function
 */
export async function interleave(functions, { seconds, fewest, warmUps }) {
  const times = functions.map(() => []);
  let end = Number.POSITIVE_INFINITY;
  for (let round = -warmUps; round < fewest || performance.now() < end; round++) {
    if (round === 0) end = performance.now() + seconds * 1000;
    for (const [i, run] of functions.entries()) {
      const start = performance.now();
      const result = await run();
      const ms = result?.ms ?? performance.now() - start;
      if (round >= 0) times[i].push(ms);
    }
  }
  return times;
}

export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { best: sorted[0], p10: at(0.1), median: at(0.5), p90: at(0.9), runs: sorted.length };
}
