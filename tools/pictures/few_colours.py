"""Make a picture small: in the few colours that stand best for its own.

python -m tools.pictures.few_colours PICTURE.png
"""

import sys

from PIL import Image

# The whole range is covered first, so that the small patches of a legend keep their colours.
COLOURS, ROUNDS = 256, 4


def in_few_colours(path):
    """Write a PNG again in few colours, which makes it a third as large."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, ROUNDS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    in_few_colours(sys.argv[1])
