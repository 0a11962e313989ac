/** What a block of deflate calls lengths and distances. Source: RFC 1951, 3.2.5 */

/** The symbol of each length of a match, and how many further bits it has. */
export const LENGTH_SYMBOLS = Uint16Array.from({ length: 259 }, (_, length) => {
  if (length < 3) return 0;
  if (length === 258) return 285;
  const beyond = length - 3;
  if (beyond < 8) return 257 + beyond;
  const bits = 29 - Math.clz32(beyond);
  return 257 + 4 * (bits + 1) + ((beyond >> bits) & 3);
});
export const LENGTH_RESTS = Uint8Array.from(LENGTH_SYMBOLS, (symbol) =>
  symbol < 265 || symbol === 285 ? 0 : Math.floor((symbol - 257) / 4) - 1,
);

/** The symbol of a distance less one. */
export function distanceSymbol(distance: number): number {
  if (distance < 4) return distance;
  const bits = 30 - Math.clz32(distance);
  return 2 * (bits + 1) + ((distance >> bits) & 1);
}

/** How many further bits the symbol of a distance has. */
export const REACH_RESTS = Uint8Array.from({ length: 30 }, (_, symbol) =>
  symbol < 4 ? 0 : Math.floor(symbol / 2) - 1,
);
