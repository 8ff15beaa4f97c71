"""A panel of crimes: agencies over years, each agency-year with what is known of it and whether it can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..results import Table

# What the publisher of these counts says of rankings, and what no count tells.
CAUTION = (
    "Do not rank agencies by these numbers: the FBI, which publishes them, cautions against it. Agencies differ in age, income, "
    "commuters, the area they serve and the ways they record; a residents' rate is not the risk of those who are there."
)
REPORTED = (
    "Counted is what was reported to the police and passed on by them, not crime; ways of recording changed with time."
)
CAVEATS = (CAUTION, REPORTED)


class Series(NamedTuple):
    """Hold what is usable of a panel as matrices (agencies, years), NaN where nothing is: counts and populations."""

    agency: np.ndarray
    name: np.ndarray
    year: np.ndarray
    crimes: np.ndarray
    population: np.ndarray

    @property
    def rate(self) -> np.ndarray:
        """Counts per 100,000 residents (agencies, years)."""
        return 100_000 * self.crimes / self.population


def numbered(texts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different texts (m,), sorted, and which of them each row has (n,).

    >>> numbered(np.array(["b", "a", "b"], object))[1].tolist()
    [1, 0, 1]
    """
    number = {text: at for at, text in enumerate(sorted(set(texts.tolist())))}
    return np.array([*number], dtype=object), np.fromiter(map(number.__getitem__, texts.tolist()), np.int64, texts.size)


@dataclass(frozen=True, eq=False, repr=False)
class CrimePanel(Table):
    """Hold one row per agency and year: `agency, name, year, population, months_reported`, crimes, `usable`, `why_not`.

    The crimes counted have a rate per 100,000 residents beside them, such as `violent` and `violent_rate`. `why_not` says why
    a row is not usable, "" where it is. What the checks found is in `.parameters["findings"]` and, as a table, `findings()`.
    """

    @property
    def counted(self) -> str:
        """The column of the crimes counted."""
        return str(self.parameters["counted"])

    def findings(self) -> Table:
        """Return what the checks found: a row for each, with `rule, rows, share, examples, action`."""
        from ..data.quality.audit import audit_table

        return audit_table(self.parameters["findings"], self.label, int(self.parameters["rows"]))

    def year(self, year: int) -> Table:
        """Return the usable agencies of one year, such as for a funnel plot.

        Raises
        ------
        ValueError
            If the year is not in the panel, or no agency is usable in it.
        """
        wanted = checks.whole("year", year)
        in_year = self["year"] == wanted
        if not (in_year & self["usable"]).any():
            years = self["year"]
            raise ValueError(
                f"No agency is usable in {wanted} ({int(in_year.sum()):,} have a row); the panel is of {years.min()} to "
                f"{years.max()}."
            )
        kept = in_year & self["usable"]
        parameters = Parameters(self.parameters)
        parameters.update(year=str(wanted), agencies=int(kept.sum()))
        left = int((in_year & ~kept).sum())
        parameters.note("not_usable", left, f"{left:,} of {int(in_year.sum()):,} agencies are not usable in {wanted}")
        columns = {name: values[kept] for name, values in self.columns.items() if name not in ("usable", "why_not")}
        return Table(columns, parameters, label=f"{self.label}, {wanted}")

    def series(self) -> Series:
        """Return the usable counts and populations as matrices (agencies, years) over all years from first to last."""
        agency, row = numbered(self["agency"])
        years = self["year"]
        name = np.empty(agency.size, dtype=object)
        name[row] = self["name"]
        year = np.arange(years.min(), years.max() + 1)
        crimes, population = self._matrices((self.counted, "population"), row)
        return Series(agency, name, year, crimes, population)

    def matrices(self, names: Sequence[str]) -> np.ndarray:
        """Return the usable values of columns of numbers as matrices (columns, agencies by id, years), NaN where none is."""
        return self._matrices(names, numbered(self["agency"])[1])

    def _matrices(self, names: Sequence[str], row: np.ndarray) -> np.ndarray:
        years, usable = self["year"], self["usable"]
        values = np.full((len(names), int(row.max()) + 1, int(np.ptp(years)) + 1), np.nan)
        for matrix, name in zip(values, names):
            matrix[row[usable], years[usable] - years.min()] = self[name][usable]
        return values
