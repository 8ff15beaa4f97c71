"""Make a picture small: in the 256 colours that stand best for its own. Needs Pillow.

python -m tools.pictures.few_colours PICTURE.png
"""

import sys

from PIL import Image

# The whole range is covered first, so that the small patches of a legend keep their colours.
COLOURS, ROUNDS = 256, 4


def main(path):
    """Write a PNG again in few colours."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, ROUNDS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
