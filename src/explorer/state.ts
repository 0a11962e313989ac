import type { ImagePreset } from '../core/job.js';
import type { Look } from './page-data.js';
import type { Edit } from './protocol.js';

/** What is looked at: everything that the address keeps and "copy the command" tells. */
export interface PageState {
  readonly network: number;
  /** Which of the page's images; null: one that was given to the page, which no address can keep. */
  readonly image: number | null;
  /** A layer by name; null: the input. */
  readonly layer: string | null;
  readonly channel: number;
  /** Column and row in the layer's map; null: none is chosen. */
  readonly at: { readonly x: number; readonly y: number } | null;
  readonly view: View;
  readonly look: Look;
  readonly preset: ImagePreset | null;
  readonly edits: readonly Edit[];
  /** Of the class that Grad-CAM is shown for; null: the best one. */
  readonly class: number | null;
}

/** maps: all channels · map: one, large · kernels · numbers: facts and histogram · graph · classes: Grad-CAM and scores · compare: two networks */
export type View = 'maps' | 'map' | 'kernels' | 'numbers' | 'graph' | 'classes' | 'compare';
