"""Fill the tables of real places in docs/risk.md again: `python -m tools.risk_tables DATA [october city …]`."""

import argparse
import logging
from pathlib import Path

from tools.readme_tables import ROOT, filled

from . import contests, october

TABLES = {**october.TABLES, **contests.TABLES}
PAGE = ROOT / "docs" / "risk.md"


def main():
    """Read the command line, make the tables asked for, print them and write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the files of Los Angeles and Portland")
    parser.add_argument("names", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}; all unless named")
    parser.add_argument("--only-print", action="store_true", help="leave the page as it is")
    options = parser.parse_intermixed_args()
    logging.basicConfig(level=logging.WARNING)
    for name in options.names or TABLES:
        made = TABLES[name](options.data)
        print(f"{name}\n\n{made}\n", flush=True)
        if not options.only_print:
            text = PAGE.read_text(encoding="utf-8")
            PAGE.write_text(filled(text, {name: lambda words=made: words}), encoding="utf-8")


if __name__ == "__main__":
    main()
