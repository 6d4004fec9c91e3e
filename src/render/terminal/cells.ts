/** What takes two cells: East Asian wide and fullwidth characters, and pictures of emoji. */
const wide =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const graphemes = new Intl.Segmenter();

/**
 * A text as a terminal shows it, an entry a cell: what is written as one stays together, and a wide character's second cell is ''. What a
 * terminal would obey (tabs, line ends, escape codes) becomes a space: the names in a file are not to be trusted.
 */
export function cellsOf(text: string): string[] {
  const cells: string[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant
  for (const { segment } of graphemes.segment(text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' '))) {
    cells.push(segment);
    if (wide.test(segment)) cells.push('');
  }
  return cells;
}
