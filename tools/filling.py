"""Fill the tables of a page of docs again from real files, all of them or those named."""

import argparse
import logging
from pathlib import Path

from tools.readme_tables import filled


def fill(page, tables, description):
    """Read the command line, make the tables asked for, print them, write them into the page, and return the options.

    `tables` are functions of the folder of the real files, by the mark of their place in the page.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", type=Path, help="folder of the real files")
    parser.add_argument("names", nargs="*", metavar="TABLE", help=f"of {', '.join(tables)}; all unless named")
    parser.add_argument("--only-print", action="store_true", help="leave the page and its pictures as they are")
    options = parser.parse_intermixed_args()
    options.names = options.names or list(tables)
    logging.basicConfig(level=logging.WARNING)
    for name in options.names:
        made = tables[name](options.data)
        print(f"{name}\n\n{made}\n", flush=True)
        if not options.only_print:
            text = page.read_text(encoding="utf-8")
            page.write_text(filled(text, {name: lambda words=made: words}), encoding="utf-8")
    return options
