/** What a PNG of one map carries in its metadata: enough to give its values back and to make it again. */
export interface MapNote {
  readonly cnnviz: string;
  readonly map: string;
  readonly lo: number;
  readonly hi: number;
  readonly clipped: { readonly below: number; readonly above: number; readonly nan: number };
  readonly colormap: string;
  readonly input: { readonly name: string; readonly sha256: string };
  /** The kernel and bias that made a map of `conv` … */
  readonly kernel?: { readonly name: string; readonly shape: readonly number[]; readonly sha256: string };
  readonly bias?: number;
  /** … or the layer of a network it is a channel of. */
  readonly layer?: { readonly name: string; readonly kind: string; readonly shape: readonly number[] };
  /** The command line that makes this map again, but for where it goes. */
  readonly args: readonly string[];
}

/** A picture of several maps carries its common scale and its command, but no values can be read back from it. */
export interface PictureNote {
  readonly cnnviz: string;
  readonly picture: 'sheet' | 'strip' | 'sweep' | 'overlay' | 'bars';
  readonly lo: number;
  readonly hi: number;
  readonly input: { readonly name: string; readonly sha256: string };
  /** What it shows, in a sentence. */
  readonly alt?: string;
  readonly args: readonly string[];
}

/** A drawing that is not a map of one image: of a network, of its kernels, of what differs between maps. */
export interface DrawingNote {
  readonly cnnviz: string;
  readonly picture:
    | 'architecture'
    | 'overview'
    | 'filters'
    | 'audit'
    | 'explanation'
    | 'field'
    | 'animation'
    | 'difference'
    | 'patches'
    | 'training'
    | 'learning-curve'
    | 'confusion-matrix'
    | 'histogram'
    | 'profile'
    | 'article';
  /** What it shows, in a sentence, where nothing else tells it. */
  readonly alt?: string;
  /** The values of black and white, where it shows numbers. */
  readonly lo?: number;
  readonly hi?: number;
  readonly args: readonly string[];
}
