/** A column of a boxed table. `width` is what is asked for; the table takes a few characters of it for its lines. */
export interface Column {
  readonly header: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

/**
 * The lines of a table as rich 15.0.0 draws it with `Table(width, show_lines=True)` and columns of fixed widths that add up to `width`
 * before padding and lines are counted (MIT, `rich/table.py`, `rich/_wrap.py`).
 */
export function boxedTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const widths = contentWidths(columns, width);
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + widths.map((cell) => line.repeat(cell + 2)).join(cross) + right;
  const draw = (cells: readonly string[], edge: string, atBottom = false) => {
    const wrapped = cells.map((cell, i) => wrap(cell, widths[i]!, columns[i]!.align));
    const height = Math.max(...wrapped.map(({ length }) => length));
    return Array.from({ length: height }, (_, y) => {
      const drawn = wrapped.map((lines, i) => ` ${lines[atBottom ? y - height + lines.length : y] ?? ' '.repeat(widths[i]!)} `);
      return edge + drawn.join(edge) + edge;
    });
  };
  const lines = [
    rule('┏', '━', '┳', '┓'),
    ...draw(
      columns.map(({ header }) => header),
      '┃',
      true,
    ),
    rule('┡', '━', '╇', '┩'),
  ];
  rows.forEach((row, i) => {
    if (i > 0) lines.push(rule('├', '─', '┼', '┤'));
    lines.push(...draw(row, '│'));
  });
  return [...lines, rule('└', '─', '┴', '┘')];
}

/** The widths add up to the whole table, so padding and lines are taken from the columns, as evenly as rich's rounding goes. */
function contentWidths(columns: readonly Column[], width: number): number[] {
  const padded = columns.map((column) => column.width + 2);
  let excess = padded.reduce((a, b) => a + b, 0) - (width - columns.length - 1);
  return padded.map((wide, i) => {
    const taken = Math.min(wide, roundHalfToEven(excess / (columns.length - i)));
    excess -= taken;
    return wide - taken - 2;
  });
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Breaks between words; a word longer than the line is cut and ends in an ellipsis. */
function wrap(text: string, width: number, align: 'left' | 'right'): string[] {
  const lines: string[][] = [[]];
  for (const [word] of text.matchAll(/\s*\S+\s*/g)) {
    const bare = [...word.trimEnd()].length;
    if (lines.at(-1)!.length > 0 && width - lines.at(-1)!.length < bare) lines.push([]);
    lines.at(-1)!.push(...word);
  }
  return lines.map((characters) => {
    const bare = [...characters.join('').trimEnd()];
    const cut = bare.length > width ? [...bare.slice(0, width - 1), '…'] : bare;
    const space = ' '.repeat(width - cut.length);
    return align === 'left' ? cut.join('') + space : space + cut.join('');
  });
}
