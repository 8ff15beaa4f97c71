"""Fill the tables of real files in docs/harm.md again: `python -m tools.harm_tables DATA [coverage sensitivity cells]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from .places import TABLES

PAGE = ROOT / "docs" / "harm.md"

if __name__ == "__main__":
    fill(PAGE, TABLES, __doc__)
