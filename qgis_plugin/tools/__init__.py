"""The algorithms that are no analysis of the catalogue: data in, maps out, and what surrounds them."""

from .check_installation import CheckInstallation
from .rerun import Rerun

TOOLS = (CheckInstallation, Rerun)
