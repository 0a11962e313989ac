/**
 * A PNG for iTerm2, WezTerm and others that took over its protocol, `columns` cells wide.
 * Source: iterm2.com/documentation-images.html: OSC 1337 ; File = arguments : base64 BEL
 */
export function itermPicture(png: Uint8Array, columns: number): string {
  const control = `inline=1;size=${png.length};width=${columns};preserveAspectRatio=1`;
  return `\u001b]1337;File=${control}:${Buffer.from(png).toString('base64')}\u0007\n`;
}
