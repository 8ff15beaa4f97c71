"""Which column of any agency's table has which role: named, or guessed and announced."""

from __future__ import annotations

from ..parameters import Parameters
from . import rules
from .column_guesses import Guess, column_for
from .occurrences import needs_no_time
from .own_mapping import ROLES, Asked
from .tables import LATITUDE, LONGITUDE, Column


def roles_of(columns: dict[str, Column], said: Asked, place: tuple[str, str], parameters: Parameters) -> dict[str, str]:
    """Return the column of each role, named or guessed; announce what was guessed."""
    roles = dict(zip(("x", "y"), place))
    for role in ROLES[2:]:
        if role in said.columns:
            roles[role] = parameters[role] = said.columns[role]
    for role in ROLES[2:]:
        taken = [*roles.values(), LONGITUDE, LATITUDE]
        found = None if role in roles or not _is_wanted(role, columns, roles) else column_for(role, columns, taken)
        if found is not None:
            roles[role] = _chosen(role, found, parameters)
    return roles


def _is_wanted(role: str, columns: dict[str, Column], roles: dict[str, str]) -> bool:
    """Tell whether a column of this role has something to add: no end without a beginning, no clock where dates have theirs."""
    if role in ("time", "end_time"):
        return not needs_no_time(columns, roles, "date" if role == "time" else "end")
    return role not in ("end", "reported") or "date" in roles


def _chosen(role: str, guess: Guess, parameters: Parameters) -> str:
    return str(parameters.choose(role, guess.column, guess.reason))


def choices(roles: dict[str, str], parameters: Parameters) -> list[rules.Finding]:
    """Return the columns chosen, the CRS and the order of dates as lines of the audit."""
    found = []
    for role, name in roles.items():
        reason = parameters.get(f"{role}_reason")
        action = f"column guessed {reason}; {role} names another" if reason else "column as named"
        found.append({"rule": f"column_{role.replace('_column', '')}", "rows": 0, "examples": [name], "action": action})
    for name in ("crs", "date_order"):
        if name in parameters:
            reason = parameters.get(f"{name}_reason")
            found.append({"rule": name, "rows": 0, "examples": [parameters[name]], "action": reason or "as named"})
    return found
