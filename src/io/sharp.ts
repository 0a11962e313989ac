import { createRequire } from 'node:module';

type Sharp = typeof import('sharp').default;

let loaded: Sharp | null = null;

/**
 * sharp, loaded when first needed and through `require`: importing its ES module takes three times as long. Loaders
 * that libvips itself does not trust with strangers' files (SVG among them) are blocked before it starts.
 */
export function loadSharp(): Sharp {
  if (loaded === null) {
    process.env.VIPS_BLOCK_UNTRUSTED = '1';
    loaded = createRequire(import.meta.url)('sharp') as Sharp;
    loaded.cache(false);
  }
  return loaded;
}

/** Where processes share the cores, one image must not take several. */
export function useOneThreadAnImage(): void {
  loadSharp().concurrency(1);
}
