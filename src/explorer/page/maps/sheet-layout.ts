/** A rectangle of a picture's pixels, both ends included. */
export interface Mark {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** How pictures of one size stand on a sheet, in CSS pixels. */
export interface SheetLayout {
  readonly columns: number;
  readonly rows: number;
  /** Of a picture as it is shown. */
  readonly width: number;
  readonly height: number;
  /** From one picture to the next. */
  readonly pitchX: number;
  readonly pitchY: number;
  /** The sheet's whole height. */
  readonly total: number;
}

export const GAP = 14;
export const CAPTION = 26;
/** What marks the chosen picture, on both sides. */
const BORDER = 4;
/** A picture is drawn about so wide; few pictures are larger. */
const WIDE = 200;
const FEW = 4;
const WIDE_FEW = 320;
const WIDEST_ONE = 640;
/** Room for a caption below the smallest picture. */
const LEAST_PITCH = 52;
/** A number stands beside the caption's. */
const NUMBER_PITCH = 96;
const MOST_HEIGHT = 420;
/** A single number is a square of this side. */
const NUMBER_SIDE = 44;

/** `room`: how wide the sheet is. Pictures that are smaller than their place are magnified by a whole number. */
export function layoutSheet(room: number, width: number, height: number, count: number): SheetLayout {
  const shown = shownSize(Math.max(1, room - BORDER), width, height, count);
  const isNumber = width === 1 && height === 1;
  const pitchX = Math.max(isNumber ? NUMBER_PITCH : LEAST_PITCH, shown.width + GAP);
  const columns = Math.max(1, Math.min(count, Math.floor((room - BORDER + GAP) / pitchX)));
  const rows = Math.ceil(count / columns);
  const pitchY = shown.height + CAPTION + GAP;
  return { columns, rows, ...shown, pitchX, pitchY, total: rows * pitchY };
}

function shownSize(room: number, width: number, height: number, count: number): { width: number; height: number } {
  if (width === 1 && height === 1) return { width: NUMBER_SIDE, height: NUMBER_SIDE };
  const wanted = count === 1 ? WIDEST_ONE : count <= FEW ? WIDE_FEW : WIDE;
  const columns = Math.max(1, Math.min(count, Math.round((room + GAP) / (wanted + GAP))));
  const fit = Math.max(1, Math.min(count === 1 ? wanted : room, Math.floor((room + GAP) / columns) - GAP));
  const scale = Math.min(fit / width, MOST_HEIGHT / height);
  const whole = scale >= 1 ? Math.floor(scale) : scale;
  return { width: Math.max(1, Math.round(width * whole)), height: Math.max(1, Math.round(height * whole)) };
}

/** The rows that are seen when so much is scrolled away, with one more on either side. */
export function rowsInView(
  { pitchY, rows }: SheetLayout,
  scrolled: number,
  room: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(rows - 1, Math.floor(scrolled / pitchY) - 1));
  const end = Math.min(rows, Math.ceil((scrolled + room) / pitchY) + 1);
  return { first, end: Math.max(first + 1, end) };
}

/** Where thing `index` stands, from the sheet's upper left corner. */
export function placeOnSheet({ columns, pitchX, pitchY }: SheetLayout, index: number): { left: number; top: number } {
  return { left: (index % columns) * pitchX, top: Math.floor(index / columns) * pitchY };
}
