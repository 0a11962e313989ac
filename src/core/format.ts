/**
 * A number for people: at most `digits` significant digits, but an integer part below 10,000 is never rounded away.
 * "−8.71", "0.00123", "3127", "3.13e+4", "1.2e−7", "NaN", "∞". Whole numbers below a million stand in full.
 * The minus is U+2212, as wide as a plus.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (Number.isInteger(size) && size < 1e6) return sign + size;
  if (size >= 1e4 || size < 1e-4) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split('e');
    return `${sign}${Number(mantissa)}e${exponent.replace('-', '−')}`;
  }
  if (size >= 10 ** (digits - 1)) return sign + Math.round(size);
  return sign + Number(size.toPrecision(digits));
}

/** A whole number with a comma every three digits: "477,204". */
export function groupDigits(value: number): string {
  const digits = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0 ? `−${digits}` : digits;
}

/** Size for people: "812 bytes", "93 kB", "244 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes >= 1e9) return `${formatNumber(bytes / 1e9, 3)} GB`;
  return bytes < 1e6 ? `${formatNumber(bytes / 1000, 3)} kB` : `${formatNumber(bytes / 1e6, 3)} MB`;
}
