import { Buffer } from 'node:buffer';
import { VERSION } from '../../core/version.js';
import type { PageData } from '../../explorer/page-data.js';
import { PAGE_IDS } from '../../explorer/page-ids.js';
import { sha256 } from '../../io/hash.js';

/** The programs of every page, as dist/explorer/ has them. */
export interface PagePrograms {
  /** What one sees and does: a classic script, and its style. */
  readonly script: string;
  readonly style: string;
  /** The engine: a classic script, and the module it computes with; both as raw streams of deflate. */
  readonly worker: Uint8Array;
  readonly module: Uint8Array;
}

/** What a page is made of besides them. */
export interface PageContents {
  readonly title: string;
  readonly data: PageData;
  /** The run of bytes in two parts, pixels as a stream of zlib; null: a server gives them. */
  readonly bytes: { readonly weights: Uint8Array; readonly pixels: Uint8Array } | null;
  /** The address that bytes are asked for at: nothing else may be reached; null: nothing may. */
  readonly origin: string | null;
}

/**
 * A page that needs nothing besides itself. What is shown first stands before the engine and the bytes, so that a browser
 * shows it while it reads them. The same contents give the same bytes.
 */
export function pageHtml(
  { script, style, worker, module }: PagePrograms,
  { title, data, bytes, origin }: PageContents,
): Uint8Array {
  refuseEnd(script, 'script');
  refuseEnd(style, 'style');
  const head = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style, origin)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="cnnviz ${VERSION}">
<link rel="icon" href="data:,">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="${PAGE_IDS.root}"></div>
<noscript>This page runs a network in your browser. It needs JavaScript, and nothing from the internet.</noscript>
${block('application/json', PAGE_IDS.data, dataText(data))}
<script>${script}</script>
${block('text/plain', PAGE_IDS.worker, base64(worker))}
${block('text/plain', PAGE_IDS.module, base64(module))}
`;
  const pieces = [Buffer.from(head)];
  if (bytes !== null) {
    pieces.push(Buffer.from(`${block('text/plain', PAGE_IDS.weights, base64(bytes.weights))}\n`));
    pieces.push(Buffer.from(`${block('text/plain', PAGE_IDS.pixels, base64(bytes.pixels))}\n`));
  }
  pieces.push(Buffer.from('</body>\n</html>\n'));
  return Buffer.concat(pieces);
}

/**
 * What a page may do: run its own script, compile the engine's module, start the engine from memory, show pictures and the
 * camera from memory. Nothing is fetched and nothing is sent; but of a server, what it serves.
 */
function policy(script: string, style: string, origin: string | null): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `style-src '${hashOf(style)}'`,
    'img-src data: blob:',
    'media-src blob:',
    ...(origin === null ? [] : [`connect-src ${origin}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** As a policy names a text: sha256-BASE64 */
function hashOf(text: string): string {
  return `sha256-${Buffer.from(sha256(Buffer.from(text)), 'hex').toString('base64')}`;
}

/** Data as JSON that no text in it can end: what a name says stays a name. */
function dataText(data: PageData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** A block that no browser runs. */
function block(type: string, id: string, text: string): string {
  return `<script type="${type}" id="${id}">${text}</script>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Our own programs: what would end their element early, or hide its end, is a fault of the build. */
function refuseEnd(text: string, element: string): void {
  if (new RegExp(`</${element}|<!--`, 'i').test(text)) throw new Error(`the page's ${element} holds its own end`);
}
