"""Fill the tables of real places in docs/risk.md again: `python -m tools.risk_tables DATA [october city …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import contests, october

TABLES = {**october.TABLES, **contests.TABLES}
PAGE = ROOT / "docs" / "risk.md"

if __name__ == "__main__":
    fill(PAGE, TABLES, __doc__)
