"""Run the command line: ``python -m lacrime_geo``."""

import sys

from .cli import main

sys.exit(main())
