export const SHOW_METHODS = ['kitty', 'iterm', 'sixel', 'blocks'] as const;
export type ShowMethod = (typeof SHOW_METHODS)[number];

/** How many colours a terminal shows. */
export type ColourDepth = 'true' | '256' | 'none';

type Environment = Readonly<Record<string, string | undefined>>;

/** How this terminal shows pictures, by what it says of itself; half blocks where it says nothing of the kind. */
export function showMethod(env: Environment): ShowMethod {
  const { TERM = '', TERM_PROGRAM = '', KITTY_WINDOW_ID, WEZTERM_PANE, KONSOLE_VERSION, TMUX, STY } = env;
  // tmux and screen swallow graphics of the terminal around them
  if (TMUX || STY || /^(screen|tmux)/.test(TERM)) return 'blocks';
  if (KITTY_WINDOW_ID || /kitty|ghostty/.test(TERM) || /^ghostty$/i.test(TERM_PROGRAM)) return 'kitty';
  if (/^(iTerm\.app|WezTerm|mintty)$/.test(TERM_PROGRAM) || WEZTERM_PANE) return 'iterm';
  if (Number(KONSOLE_VERSION) >= 220400) return 'sixel';
  if (/sixel|^foot|^mlterm|^contour|^yaft/.test(TERM)) return 'sixel';
  return 'blocks';
}

/** How many colours it shows; none with NO_COLOR, which wants a picture in letters. */
export function colourDepth(env: Environment): ColourDepth {
  const { NO_COLOR, COLORTERM = '', TERM = '' } = env;
  if (NO_COLOR || TERM === 'dumb') return 'none';
  return /truecolor|24bit/.test(COLORTERM) || /direct|kitty|alacritty|ghostty/.test(TERM) ? 'true' : '256';
}
