"""How every picture looks: colours that survive grey print and colour blindness, and how a picture is kept.

Colours are those of Okabe and Ito (Color Universal Design, 2008).
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from havenward.report.facts import Facts

INK = "#1a1a1a"
QUIET = "#5a5a5a"
GRID = "#dddddd"
FRAME = "#999999"
PAPER = "#ffffff"
BLUE = "#0072B2"
ORANGE = "#E69F00"
VERMILION = "#D55E00"
GREEN = "#009E73"
SKY = "#56B4E9"
PURPLE = "#CC79A7"

DPI = 125


def save_image(image: Image.Image, path: Path, title: str, facts: Facts) -> Path:
    """Writes an image as a PNG of at most 256 colours, so that the page stays light, with its facts in the metadata."""
    text = PngInfo()
    for key, value in facts.metadata(title).items():
        text.add_itxt(key, value)
    colours = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours.save(path, pnginfo=text, dpi=(DPI, DPI))
    return path
