import type { Place } from '../store.js';
import { MarkBox } from './mark-box.js';
import { type Mark, placeOnSheet, type SheetLayout } from './sheet-layout.js';

interface CellProps {
  readonly index: number;
  readonly column: number;
  readonly layout: SheetLayout;
  readonly width: number;
  readonly height: number;
  readonly caption: (index: number) => string;
  readonly selected: number;
  readonly marks: readonly Mark[];
  readonly ownMarks: readonly Mark[];
  readonly onSelect: (index: number) => void;
  readonly onPick: (index: number, at: Place) => void;
  readonly onOpen: (index: number) => void;
}

/** One picture's place on a sheet: its caption, what is marked on it, and what takes the focus. The canvas lies below. */
export function SheetCell(props: CellProps) {
  const { index, column, layout, width, height, caption, selected, marks, ownMarks } = props;
  const { left, top } = placeOnSheet(layout, index);
  const isSelected = index === selected;
  const pick = (event: MouseEvent & { readonly currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left - 2) / layout.width) * width);
    const y = Math.floor(((event.clientY - box.top - 2) / layout.height) * height);
    if (x >= 0 && x < width && y >= 0 && y < height) props.onPick(index, { x, y });
    else props.onSelect(index);
  };
  const shown = isSelected ? [...marks, ...ownMarks] : marks;
  return (
    <div
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={isSelected}
      tabIndex={isSelected ? 0 : -1}
      class="cell"
      style={{ left: `${left}px`, top: `${top}px`, width: `${layout.pitchX - 10}px`, height: `${layout.pitchY - 8}px` }}
      onClick={pick}
      onDblClick={() => props.onOpen(index)}
    >
      <span class="picture" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
        {shown.map((mark, i) => (
          <MarkBox key={i} mark={mark} scaleX={layout.width / width} scaleY={layout.height / height} />
        ))}
      </span>
      <span class="caption">{caption(index)}</span>
    </div>
  );
}
