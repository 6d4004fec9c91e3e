/** How pictures get into a terminal: coloured half blocks, which every terminal has, or one of three picture protocols. */
export type TerminalGraphics = 'blocks' | 'kitty' | 'iterm' | 'sixel';

/** How many colours a terminal has. */
export type TerminalColors = 'truecolor' | '256';

/** Environment variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The best way that the terminal of this environment is known to understand; 'blocks' where none is known. Inside tmux and screen, which
 * swallow pictures unless told otherwise, always 'blocks'.
 */
export function terminalGraphics(env: Environment): TerminalGraphics {
  const { TERM = '', TERM_PROGRAM = '', TMUX, STY, KITTY_WINDOW_ID, KONSOLE_VERSION, LC_TERMINAL } = env;
  if (TMUX || STY) return 'blocks';
  if (KITTY_WINDOW_ID || TERM === 'xterm-kitty' || TERM === 'xterm-ghostty' || TERM_PROGRAM === 'ghostty') return 'kitty';
  if (TERM_PROGRAM === 'WezTerm' || TERM_PROGRAM === 'iTerm.app' || LC_TERMINAL === 'iTerm2' || TERM_PROGRAM === 'mintty') return 'iterm';
  if (KONSOLE_VERSION && Number(KONSOLE_VERSION) >= 220400) return 'kitty';
  if (/sixel|^foot|^mlterm|^yaft|^contour/.test(TERM)) return 'sixel';
  return 'blocks';
}

/** 256 where a terminal says so or is known to have no more, else all of them. */
export function terminalColors(env: Environment): TerminalColors {
  const { COLORTERM = '', TERM = '', TERM_PROGRAM = '' } = env;
  if (COLORTERM === 'truecolor' || COLORTERM === '24bit') return 'truecolor';
  return TERM_PROGRAM === 'Apple_Terminal' || /^(screen|linux|rxvt)/.test(TERM) ? '256' : 'truecolor';
}
