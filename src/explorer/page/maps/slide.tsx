import { batch } from '@preact/signals-core';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { PackedLayer } from '../../page-data.js';
import { go } from '../actions.js';
import type { Store } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';
import { type Picture, paint } from './paint.js';

/** How far a slide goes at once, and how long it waits. */
const SPEEDS: readonly (readonly [words: string, positions: number, ms: number])[] = [
  ['one a second', 1, 1000],
  ['five a second', 1, 200],
  ['thirty a second', 1, 33],
  ['very fast', 20, 33],
];

interface SlideProps {
  readonly layer: PackedLayer;
  readonly width: number;
  readonly height: number;
}

/** The window slides over the input, and the map grows value by value. */
export function Slide({ width, height }: SlideProps) {
  const store = useStore();
  const reached = useSignal(store.slide);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const count = width * height;
  const isStill = useMemo(() => matchMedia('(prefers-reduced-motion: reduce)').matches, []);
  const [, positions, ms] = SPEEDS[speed];
  useEffect(() => {
    if (!isPlaying || reached === null) return;
    if (reached >= count) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => slideTo(store, reached + positions, width, height), ms);
    return () => clearTimeout(timer);
  }, [isPlaying, reached, positions, ms, count]);
  if (reached === null) {
    return (
      <p>
        <button type="button" onClick={() => slideTo(store, 1, width, height)}>
          Slide the window
        </button>{' '}
        <span class="faint">watch the map grow, value by value</span>
      </p>
    );
  }
  return (
    <div class="buttons" role="group" aria-label="Slide">
      {!isStill && (
        <button type="button" onClick={() => setPlaying(!isPlaying)}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
      )}
      <button type="button" onClick={() => slideTo(store, reached - 1, width, height)}>
        Step back
      </button>
      <button type="button" onClick={() => slideTo(store, reached + 1, width, height)}>
        Step
      </button>
      {!isStill && (
        <label>
          speed{' '}
          <select value={speed} onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}>
            {SPEEDS.map(([words], i) => (
              <option key={words} value={i}>
                {words}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        position{' '}
        <input
          type="range"
          min={1}
          max={count}
          value={reached}
          onInput={({ currentTarget }) => slideTo(store, Number(currentTarget.value), width, height)}
        />
      </label>
      <output>
        {reached} of {count}
      </output>
      <button
        type="button"
        onClick={() => {
          setPlaying(false);
          store.slide.value = null;
        }}
      >
        End
      </button>
    </div>
  );
}

/** `reached`: how many positions are done; the last of them is the chosen value. */
function slideTo(store: Store, reached: number, width: number, height: number): void {
  const count = Math.max(1, Math.min(width * height, reached));
  batch(() => {
    store.slide.value = count;
    store.isOpen.value = true;
    go(store, { at: { x: (count - 1) % width, y: Math.floor((count - 1) / width) } }, 'move');
  });
}

/** A map of which a slide shows so many values only: whole rows, then a part of one. */
export function useRevealed(picture: Picture | null): Picture | null {
  const { slide } = useStore();
  const reached = useSignal(slide);
  return useMemo(() => {
    if (picture === null || reached === null) return picture;
    const { width, height } = picture;
    const shown = paint(width, height, () => {});
    const context = shown.canvas.getContext('2d');
    const rows = Math.floor(reached / width);
    const parts = [
      [0, width, rows],
      [rows, reached % width, 1],
    ] as const;
    for (const [top, across, down] of parts) {
      if (across * down > 0) context?.drawImage(picture.canvas, 0, top, across, down, 0, top, across, down);
    }
    return shown;
  }, [picture, reached]);
}
