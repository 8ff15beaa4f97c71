"""Fill the tables of docs/jurisdictions.md again: `python -m tools.jurisdiction_tables DATA [findings trends …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import cities, foretold

TABLES = {**cities.TABLES, **foretold.TABLES}
PAGE = ROOT / "docs" / "jurisdictions.md"

if __name__ == "__main__":
    fill(PAGE, TABLES, __doc__)
