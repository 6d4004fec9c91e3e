"""Writes the font that figures are set in: DejaVu Sans, matplotlib's own, cut to Latin, Greek, Cyrillic and a few signs.

    pip install matplotlib==3.11.2 fonttools==4.68.0 && python scripts/font.py

matplotlib ships the font (2.37) and its licence. Two files come out: the glyphs' advance widths, which every layout needs, and the font
itself, which the PNG renderer draws with and a canvas in Node is given, so that neither depends on the machine's fonts.
"""

import base64
import io
import pathlib
import zlib

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

assert matplotlib.__version__ == "3.11.2", matplotlib.__version__
source = pathlib.Path(__file__).parent.parent / "src"
fonts = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf"
ranges = [
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x400, 0x45F), (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026),
    (0x2030, 0x2030), (0x2070, 0x208E), (0x20AC, 0x20AC), (0x2190, 0x2195), (0x2208, 0x2208), (0x2211, 0x2212), (0x2215, 0x2215),
    (0x221A, 0x221A), (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265),
]  # fmt: skip
family = "Activation Lens Sans"
head = "// Written by scripts/font.py from DejaVu Sans 2.37 (matplotlib 3.11.2 ships it). Do not edit: run the script again.\n"


def advances(font):
    names = font.getBestCmap()
    lines = []
    for first, last in ranges:
        widths = [font["hmtx"][names[code]][0] if code in names else 0 for code in range(first, last + 1)]
        lines.append(f"  [0x{first:x}, [{', '.join(map(str, widths))}]],\n")
    return (
        head
        + "/** Runs of code points: the first one, and the advance width of each, in 1/2048 em. 0 is a code point without a glyph. */\n"
        + f"export const advances: readonly (readonly [number, readonly number[]])[] = [\n{''.join(lines)}];\n"
    )


def cut(path):
    options = subset.Options(
        hinting=False, layout_features=["kern"], name_IDs=[0, 2, 5, 13], notdef_outline=True, recalc_timestamp=False
    )
    options.drop_tables += ["FFTM", "GDEF", "GSUB", "MATH"]
    font = subset.load_font(str(path), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in ranges for code in range(first, last + 1)])
    cutter.subset(font)
    # A name of its own: it must not stand in for a complete DejaVu Sans of the machine.
    for identifier, name in {1: family, 3: f"{family} 1.0", 4: family, 6: family.replace(" ", "")}.items():
        font["name"].setName(name, identifier, 3, 1, 0x409)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def embedded(data):
    licence = (fonts / "LICENSE_DEJAVU").read_text(encoding="utf-8").strip().replace("*/", "* /")
    notice = "".join(f" * {line}".rstrip() + "\n" for line in licence.splitlines())
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    return (
        f"{head}/*!\n * DejaVu Sans, cut to the characters that figures use.\n *\n{notice} */\n\n"
        + "/** The TrueType file: its length, and its bytes as a zlib stream in base64. */\n"
        + f"export const fontLength = {len(data)};\nexport const fontData =\n  '{text}';\n"
    )


(source / "figure" / "advances.generated.ts").write_text(advances(TTFont(fonts / "DejaVuSans.ttf")))
(source / "render" / "font" / "dejavu.generated.ts").write_text(embedded(cut(fonts / "DejaVuSans.ttf")))
