/** light and dark for screens, print without colours that paper loses */
export type ThemeName = 'light' | 'dark' | 'print';

/** How a figure is finished. Plain JSON: it travels with a job. */
export interface Look {
  readonly theme: ThemeName;
  /** In place of the figure's own title. */
  readonly title: string | null;
  /** A sentence below the figure. */
  readonly caption: string | null;
  /** The size of the smallest letters, in pixels at 96 dots an inch; null: 13. */
  readonly fontSize: number | null;
  /** The size of the picture in pixels; null: as the figure needs. A height needs a width. */
  readonly width: number | null;
  readonly height: number | null;
  /** Dots an inch: 96 gives a pixel a point. */
  readonly dpi: number;
  /** A font file for letters that the typeface lacks, before this machine's fonts. */
  readonly font: string | null;
}

export const DEFAULT_LOOK: Look = {
  theme: 'light',
  title: null,
  caption: null,
  fontSize: null,
  width: null,
  height: null,
  dpi: 192,
  font: null,
};

/** For a screen that is looked at from afar: 1920×1080, letters from 24 pixels. */
export const SLIDE = { fontSize: 24, width: 1920, height: 1080, dpi: 96 } as const;
