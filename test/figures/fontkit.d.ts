/** What the tests use of fontkit, which comes without types. */
declare module 'fontkit' {
  export interface FontkitGlyph {
    readonly advanceWidth: number;
    readonly path: { readonly commands: readonly { readonly command: string; readonly args: number[] }[] };
  }
  export interface Font {
    readonly characterSet: number[];
    hasGlyphForCodePoint(code: number): boolean;
    glyphForCodePoint(code: number): FontkitGlyph;
    layout(text: string, features: readonly string[]): { readonly glyphs: readonly FontkitGlyph[] };
  }
  export function create(bytes: Uint8Array): Font;
}
