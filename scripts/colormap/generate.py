"""Writes src/colormap/tables/: one TypeScript module for each colormap of matplotlib, and their barrel; and
src/colormap/names.generated.ts: the colours that have names there.

    python -m pip install matplotlib==3.11.2
    python scripts/colormap/generate.py

The bytes are those of `matplotlib.colormaps[name](np.arange(N), bytes=True)`. Red, then green, then blue are written as differences
modulo 256, folded to 0, 1, 2, ... for 0, -1, +1, ..., one printable character each; the first character says from which earlier row
('(' and on: 0, 1, ... rows back) or, as '!', that they are differences of differences, whichever packs best. After a space follow the
few bytes in which matplotlib's own `_r` map is not this table read backwards. src/colormap/table.ts reads it.
"""

import gzip
import pathlib

import matplotlib
import numpy as np

WANTED = '3.11.2'
FIRST = 40  # '(': with 51 more characters there is no quote and no backslash among them
ESCAPE = 51

HEAD = f"""// Written by scripts/colormap/generate.py from matplotlib {WANTED}; do not edit. To write it again:
//   python -m pip install matplotlib=={WANTED} && python scripts/colormap/generate.py
"""


def characters(values):
    out = []
    for value in values:
        if value < ESCAPE:
            out.append(chr(FIRST + value))
        else:
            out.append(chr(FIRST + ESCAPE) + chr(FIRST + (value >> 4)) + chr(FIRST + (value & 15)))
    return ''.join(out)


def folded(differences):
    return np.where(differences < 0, -2 * differences - 1, 2 * differences)


def encode(table, lag):
    """`lag` rows back; 0 for differences of differences."""
    values = table[:, :3].astype(int)
    if lag == 0:
        differences = np.diff(values, n=2, axis=0, prepend=np.zeros((2, 3), int))
    else:
        differences = values.copy()
        differences[lag:] -= values[:-lag]
    text = characters(folded((differences + 128) % 256 - 128).T.ravel())
    return (chr(FIRST + lag) if lag else '!') + text


def exceptions(table, backwards):
    """Where `backwards` (matplotlib's `_r`, flipped) differs: gaps in planar order, 25 or more in steps, doubled, plus 1 for +1."""
    off = (backwards[:, :3].astype(int) - table[:, :3]).T.ravel()
    assert set(off.tolist()) <= {-1, 0, 1}
    out, last = [], 0
    for place in np.flatnonzero(off):
        gap = int(place) - last
        last = int(place)
        while gap >= 25:
            out.append(50)
            gap -= 25
        out.append(2 * gap + int(off[place] > 0))
    return characters(out)


def size(text):
    return len(gzip.compress(text.encode(), 9))


def colours(name):
    colormap = matplotlib.colormaps[name]
    table = colormap(np.arange(colormap.N), bytes=True)
    assert (table[:, 3] == 255).all() and not np.any(colormap.get_bad())
    assert (colormap.get_under() == colormap(0)).all() and (colormap.get_over() == colormap(colormap.N - 1)).all()
    return table


def named():
    """matplotlib's CSS4 and Tableau names and its one-letter colours, the latter not all whole bytes."""
    from matplotlib.colors import BASE_COLORS, CSS4_COLORS, TABLEAU_COLORS

    words = ' '.join(f'{name}{value.lower()}' for name, value in {**CSS4_COLORS, **TABLEAU_COLORS}.items())
    letters = ', '.join(f"{letter}: [{', '.join(map(str, value))}]" for letter, value in BASE_COLORS.items())
    return (
        f'{HEAD}\n/** Every name with its #rrggbb. */\nexport const NAMED =\n  {words!r};\n\n'
        f'/** Red, green and blue, 0..1. */\nexport const LETTERS: Readonly<Record<string, readonly number[]>> = {{ {letters} }};\n'
    )


def main():
    assert matplotlib.__version__ == WANTED, f'matplotlib {matplotlib.__version__} is installed, {WANTED} is wanted'
    folder = pathlib.Path(__file__).parents[2] / 'src' / 'colormap' / 'tables'
    folder.mkdir(exist_ok=True)
    for old in folder.glob('*.ts'):
        old.unlink()
    names = sorted((name for name in matplotlib.colormaps if not name.endswith('_r')), key=lambda name: (name.lower(), name))
    assert len(names) == 91
    for name in names:
        table = colours(name)
        text = min((encode(table, lag) for lag in range(ESCAPE)), key=size)
        odd = exceptions(table, colours(name + '_r')[::-1])
        if odd:
            text += ' ' + odd
        (folder / f'{name}.ts').write_text(
            f"{HEAD}import {{ packed }} from '../table';\n\n"
            f'/** {len(table)} colours; equal to `matplotlib.colormaps["{name}"]` of matplotlib {WANTED}. */\n'
            f"export const {name} = /* @__PURE__ */ packed('{name}', {len(table)}, '{text}');\n"
        )
    (folder.parent / 'names.generated.ts').write_text(named())
    (folder / 'index.ts').write_text(HEAD + ''.join(f"export {{ {name} }} from './{name}';\n" for name in names))
    # Not `import * as`: a bundler would make that an object with every table, in whatever chunk the tables are.
    (folder / 'record.ts').write_text(
        HEAD
        + ''.join(f"import {{ {name} }} from './{name}';\n" for name in names)
        + '\n/** The name of a colormap of matplotlib, without `_r`. */\nexport type ColormapName =\n'
        + ''.join(f"  | '{name}'\n" for name in names)
        + '  ;\n\n/** All of them by name. */\nexport const record = {\n'
        + ''.join(f'  {name},\n' for name in names)
        + '};\n'
    )


main()
