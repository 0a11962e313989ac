import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import type { PageData } from '../../src/explorer/page-data.js';

/** What a page holds, as its own script reads it. */
export interface PageParts {
  readonly policy: string;
  readonly title: string;
  readonly script: string;
  readonly style: string;
  readonly data: PageData;
  /** Weights, then pixels. */
  readonly bytes: Buffer;
}

/** Takes a page apart. @throws when a part of it is missing */
export function pageParts(html: string): PageParts {
  const one = (pattern: RegExp): string => {
    const found = [...html.matchAll(pattern)];
    if (found.length !== 1) throw new Error(`${pattern}: found ${found.length} times`);
    return found[0][1];
  };
  const block = (id: string) => one(new RegExp(`<script type="[\\w/]+" id="cnnviz-${id}">([^<]*)</script>`, 'g'));
  const bytes = (id: string) => Buffer.from(block(id), 'base64');
  return {
    policy: one(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/g),
    title: one(/<title>([^<]*)<\/title>/g),
    script: one(/<script>([\s\S]*?)<\/script>/g),
    style: one(/<style>([\s\S]*?)<\/style>/g),
    data: JSON.parse(block('data')),
    bytes: Buffer.concat([bytes('weights'), inflateSync(bytes('pixels'))]),
  };
}

/** The page without what a network and pictures put into it. */
export function emptied(html: string): string {
  return html.replace(/(id="cnnviz-(?:weights|pixels)">)[^<]*/g, '$1').replace(/"greys":"[^"]*"/, '"greys":""');
}

/** As a policy names a text. */
export function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
