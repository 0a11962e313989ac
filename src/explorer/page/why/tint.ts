/** A background and letters that can be read on it. */
export type Tint = { readonly background: string; readonly color: string };

type Rgb = readonly [red: number, green: number, blue: number];

const NEUTRAL: Rgb = [243, 243, 245];
/** Towards the ends: negative blue, positive orange, as the colour map of signs. */
const MINUS: Rgb = [13, 78, 160];
const PLUS: Rgb = [217, 105, 20];
const DARK = '#000000';
const BRIGHT = '#ffffff';

/** Of a weight or product: blue below zero, orange above it, the stronger the further from it. */
export function signTint(value: number, reach: number): Tint {
  const part = reach > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / reach) : 0;
  return tintOf(mix(NEUTRAL, value < 0 ? MINUS : PLUS, part));
}

/** Of a value that is read: its grey between the smallest and the largest. */
export function greyTint(value: number, lo: number, hi: number): Tint {
  const part = hi > lo && Number.isFinite(value) ? (value - lo) / (hi - lo) : 0.5;
  const level = 70 + Math.max(0, Math.min(1, part)) * 175;
  return tintOf([level, level, level]);
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  return [0, 1, 2].map((i) => from[i] + (to[i] - from[i]) * part) as unknown as Rgb;
}

/** Dark or bright letters, whichever stand out more: never less than 4.5 : 1. */
function tintOf(rgb: Rgb): Tint {
  const [r, g, b] = rgb.map(Math.round);
  const light = luminance([r, g, b]);
  const onDark = (light + 0.05) / (luminance([0, 0, 0]) + 0.05);
  const onBright = 1.05 / (light + 0.05);
  return { background: `rgb(${r}, ${g}, ${b})`, color: onDark >= onBright ? DARK : BRIGHT };
}

/** Relative luminance. Source: WCAG 2.2, "relative luminance" */
export function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((level) => {
    const part = level / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
