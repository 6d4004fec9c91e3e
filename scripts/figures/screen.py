"""What a terminal shows of a text with pictures in it: half blocks, kitty's protocol, sixels. Independent of the library."""

import base64
import io
import pathlib
import re

import matplotlib
from PIL import Image, ImageDraw, ImageFont

background = (0x1C, 0x1C, 0x1C)


def blocks(text, cell=6):
    """Cells of `cell` x twice as many pixels, half blocks as rectangles."""
    font = ImageFont.truetype(pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf", 1.66 * cell)
    lines = text.splitlines()
    widths = [len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines]
    sheet = Image.new("RGB", (cell * max(widths), 2 * cell * len(lines)), background)
    draw = ImageDraw.Draw(sheet)
    for row, line in enumerate(lines):
        column, fore, back = 0, None, None
        for codes, character in re.findall(r"\x1b\[([\d;]*)m|([^\x1b])", line):
            if not character:
                fore, back = colors(codes, fore, back)
                continue
            x, y = cell * column, 2 * cell * row
            if back is not None:
                draw.rectangle((x, y, x + cell - 1, y + 2 * cell - 1), fill=back)
            if character == "▀":
                draw.rectangle((x, y, x + cell - 1, y + cell - 1), fill=fore)
            elif character == "▄":
                draw.rectangle((x, y + cell, x + cell - 1, y + 2 * cell - 1), fill=fore)
            elif character != " ":
                draw.text((x, y), character, font=font, fill=fore or "#d0d0d0")
            column += 1
    return sheet


def colors(codes, fore, back):
    numbers = [int(code) for code in codes.split(";")]
    while numbers:
        code = numbers.pop(0)
        if code == 0:
            fore = back = None
        elif code in (38, 48):
            assert numbers[0] == 2, codes
            color, numbers = tuple(numbers[1:4]), numbers[4:]
            fore, back = (color, back) if code == 38 else (fore, color)
        elif code in (30, 97):
            fore = (0, 0, 0) if code == 30 else (255, 255, 255)
    return fore, back


def kitty(text, cell=6):
    """The PNG file in the commands, scaled to the columns that it asks for."""
    commands = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", text)
    keys = dict(pair.split("=") for pair in commands[0][0].split(","))
    picture = Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in commands))))
    width = cell * int(keys["c"])
    height = round(picture.height * width / picture.width)
    return picture.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)


def sixel(text):
    """The pixels of a picture in sixels."""
    width, height, body = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)(.*)\x1b\\\n', text, re.DOTALL).groups()
    sheet = Image.new("RGB", (int(width), int(height)), background)
    pixels = sheet.load()
    registers, color, x, top = {}, None, 0, 0
    for code in re.findall(r"#[\d;]+|!\d+[?-~]|[?-~$-]", body):
        if code[0] == "#":
            number, *definition = [int(part) for part in code[1:].split(";")]
            if definition:
                registers[number] = tuple(round(part * 255 / 100) for part in definition[1:])
            color = registers[number]
        elif code == "$":
            x = 0
        elif code == "-":
            x, top = 0, top + 6
        else:
            count, bits = (int(code[1:-1]), ord(code[-1]) - 63) if code[0] == "!" else (1, ord(code) - 63)
            for column in range(x, x + count):
                for bit in range(6):
                    if bits >> bit & 1:
                        pixels[column, top + bit] = color
            x += count
    return sheet
