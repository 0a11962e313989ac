import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Place } from '../store.js';
import { moveInGrid } from './grid-keys.js';
import { drawPicture, type Picture, sizeCanvas } from './paint.js';
import { SheetCell } from './sheet-cell.js';
import { layoutSheet, type Mark, placeOnSheet, rowsInView, type SheetLayout } from './sheet-layout.js';
import { useSize } from './use-size.js';

interface SheetProps {
  readonly label: string;
  /** Size of every picture, in its own pixels. */
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly pictures: ReadonlyMap<number, Picture>;
  readonly caption: (index: number) => string;
  readonly selected: number;
  /** What is marked on every picture, and on the selected one. */
  readonly marks: readonly Mark[];
  readonly ownMarks: readonly Mark[];
  /** Which pictures will be needed. */
  readonly onView: (indexes: readonly number[]) => void;
  readonly onSelect: (index: number) => void;
  /** A click on a pixel. */
  readonly onPick: (index: number, at: Place) => void;
  readonly onOpen: (index: number) => void;
}

/** Pictures of one size with captions, on one canvas; what is out of sight is not drawn. */
export function Sheet(props: SheetProps) {
  const { label, width, height, count, selected, onView } = props;
  const frame = useRef<HTMLDivElement>(null);
  const room = useSize(frame);
  const [scrolled, setScrolled] = useState(0);
  const layout = layoutSheet(Math.max(1, room.width), width, height, count);
  const view = rowsInView(layout, scrolled, room.height);
  const indexes = indexesOf(layout, view, count);
  const canvas = useSheetCanvas(props, layout, view);
  const isMeasured = room.width > 0;
  useEffect(() => {
    if (isMeasured) onView(indexes);
  }, [isMeasured, indexes[0], indexes.at(-1), onView]);

  const move = (index: number) => {
    props.onSelect(index);
    const { top } = placeOnSheet(layout, index);
    const { current } = frame;
    if (!current) return;
    if (top < current.scrollTop) current.scrollTop = top;
    const below = top + layout.pitchY - current.clientHeight;
    if (below > current.scrollTop) current.scrollTop = below;
    requestAnimationFrame(() => current.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter') props.onOpen(selected);
    else {
      const pageRows = Math.max(1, Math.floor(room.height / layout.pitchY));
      const next = moveInGrid(selected, event.key, event.ctrlKey, { columns: layout.columns, count, pageRows });
      if (next === null) return;
      move(next);
    }
    event.preventDefault();
  };
  const selectedRow = Math.floor(selected / layout.columns);
  const rows = Array.from({ length: view.end - view.first }, (_, r) => view.first + r);
  if (!rows.includes(selectedRow) && selected < count) rows.push(selectedRow);
  rows.sort((a, b) => a - b);
  return (
    <div class="sheet" ref={frame} onScroll={({ currentTarget }) => setScrolled(currentTarget.scrollTop)}>
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        class="spacer"
        style={{ height: `${layout.total}px` }}
        onKeyDown={key}
      >
        <canvas ref={canvas} role="presentation" style={{ top: `${view.first * layout.pitchY}px` }} />
        {rows.map((row) => (
          <div role="row" aria-rowindex={row + 1} key={row}>
            {Array.from({ length: Math.min(layout.columns, count - row * layout.columns) }, (_, column) => (
              <SheetCell
                key={column}
                index={row * layout.columns + column}
                column={column}
                layout={layout}
                {...props}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function indexesOf({ columns }: SheetLayout, view: { first: number; end: number }, count: number): number[] {
  const first = view.first * columns;
  return Array.from({ length: Math.max(0, Math.min(count, view.end * columns) - first) }, (_, i) => first + i);
}

/** The canvas with the rows in view; drawn again when one of its pictures or its size changes. */
function useSheetCanvas(
  { pictures, count }: SheetProps,
  layout: SheetLayout,
  view: { readonly first: number; readonly end: number },
) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { columns, width, height, pitchX, pitchY } = layout;
  useLayoutEffect(() => {
    if (!ref.current) return;
    const context = sizeCanvas(ref.current, columns * pitchX, (view.end - view.first) * pitchY);
    if (!context) return;
    for (const index of indexesOf(layout, view, count)) {
      const picture = pictures.get(index);
      const { left, top } = placeOnSheet(layout, index);
      if (picture) drawPicture(context, picture, [left + 2, top - view.first * pitchY + 2, width, height]);
    }
  }, [pictures, count, columns, width, height, pitchX, pitchY, view.first, view.end]);
  return ref;
}
