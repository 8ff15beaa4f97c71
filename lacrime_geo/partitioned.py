"""Incidents in partitions, of which few are in memory at a time: what an analysis may ask of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar

import numpy as np

from .progress import Progress

if TYPE_CHECKING:
    from .incidents import Incidents

T = TypeVar("T")
PLACE, WHEN, UNTIL, REPORTED, CATEGORY = "place", "when", "until", "reported", "category"
TAKEN_BY = ("kde", "hotspots", "concentration", "dbscan", "counts", "clock", "alerts", "near_repeat")


class Partitioned(ABC):
    """Incidents that are read a partition at a time, as often as they are asked for; `lg.scan_incidents` gives them.

    They have a `label`, the metric `crs` that their places are read in, the `selection` that was chosen of them, and the
    `agency` whose records they are, where that is known, as Incidents have.
    """

    label: str
    crs: str
    selection: Mapping[str, Any]
    agency: str | None

    @abstractmethod
    def gather(
        self,
        make: Callable[[Incidents], T],
        merge: Callable[[T, T], T],
        *,
        needs: Sequence[str] = (PLACE,),
        optional: Sequence[str] = (),
        weight: str | None = None,
        progress: Progress = None,
    ) -> T:
        """Return what a function makes of the incidents of each partition, merged in the order of the partitions.

        Parameters
        ----------
        make : makes a small summary of ordinary Incidents, those of one partition that are chosen, some of them perhaps without
            a place; a function of a module, or a partial of one, as it may be called in another process.
        merge : makes one summary of those of earlier and of later partitions; it may change the first.
        needs : what is read: "place", "when", "until", "reported", "category", or names of columns, which `source` then holds.
            Of those five one that the files lack is None (places: all missing), as in Incidents; a column that they lack raises.
        optional : names of further columns, read where the files have them.
        weight : name of the column that `Incidents.weight` is read from.
        progress : function of a fraction, returning False to stop.
        """

    @abstractmethod
    def collapsed(
        self, *, weight: str | None = None, edges: Sequence[np.datetime64] = (), progress: Progress = None
    ) -> Incidents:
        """Return the incidents with a place, those on one place and of one weight collapsed into a row, with its `frequency`.

        Their `gathered` says what is known of all of them; they have no columns, and no times, unless `edges` part the time:
        only incidents of one part are then collapsed, and `when` is the edge with which their part begins, some early moment
        before the first edge, NaT without a date.
        """

    @abstractmethod
    def run(
        self, function: Callable[[Any], T], tasks: Iterable[Any], *, progress: Progress = None
    ) -> Iterator[tuple[int, T]]:
        """Yield the number of each task and what a function makes of it, as they end: run where the partitions are read."""

    def refuse(self) -> NoReturn:
        """Raise: an analysis was asked that needs all incidents in memory."""
        raise TypeError(
            f"{self.label!r} is a scan, of which no more than a part is in memory, and this analysis needs all of it: "
            f"{', '.join(TAKEN_BY)} take scans; for others choose fewer incidents (select) and read them: scan.read()."
        )
