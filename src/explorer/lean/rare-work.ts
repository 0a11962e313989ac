/** In the small worker's bundle these stand for what computes and explains rare layers: the page has none of them. */
function absent(): never {
  throw new Error('a layer that is not in this bundle');
}

export const [spread, roomOfSpread, transposedMacs] = [absent, absent, absent];
export const [wholeBytes, multiplyWhole] = [absent, absent];
export const explainTransposed = absent;
export const [sin, cos, tan, asin, acos, atan] = [absent, absent, absent, absent, absent, absent];
export const [sinh, cosh, asinh, acosh, atanh] = [absent, absent, absent, absent, absent];
