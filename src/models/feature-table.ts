/** One row of a table of features. */
export interface FeatureRow {
  readonly path: string;
  readonly label: string | null;
}

/**
 * A table with commas: a heading path,label,f0,f1 …, then a line for each image. Numbers have the fewest digits that give
 * the same float32 back. x [rows, D]
 * Source: RFC 4180
 */
export function featureTable(rows: readonly FeatureRow[], x: Float32Array, features: number): Uint8Array {
  const text = new TextEncoder();
  const heading = ['path', 'label', ...Array.from({ length: features }, (_, d) => `f${d}`)].join(',');
  const lines = rows.map(({ path, label }, row) => {
    const numbers = Array.from(x.subarray(row * features, (row + 1) * features), shortest);
    return text.encode(`${[field(path), field(label ?? ''), ...numbers].join(',')}\n`);
  });
  const parts = [text.encode(`${heading}\n`), ...lines];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function field(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}
