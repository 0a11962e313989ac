import type { Image } from '../../core/image.js';
import type { ThemeName } from '../../core/look.js';
import { INVISIBLE } from '../../core/text.js';
import { coloured } from './pixels.js';
import { colourOf, type ImageMark, type Mark, type Paint, type Rgb, type Scene, type TextMark } from './scene.js';
import { trueTypeFont } from './truetype.js';
import { glyphOf, piecesOf, textWidth, written } from './typeface.js';

export interface SvgLook {
  readonly theme: ThemeName;
  /** Pixels a point on a screen of usual density: how large the drawing is shown. */
  readonly size: number;
  /** Samples a point that pictures keep at most. */
  readonly density: number;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly description: string;
  /** JSON for its metadata. */
  readonly note: string;
}

/** A picture as the bytes of a PNG. */
export type EncodeImage = (image: Image) => Promise<Uint8Array>;

/** The typeface's name in the drawing, and what stands in for it where embedded fonts are not read. */
const FAMILY = { regular: 'cnnviz-regular', bold: 'cnnviz-bold' } as const;
const STAND_INS = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', sans-serif";

/**
 * A scene as SVG 1.1 that holds all it needs: real text with the letters' outlines as an embedded font, pictures as PNG.
 * No script, no reference to the outside; names come from strangers and are escaped.
 */
