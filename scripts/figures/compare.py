"""The figures of docs/figures.md, matplotlib's side: draws what draw.mjs drew, and puts all beside each other into docs/images.

Run draw.mjs first; its head has both commands. The maps come from activations.npz, which the library wrote. A second argument is
another folder for the sheets.
"""

import pathlib
import shutil
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colors
from PIL import Image, ImageDraw, ImageFont

import screen

assert matplotlib.__version__ == "3.11.2", matplotlib.__version__
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "out/figures")
images = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parents[2] / "docs" / "images"
images.mkdir(parents=True, exist_ok=True)
activations = np.load(folder / "activations.npz")
names = list(activations)
first = activations[names[0]][0]

#: What stands over each picture of a sheet, and the part of its file's name.
drawings = {
    "pngRenderer": "png",
    "canvasRenderer (Node)": "canvas",
    "svgRenderer (in Chromium)": "svg",
    "webgpuRenderer (in Chromium)": "webgpu",
    "custom renderer (Plot)": "plot",
    "terminal: half blocks": "blocks",
    "terminal: kitty": "kitty",
    "terminal: sixel": "sixel",
}


def matplotlib_figures():
    """Name, pixels an inch, pictures a row of the sheet, figure."""
    for channel in (3, 30):
        plt.matshow(first[:, :, channel], cmap="viridis")
        yield f"channel-{channel}", 60, 3, plt.gcf()
    fig, axes = plt.subplots(8, 4, figsize=(12, 24))
    for i, ax in enumerate(axes.flat):
        ax.matshow(first[:, :, i], cmap="viridis")
    yield "grid", 36, 5, fig
    fig, axes = plt.subplots(2, 4, figsize=(12, 8))
    for name, ax in zip(names, axes.flat):
        ax.matshow(activations[name][0, :, :, 29], cmap="viridis")
        ax.set_title(name)
        ax.xaxis.set_ticks_position("bottom")
    yield "layers", 50, 3, fig


def matplotlib_colorbars():
    """The same as colorbars.mjs."""
    signed = first[:, :, 0] - first[:, :, 3]
    positive = np.abs(signed) + np.float32(1e-3)
    norms = [
        ("Normalize", positive, colors.Normalize(), "viridis"),
        ("LogNorm", positive, colors.LogNorm(), "viridis"),
        ("PowerNorm, gamma 0.5", positive, colors.PowerNorm(0.5), "viridis"),
        ("Normalize(*np.percentile)", positive, colors.Normalize(*np.percentile(positive, [2, 98])), "viridis"),
        ("FuncNorm, cube root", positive, colors.FuncNorm((np.cbrt, lambda y: y**3)), "viridis"),
        ("CenteredNorm", signed, colors.CenteredNorm(), "coolwarm"),
        ("TwoSlopeNorm", signed, colors.TwoSlopeNorm(0), "coolwarm"),
        ("SymLogNorm, linthresh 0.01", signed, colors.SymLogNorm(0.01, base=10), "coolwarm"),
        ("BoundaryNorm", signed, colors.BoundaryNorm([-0.5, -0.1, -0.02, 0.02, 0.1, 0.5], 256), "coolwarm"),
        ("LogNorm, 0.03 to 0.4", positive, colors.LogNorm(0.03, 0.4), "viridis"),
    ]
    fig, axes = plt.subplots(2, 5, figsize=(20, 8))
    for ax, (title, values, norm, colormap) in zip(axes.flat, norms):
        shown = ax.matshow(values, norm=norm, cmap=colormap)
        ax.set_title(title)
        ax.xaxis.set_ticks_position("bottom")
        fig.colorbar(shown, ax=ax)
    return fig


def drawn(name, kind):
    if kind not in ("blocks", "kitty", "sixel"):
        return Image.open(folder / f"{name}.{kind}.png").convert("RGB")
    return getattr(screen, kind)((folder / f"{name}.{kind}.txt").read_bytes().decode())


def contact_sheet(pictures, columns):
    """Pictures in rows, each under its name."""
    font = ImageFont.truetype(pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf", 12)
    gap, head = 8, 22
    width = max(picture.width for picture in pictures.values()) + gap
    height = max(picture.height for picture in pictures.values()) + head + gap
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width + gap, rows * height), "#e8e8e8")
    draw = ImageDraw.Draw(sheet)
    for i, (name, picture) in enumerate(pictures.items()):
        x, y = gap + i % columns * width, i // columns * height
        draw.text((x, y + 4), name, font=font, fill="black")
        sheet.paste(picture, (x, y + head))
    return sheet


def save(image, name, method=Image.Quantize.MEDIANCUT):
    # 256 colours are enough to look at, and a third of the bytes.
    image.convert("RGB").quantize(256, method=method, dither=Image.Dither.NONE).save(images / name, optimize=True)


for name, dpi, columns, fig in matplotlib_figures():
    fig.savefig(folder / f"{name}.matplotlib.png", dpi=dpi)
    plt.close(fig)
    theirs = drawn(name, "matplotlib")
    pictures = {"matplotlib 3.11.2": theirs}
    for title, kind in drawings.items():
        pictures[title] = picture = drawn(name, kind)
        if picture.size == theirs.size:
            difference = np.abs(np.asarray(theirs, int) - np.asarray(picture, int)).max(-1)
            print(f"{name}, {kind}: {(difference > 48).mean():.2%} of {picture.width} x {picture.height} pixels differ by more than 48 levels")
    save(contact_sheet(pictures, columns), f"figure-{name}.png")
shutil.copy(folder / "layers.svg", images / "figure-layers.svg")
save(Image.open(folder / "every-channel.png"), "figure-every-channel.png")
matplotlib_colorbars().savefig(folder / "colorbars.matplotlib.png", dpi=60)
pair = {name: Image.open(folder / file).convert("RGB") for name, file in (("matplotlib 3.11.2", "colorbars.matplotlib.png"), ("pngRenderer", "colorbars.png"))}
# Two colormaps have more than 256 colours; the rare ones at the bars' ends count as much as others.
save(contact_sheet(pair, 1), "figure-colorbars.png", Image.Quantize.MAXCOVERAGE)
