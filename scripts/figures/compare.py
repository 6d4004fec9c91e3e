"""The figures of docs/figures.md, matplotlib's side: draws what draw.mjs drew, and puts both beside each other into docs/images.

Run draw.mjs first; its head has both commands. The maps come from activations.npz, which the library wrote.
"""

import pathlib
import re
import shutil
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw, ImageFont

assert matplotlib.__version__ == "3.11.2", matplotlib.__version__
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "out/figures")
images = pathlib.Path(__file__).parents[2] / "docs" / "images"
activations = np.load(folder / "activations.npz")
names = list(activations)
first = activations[names[0]][0]


def matplotlib_figures():
    for channel in (3, 30):
        plt.matshow(first[:, :, channel], cmap="viridis")
        yield f"channel-{channel}", plt.gcf()
    fig, axes = plt.subplots(8, 4, figsize=(12, 24))
    for i, ax in enumerate(axes.flat):
        ax.matshow(first[:, :, i], cmap="viridis")
    yield "grid", fig
    fig, axes = plt.subplots(2, 4, figsize=(12, 8))
    for name, ax in zip(names, axes.flat):
        ax.matshow(activations[name][0, :, :, 29], cmap="viridis")
        ax.set_title(name)
        ax.xaxis.set_ticks_position("bottom")
    yield "layers", fig


def save(image, name):
    # 256 colours are enough to look at, and a third of the bytes.
    image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(images / name, optimize=True)


def beside(pictures):
    height = max(picture.height for picture in pictures)
    sheet = Image.new("RGB", (sum(picture.width for picture in pictures), height), "white")
    x = 0
    for picture in pictures:
        sheet.paste(picture, (x, 0))
        x += picture.width
    return sheet


def terminal(text):
    """What a terminal shows: cells of 8 x 16 pixels, half blocks as rectangles."""
    font = ImageFont.truetype(pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf", 13)
    lines = text.splitlines()
    widths = [len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines]
    sheet = Image.new("RGB", (8 * max(widths) + 16, 16 * len(lines) + 16), "#1c1c1c")
    draw = ImageDraw.Draw(sheet)
    for row, line in enumerate(lines):
        column, fore, back = 0, None, None
        for codes, character in re.findall(r"\x1b\[([\d;]*)m|([^\x1b])", line):
            if not character:
                numbers = [int(code) for code in codes.split(";")]
                while numbers:
                    code = numbers.pop(0)
                    if code == 0:
                        fore = back = None
                    elif code in (38, 48):
                        color, numbers = tuple(numbers[1:4]), numbers[4:]
                        fore, back = (color, back) if code == 38 else (fore, color)
                    elif code in (30, 97):
                        fore = (0, 0, 0) if code == 30 else (255, 255, 255)
                continue
            x, y = 8 * column + 8, 16 * row + 8
            if back is not None:
                draw.rectangle((x, y, x + 7, y + 15), fill=back)
            if character == "▀":
                draw.rectangle((x, y, x + 7, y + 7), fill=fore)
            elif character == "▄":
                draw.rectangle((x, y + 8, x + 7, y + 15), fill=fore)
            elif character != " ":
                draw.text((x, y), character, font=font, fill=fore or "#d0d0d0")
            column += 1
    return sheet


for name, fig in matplotlib_figures():
    fig.savefig(folder / f"{name}-matplotlib.png", dpi=60)
    theirs = Image.open(folder / f"{name}-matplotlib.png").convert("RGB")
    ours = Image.open(folder / f"{name}.png").convert("RGB")
    canvas = Image.open(folder / f"{name}-canvas.png").convert("RGB")
    difference = np.abs(np.asarray(theirs, int) - np.asarray(ours, int)).max(-1)
    print(f"{name}: {ours.size[0]} x {ours.size[1]}, {(difference > 48).mean():.2%} of the pixels differ by more than 48 levels")
    save(beside([theirs, ours, canvas] if name.startswith("channel") else [theirs, ours]), f"figure-{name}.png")
shutil.copy(folder / "layers.svg", images / "figure-layers.svg")
save(terminal((folder / "layers.txt").read_text()), "figure-terminal.png")
# Not reduced to 256 colours: three colormaps have more.
shutil.copy(folder / "colorbars.png", images / "figure-colorbars.png")
