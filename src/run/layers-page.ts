import { plural } from '../core/geometry.js';
import { escapeMarkup } from '../core/markup.js';
import type { LayerResult, OutputFile } from '../core/result.js';
import { commandText, formatNumber, groupDigits } from '../core/text.js';
import { VERSION } from '../core/version.js';
import { folderOf, relativePath } from '../io/paths.js';

/** What tells a page of layers from any other file. */
export const LAYERS_PAGE_MARK = '<title>Layers, by cnnviz</title>';

/** What a page of layers is of. */
export interface LayersPage {
  readonly network: string;
  /** The input, as figures call it. */
  readonly source: string;
  /** The command that makes it again. */
  readonly args: readonly string[];
  readonly layers: readonly LayerResult[];
  /** What was written of them. */
  readonly outputs: readonly OutputFile[];
}

const STYLE = `
:root { color-scheme: light dark; --ink: #18181c; --faint: #606068; --paper: #fcfcfa; --line: #d8d8d4 }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf0; --faint: #a4a4ac; --paper: #1b1b1f; --line: #3c3c42 } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 80rem; color: var(--ink); background: var(--paper) }
h1 { font-size: 1.4rem } .faint { color: var(--faint) }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
ol { list-style: none; padding: 0 }
li { display: grid; grid-template-columns: minmax(0, 24rem) minmax(0, 1fr); gap: 1rem; padding: 1rem 0; border-top: 1px solid var(--line) }
li h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere } li p { margin: .25rem 0 }
img { max-width: 100%; max-height: 20rem; border: 1px solid var(--line) }
@media (max-width: 40rem) { li { grid-template-columns: minmax(0, 1fr) } }
`;

/**
 * Layers in the network's order, each with what is true of it and its picture, which lies beside the page: no script,
 * nothing from elsewhere. Names are text from strangers: they are escaped, and the page's policy forbids whatever would get
 * through.
 */
export function layersPage({ network, source, args, layers, outputs }: LayersPage, path: string): string {
  const pictures = new Map(
    outputs.flatMap(({ layer, path: file }) => (layer === null ? [] : [[layer, file] as const])),
  );
  const rows = layers.map((layer, i) => layerRow(layer, i + 1, hrefOf(pictures.get(layer.name), path)));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="generator" content="cnnviz ${escapeMarkup(VERSION)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${LAYERS_PAGE_MARK}
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeMarkup(network)}</h1>
<p>${escapeMarkup(source)}, ${plural(layers.length, 'layer')} in the order of the network</p>
<p class="faint"><code>${escapeMarkup(commandText(args))}</code></p>
<ol>
${rows.join('\n')}
</ol>
</body>
</html>
`;
}

function layerRow(
  { name, kind, shape, channelsLast, facts }: LayerResult,
  number: number,
  href: string | null,
): string {
  const { min, max, dead, channels, nan, infinite } = facts;
  const words = [
    `${kind}, [${shape.join(', ')}]${channelsLast ? ', channels last' : ''}`,
    `${formatNumber(min)} … ${formatNumber(max)}`,
    ...(dead === null || dead === 0 ? [] : [`${groupDigits(dead)} of ${groupDigits(channels)} never fire`]),
    ...(nan + infinite === 0 ? [] : [`${groupDigits(nan)} NaN, ${groupDigits(infinite)} infinite`]),
  ];
  const told = words.map((line) => `<p class="faint">${escapeMarkup(line)}</p>`).join('');
  const alt = escapeMarkup(`the maps of ${name}`);
  const picture = href === null ? '' : `<a href="${href}"><img alt="${alt}" src="${href}" loading="lazy"></a>`;
  return `<li id="layer-${number}"><div><h2>${number}  <code>${escapeMarkup(name)}</code></h2>${told}</div><div>${picture}</div></li>`;
}

/** A file as seen from a page, as an address. */
function hrefOf(file: string | undefined, page: string): string | null {
  if (file === undefined) return null;
  const below = relativePath(folderOf(page), file);
  return escapeMarkup(below.split('/').map(encodeURIComponent).join('/'));
}
