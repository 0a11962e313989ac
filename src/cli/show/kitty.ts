/** Bytes of base64 in one escape sequence, at most. */
const CHUNK = 4096;

/**
 * A PNG for terminals that know kitty's graphics protocol, shown at the cursor over `columns` cells.
 * Source: sw.kovidgoyal.net/kitty/graphics-protocol: a=T transmit and display, f=100 PNG, m=1 more to come, q=2 no answers
 */
export function kittyPicture(png: Uint8Array, columns: number): string {
  const text = Buffer.from(png).toString('base64');
  let out = '';
  for (let at = 0; at < text.length; at += CHUNK) {
    const more = at + CHUNK < text.length ? 1 : 0;
    const control = at === 0 ? `a=T,f=100,q=2,c=${columns},m=${more}` : `m=${more}`;
    out += `\u001b_G${control};${text.slice(at, at + CHUNK)}\u001b\\`;
  }
  return `${out}\n`;
}
