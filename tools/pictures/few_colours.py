"""Make a picture small: in the 200 colours that stand best for its own. Needs Pillow.

python -m tools.pictures.few_colours PICTURE.png
"""

import sys

from PIL import Image

COLOURS = 200


def main(path):
    """Write a PNG again in few colours."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
