import { seeded } from '../random.js';

/** A damaged copy of a file: bits, bytes, lengths and pieces changed, a few at a time; the same for the same seed. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const next = seeded(seed);
  const pick = (below: number) => Math.floor(next() * below);
  let out = bytes.slice();
  // most of what decides stands at the beginning and at the end
  const place = () => {
    const kind = next();
    if (kind < 0.4) return pick(Math.min(out.length, 600));
    if (kind < 0.7) return Math.max(0, out.length - 1 - pick(Math.min(out.length, 600)));
    return pick(out.length);
  };
  for (let change = 1 + pick(4); change > 0 && out.length > 0; change--) {
    const at = place();
    switch (pick(8)) {
      case 0:
        out[at] ^= 1 << pick(8);
        break;
      case 1:
        out[at] = pick(256);
        break;
      case 2:
        out[at] = [0, 1, 0x7f, 0x80, 0xff][pick(5)];
        break;
      case 3:
        out = out.slice(0, at);
        break;
      case 4: {
        const length = pick(16);
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + length)]);
        break;
      }
      case 5: {
        const from = place();
        const piece = out.slice(from, from + 1 + pick(32));
        out = Uint8Array.from([...out.subarray(0, at), ...piece, ...out.subarray(at)]);
        break;
      }
      case 6: {
        const width = [2, 4, 8][pick(3)];
        const value = [0, 1, 0xff, 0x7f][pick(4)];
        out.fill(value, at, at + width);
        break;
      }
      default: {
        const from = place();
        out.copyWithin(at, from, from + 1 + pick(16));
      }
    }
  }
  return out;
}
