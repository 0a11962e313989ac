/**
 * Runs subject and baseline in turn, so that whatever else the machine does falls on both.
 * @param {{subject: () => unknown, baseline: () => unknown}} sides each may return a promise
 * @param {{pairs: number, warmUps: number}} counts
 * @returns {Promise<{subjectMs: number[], baselineMs: number[]}>} in the order they ran
 */
export async function timePairs({ subject, baseline }, { pairs, warmUps }) {
  const subjectMs = [];
  const baselineMs = [];
  for (let pair = 0; pair < warmUps + pairs; pair++) {
    const a = await timeOnce(subject);
    const b = await timeOnce(baseline);
    if (pair < warmUps) continue;
    subjectMs.push(a);
    baselineMs.push(b);
  }
  return { subjectMs, baselineMs };
}

/** Median, least and greatest of the times, and of the ratio within each pair. */
export function summarise({ subjectMs, baselineMs }) {
  return {
    subjectMs: spread(subjectMs),
    baselineMs: spread(baselineMs),
    ratio: spread(subjectMs.map((ms, pair) => ms / baselineMs[pair])),
  };
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

async function timeOnce(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
