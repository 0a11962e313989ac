import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogLines, Pace } from '../../src/cli/progress.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The lines of a log while `total` are done, one after so many seconds each. */
function log(total: number, secondsEach: number, pace = new Pace(total, false)): string[] {
  const lines: string[] = [];
  const progress = new LogLines(pace, (line) => lines.push(line));
  for (let done = 0; done <= total; done++) {
    progress.update(done, 0);
    vi.advanceTimersByTime(1000 * secondsEach);
  }
  progress.stop();
  return lines;
}

describe('progress in a log', () => {
  it('has no line for a job of some seconds, and none that says that all is done', () => {
    expect(log(9, 1)).toEqual([]);
    expect(log(1, 60)).toEqual([]);
  });

  it('has a line every ten seconds while a job lasts', () => {
    expect(log(4, 10)).toEqual(['1/4   0.1/s   ETA 0:30', '2/4   0.1/s   ETA 0:20', '3/4   0.1/s   ETA 0:10']);
    expect(log(40, 5)).toHaveLength(19);
  });

  it('says of what may end early how much it is at most, and no time', () => {
    expect(log(3, 10, new Pace(3, true))).toEqual(['1 of at most 3   0.1/s', '2 of at most 3   0.1/s']);
  });
});
