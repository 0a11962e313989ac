import { describe, expect, it } from 'vitest';
import { openPanel } from '../../../src/cli/show/live-panel.js';
import { kernelPixels, panelLines, sparkline } from '../../../src/commands/train/watch-panel.js';
import { randomArray } from '../../random.js';

/** A terminal that keeps what it is sent. */
function kept() {
  const said: string[] = [];
  return {
    said,
    print: (line: string) => {
      said.push(line);
      return 1;
    },
    send: async (bytes: Uint8Array) => {
      said.push(`${bytes.length} bytes`);
    },
    takeBack: (lines: number) => {
      said.push(`back ${lines}`);
    },
  };
}

describe('the panel of a training', () => {
  it('is drawn at most five times a second, in the place of the one before', async () => {
    const terminal = kept();
    let now = 0;
    let made = 0;
    const panel = openPanel(terminal, () => now);
    const picture = { width: 4, height: 5, channels: 3, depth: 8, data: new Uint8Array(60) } as const;
    for (now = 0; now < 1000; now += 10) {
      await panel.draw(() => {
        made++;
        return { lines: ['a', 'b'], picture };
      });
    }
    expect(made).toBe(5);
    const backs = terminal.said.filter((line) => line.startsWith('back'));
    // two lines, and five rows of pixels in three lines of half blocks
    expect(backs).toEqual(['back 0', 'back 5', 'back 5', 'back 5', 'back 5']);
    panel.clear();
    panel.clear();
    expect(terminal.said.slice(-2)).toEqual(['back 5', 'back 0']);
  });

  it('says step, loss and how many are right, and shows the losses as bars', () => {
    const [numbers, bars] = panelLines({
      step: 1200,
      steps: 8450,
      epoch: 2,
      loss: 0.4213,
      accuracy: 0.871,
      heldOut: { loss: 0.38, accuracy: 0.9 },
      losses: [2, 1, 0.5, 0],
    });
    expect(numbers).toBe('step 1,200/8,450  epoch 2   loss 0.421  87.1 % right   held out 90.0 % right, loss 0.38');
    expect(bars).toBe('loss █▅▃▁');
    expect(sparkline(Array.from({ length: 400 }, (_, i) => 400 - i))).toHaveLength(40);
    expect(sparkline([])).toBe('');
    expect(sparkline([0, 0])).toBe('▁▁');
  });

  it('fits the kernels into any width, and shows as many as fit', () => {
    for (const [M, C, side] of [
      [1, 1, 1],
      [6, 1, 5],
      [64, 3, 7],
      [64, 4, 3],
      [64, 1, 11],
      [2, 1, 40],
    ] as const) {
      for (const columns of [20, 80, 200]) {
        const drawn = kernelPixels(randomArray(M * C * side * side, M), [M, C, side, side], columns);
        if (side > Math.min(columns, 24)) expect(drawn).toBe(null);
        else {
          expect(drawn!.picture.width).toBeLessThanOrEqual(columns);
          expect(drawn!.picture.height).toBeLessThanOrEqual(24);
          expect(drawn!.shown).toBeGreaterThan(0);
          expect(drawn!.picture.data.some((value) => value > 0)).toBe(true);
        }
      }
    }
  });

  it('draws zero white and the signs in their colours', () => {
    const { picture, reach } = kernelPixels(Float32Array.of(-0.5, 0, 0.5), [1, 1, 1, 3], 80)!;
    expect(reach).toBe(0.5);
    const at = (x: number) => Array.from(picture.data.subarray(3 * x, 3 * x + 3));
    expect(at(4)).toEqual([247, 247, 247]);
    expect(at(0)[2]).toBeGreaterThan(at(0)[0]);
    expect(at(8)[0]).toBeGreaterThan(at(8)[2]);
  });
});
