"""Let `python -m benchmarks` do what `python benchmarks/run.py` does."""

import runpy
import sys
from pathlib import Path

here = Path(__file__).parent
sys.path.insert(0, str(here))
runpy.run_path(str(here / "run.py"), run_name="__main__")
