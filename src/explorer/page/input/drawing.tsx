import { useEffect, useRef, useState } from 'preact/hooks';
import { feed } from '../actions.js';
import type { Place, Store } from '../store.js';
import { useSignal, useStore } from '../use-signal.js';

const SIDE = 280;
/** As thick as MNIST's strokes are on such a canvas. */
const BRUSH = 22;
/** Pixels that an arrow moves the pen. */
const STEP = 10;

/** A canvas for a digit, white on black; every stroke is fed at once. */
export function Drawing() {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pen, setPen] = useState<Place>({ x: SIDE / 2, y: SIDE / 2 });
  const [isDown, setDown] = useState(false);
  const [hasInk, setInk] = useState(false);
  const [isKeyed, setKeyed] = useState(false);
  const isShown = useSignal(store.state).image === null;
  const last = useRef<Place | null>(null);
  const frame = useRef(0);
  const paper = useRef<DOMRect | null>(null);
  const contextOf = () => canvas.current?.getContext('2d', { willReadFrequently: true }) ?? null;
  const feedSoon = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const context = contextOf();
      if (context) feedDrawing(store, context);
    });
  };
  const clear = () => {
    const context = contextOf();
    if (!context) return;
    context.fillStyle = '#000';
    context.fillRect(0, 0, SIDE, SIDE);
    last.current = null;
    setDown(false);
    setInk(false);
  };
  useEffect(clear, []);
  const strokeTo = (to: Place) => {
    const context = contextOf();
    if (!context) return;
    const from = last.current ?? to;
    context.strokeStyle = '#fff';
    context.lineWidth = BRUSH;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    last.current = to;
    setInk(true);
    feedSoon();
  };
  const placeOf = (event: PointerEvent & { readonly currentTarget: HTMLCanvasElement }): Place => {
    // measured once a stroke: while the page changes, each measure would lay it out anew
    if (event.type === 'pointerdown' || !paper.current) paper.current = event.currentTarget.getBoundingClientRect();
    const box = paper.current;
    return { x: ((event.clientX - box.left) / box.width) * SIDE, y: ((event.clientY - box.top) / box.height) * SIDE };
  };
  const key = (event: KeyboardEvent) => {
    const moves: Record<string, Place> = {
      ArrowLeft: { x: -STEP, y: 0 },
      ArrowRight: { x: STEP, y: 0 },
      ArrowUp: { x: 0, y: -STEP },
      ArrowDown: { x: 0, y: STEP },
    };
    const by = moves[event.key];
    if (event.key === ' ') {
      last.current = null;
      if (!isDown) strokeTo(pen);
      setDown(!isDown);
    } else if (by) {
      const inside = (value: number) => Math.max(0, Math.min(SIDE, value));
      const to = { x: inside(pen.x + by.x), y: inside(pen.y + by.y) };
      setPen(to);
      if (isDown) strokeTo(to);
    } else return;
    setKeyed(true);
    event.preventDefault();
  };
  return (
    <div class="drawing">
      <div class="paper">
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          tabIndex={0}
          role="application"
          aria-label={`Draw a digit. Arrows move the pen, Space puts it ${isDown ? 'up' : 'down'}.`}
          onKeyDown={key}
          onBlur={() => setKeyed(false)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            last.current = null;
            strokeTo(placeOf(event));
          }}
          onPointerMove={(event) => {
            if (event.buttons & 1) strokeTo(placeOf(event));
          }}
        />
        {isKeyed && (
          <i
            class={isDown ? 'pen down' : 'pen'}
            style={{ left: `${(100 * pen.x) / SIDE}%`, top: `${(100 * pen.y) / SIDE}%` }}
          />
        )}
      </div>
      <p class="buttons">
        <span class="faint">{isShown && hasInk ? 'it is fed' : 'draw a digit'}</span>
        <button type="button" class="small" onClick={clear}>
          Clear
        </button>
      </p>
    </div>
  );
}

function feedDrawing(store: Store, context: CanvasRenderingContext2D): void {
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  feed(store, { kind: 'given', name: 'drawing', width: SIDE, height: SIDE, pixels: data, gray: true });
}
