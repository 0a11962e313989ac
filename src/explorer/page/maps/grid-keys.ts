/** A grid of things, row by row. */
export interface Grid {
  readonly columns: number;
  readonly count: number;
  /** Rows that a page key goes. */
  readonly pageRows: number;
}

/** Where a key goes in a grid, from the thing at `index`; null: the key is none of the grid's, or there is nothing there. */
export function moveInGrid(index: number, key: string, isCtrl: boolean, grid: Grid): number | null {
  const { columns, count, pageRows } = grid;
  const column = index % columns;
  const lastRow = Math.floor((count - 1) / columns);
  const inRow = (row: number) => Math.min(count - 1, Math.max(0, Math.min(lastRow, row)) * columns + column);
  const row = Math.floor(index / columns);
  const target = ((): number | null => {
    switch (key) {
      case 'ArrowRight':
        return index + 1;
      case 'ArrowLeft':
        return index - 1;
      case 'ArrowDown':
        return row === lastRow ? null : inRow(row + 1);
      case 'ArrowUp':
        return row === 0 ? null : inRow(row - 1);
      case 'PageDown':
        return inRow(row + pageRows);
      case 'PageUp':
        return inRow(row - pageRows);
      case 'Home':
        return isCtrl ? 0 : row * columns;
      case 'End':
        return isCtrl ? count - 1 : Math.min(count - 1, row * columns + columns - 1);
      default:
        return null;
    }
  })();
  return target !== null && target >= 0 && target < count && target !== index ? target : null;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where a key goes on a picture of `size`, `step` pixels at once; it stays inside. Null: the key is none of them. */
export function movePixel({ x, y }: Spot, key: string, step: number, size: Spot): Spot | null {
  const inside = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));
  const to = (dx: number, dy: number) => ({ x: inside(x + dx, size.x), y: inside(y + dy, size.y) });
  switch (key) {
    case 'ArrowRight':
      return to(step, 0);
    case 'ArrowLeft':
      return to(-step, 0);
    case 'ArrowDown':
      return to(0, step);
    case 'ArrowUp':
      return to(0, -step);
    case 'Home':
      return { x: 0, y };
    case 'End':
      return { x: size.x - 1, y };
    default:
      return null;
  }
}