export async function renderSvg(scene: Scene, look: SvgLook, encode: EncodeImage): Promise<string> {
  const { width, height } = scene;
  const body = await markLines(scene.marks, look, encode, { clips: 0 });
  const style = fontFaces(scene.marks);
  const px = (points: number) => number(points * look.size);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${number(width)} ${number(height)}" width="${px(width)}" height="${px(height)}" role="img" text-rendering="geometricPrecision">`,
    `<title>${escaped(look.title)}</title>`,
    `<desc>${escaped(look.description)}</desc>`,
    svgMetadata(look.note),
    ...(style === '' ? [] : [`<style>${style}</style>`]),
    `<rect width="${number(width)}" height="${number(height)}" fill="${hex('paper', look.theme)}"/>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

async function markLines(
  marks: readonly Mark[],
  look: SvgLook,
  encode: EncodeImage,
  state: { clips: number },
): Promise<string[]> {
  const lines: string[] = [];
  for (const mark of marks) {
    switch (mark.kind) {
      case 'rect': {
        const opacity = mark.opacity === undefined ? '' : ` fill-opacity="${number(mark.opacity)}"`;
        lines.push(`<rect ${box(mark)} fill="${hex(mark.paint, look.theme)}"${opacity}/>`);
        break;
      }
      case 'path': {
        const points = mark.points.map(([x, y]) => `${number(x)},${number(y)}`).join(' ');
        lines.push(
          mark.stroke === null
            ? `<polygon points="${points}" fill="${hex(mark.paint, look.theme)}"/>`
            : `<polyline points="${points}" fill="none" stroke="${hex(mark.paint, look.theme)}" stroke-width="${number(mark.stroke)}" stroke-linecap="round" stroke-linejoin="round"/>`,
        );
        break;
      }
      case 'text':
        if (mark.text.trim() !== '') lines.push(...textLines(mark, look.theme));
        break;
      case 'image':
        lines.push(await imageLine(mark, look, encode));
        break;
      case 'clip': {
        const id = `clip${state.clips++}`;
        lines.push(
          `<clipPath id="${id}"><rect ${box(mark)}/></clipPath><g clip-path="url(#${id})">`,
          ...(await markLines(mark.marks, look, encode, state)),
          '</g>',
        );
      }
    }
  }
  return lines;
}

function box({
  x,
  y,
  width,
  height,
}: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}): string {
  return `x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`;
}

function textLines(mark: TextMark, theme: ThemeName): string[] {
  const { x, y, text, size, weight, anchor, upwards = false, paint, halo } = mark;
  const lines: string[] = [];
  const length = textWidth(text, size, weight);
  if (halo !== undefined) {
    const before = anchor === 'start' ? 0 : anchor === 'middle' ? length / 2 : length;
    lines.push(
      `<rect ${box({ x: x - before - 2, y: y - size * 0.8, width: length + 4, height: size })} fill="${hex(halo, theme)}"/>`,
    );
  }
  const turned = upwards ? ` transform="rotate(-90 ${number(x)} ${number(y)})"` : '';
  const stretch = [...text].length > 2 ? ` textLength="${number(length)}" lengthAdjust="spacingAndGlyphs"` : '';
  const bold = weight === 'bold' ? ' font-weight="600"' : '';
  lines.push(
    `<text x="${number(x)}" y="${number(y)}" font-family="${FAMILY[weight]}, ${STAND_INS}" font-size="${number(size)}"${bold} text-anchor="${anchor}" fill="${hex(paint, theme)}"${stretch}${turned} xml:space="preserve">${escaped(written(text))}</text>`,
  );
  return lines;
}

/** A picture that is shrunk is stored as small as it is seen; one that is enlarged stays as it is. */
async function imageLine(mark: ImageMark, { density }: SvgLook, encode: EncodeImage): Promise<string> {
  const { image } = mark;
  const across = Math.min(image.width, Math.max(1, Math.round(mark.width * density)));
  const down = Math.min(image.height, Math.max(1, Math.round(mark.height * density)));
  const samples = coloured(mark, across, down);
  const png = await encode({ width: across, height: down, channels: 3, depth: 8, data: samples });
  const isWhole = mark.width >= image.width || mark.height >= image.height;
  const rendering = isWhole ? ' style="image-rendering:pixelated"' : '';
  return `<image ${box(mark)} preserveAspectRatio="none"${rendering} xlink:href="data:image/png;base64,${base64(png)}"/>`;
}

/** The letters that the scene writes, as a font of each weight. */
function fontFaces(marks: readonly Mark[]): string {
  return (['regular', 'bold'] as const)
    .map((weight) => {
      const codes = new Set<number>();
      collectLetters(marks, weight, codes);
      if (codes.size === 0) return '';
      const glyphs = [...codes].sort((a, b) => a - b).flatMap((code) => glyphOf(code, weight) ?? []);
      const font = base64(trueTypeFont(FAMILY[weight], glyphs));
      return `@font-face{font-family:${FAMILY[weight]};src:url(data:font/ttf;base64,${font}) format("truetype");font-weight:${weight === 'bold' ? 600 : 400}}`;
    })
    .join('');
}

function collectLetters(marks: readonly Mark[], weight: TextMark['weight'], codes: Set<number>): void {
  for (const mark of marks) {
    if (mark.kind === 'clip') collectLetters(mark.marks, weight, codes);
    if (mark.kind !== 'text' || mark.weight !== weight) continue;
    for (const { text, isForeign } of piecesOf(mark.text, weight)) {
      if (!isForeign) for (const letter of text) codes.add(letter.codePointAt(0)!);
    }
  }
}

/** Up to three places behind the point. */
function number(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function hex(paint: Paint, theme: ThemeName): string {
  const rgb: Rgb = colourOf(paint, theme);
  return `#${rgb.map((level) => level.toString(16).padStart(2, '0')).join('')}`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** XML allows no control characters. */
const LONE_HALVES = /\p{Surrogate}/gu;
const UNSEEN = new RegExp(`${INVISIBLE}|[\\u001b\\ufffe\\uffff]`, 'gu');

/** The element with a picture's note, which is ASCII. */
export function svgMetadata(note: string): string {
  return `<metadata>${note.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</metadata>`;
}

/** Text and attributes for XML. */
function escaped(text: string): string {
  return text
    .replace(UNSEEN, ' ')
    .replace(LONE_HALVES, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
