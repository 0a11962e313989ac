/**
 * y[r·yRow + i·step] += x[r·xRow + i] for rows r and numbers i < count; xRow, yRow: bytes from row to row, step: numbers.
 * Nothing beyond the rows is read or written, and what lies between the steps stays as it is.
 */
export function foldRows(x: i32, xRow: i32, y: i32, yRow: i32, rows: i32, count: i32, step: i32): void {
  for (let r = 0; r < rows; r++, x += xRow, y += yRow) {
    let p = x;
    let q = y;
    let left = count;
    if (step == 1) {
      for (; left >= 4; left -= 4, p += 16, q += 16) v128.store(q, f32x4.add(v128.load(q), v128.load(p)));
    } else if (step == 2) {
      // eight numbers of y: those in between are written back as they were read. The last of them must be one of the row's
      for (; left > 4; left -= 4, p += 16, q += 32) {
        const a = v128.load(q);
        const b = v128.load(q, 16);
        const sum = f32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.load(p));
        const between = v128.shuffle<i32>(a, b, 1, 3, 5, 7);
        v128.store(q, v128.shuffle<i32>(sum, between, 0, 4, 1, 5));
        v128.store(q, v128.shuffle<i32>(sum, between, 2, 6, 3, 7), 16);
      }
    }
    const each = step << 2;
    for (; left > 0; left--, p += 4, q += each) store<f32>(q, load<f32>(q) + load<f32>(p));
  }
}
