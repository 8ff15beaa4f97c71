"""Ordinary incidents cut into parts, as a scan has them, without any file."""

from dataclasses import replace

import numpy as np

from lacrime_geo.incidents import as_incidents
from lacrime_geo.partitioned import CATEGORY, PLACE, REPORTED, UNTIL, WHEN, Part, Partitioned


class InParts(Partitioned):
    """Incidents (n,) cut at row numbers into parts; each part gives its incidents in portions of so many rows."""

    def __init__(self, incidents, cuts=(), portion=1_000_000, client=None):
        self.incidents, self.cuts, self.portion, self.client = as_incidents(incidents), sorted(cuts), portion, client
        self.label, self.crs = self.incidents.label, self.incidents.crs
        self.selection, self.agency = self.incidents.selection, self.incidents.agency

    @property
    def parts(self):
        edges = [0, *self.cuts, self.incidents.size]
        return [
            Rows(self.incidents.take(np.arange(begin, end)), self.portion) for begin, end in zip(edges[:-1], edges[1:])
        ]

    def run(self, function, tasks, *, progress=None):
        tasks = list(tasks)
        if self.client is not None:
            running = [self.client.submit(function, task, pure=False) for task in tasks]
            yield from enumerate(future.result() for future in running)
            return
        # The last task ends first: nothing may depend on which one does.
        for number in reversed(range(len(tasks))):
            yield number, function(tasks[number])


class Rows(Part):
    def __init__(self, incidents, portion):
        # Each part is worth a task of its own.
        self.incidents, self.portion = incidents, portion

    @property
    def rows(self):
        return 5_000_000

    def portions(self, wanted):
        for begin in range(0, max(self.incidents.size, 1), self.portion):
            part = self.incidents.take(np.arange(begin, min(begin + self.portion, self.incidents.size)))
            yield in_runs(only(part, wanted)) if wanted.place_alone else only(part, wanted)


def in_runs(part):
    """Return neighbouring incidents on one place as one row."""
    begins = np.ones(part.size, dtype=bool)
    begins[1:] = (np.diff(part.easting) != 0) | (np.diff(part.northing) != 0)
    begin = np.flatnonzero(begins)
    return replace(part.take(begin), frequency=np.diff(np.append(begin, part.size)))


def only(part, wanted):
    """Return incidents with nothing but what is wanted of them: who asks for too little must notice."""
    roles = {WHEN: "when", UNTIL: "until", REPORTED: "reported", CATEGORY: "category"}
    lacking = {attribute: None for role, attribute in roles.items() if role not in wanted.roles}
    nowhere = np.full(part.size, np.nan)
    if PLACE not in wanted.roles:
        lacking.update(easting=nowhere, northing=nowhere)
    source = {} if part.source is None else part.source
    for name in wanted.columns:
        assert name in source, name
    kept = {name: np.asarray(source[name]) for name in (*wanted.columns, *wanted.optional) if name in source}
    weighed = part.weighing(wanted.weight, some=False) if wanted.weight else replace(part, weight=None)
    return replace(weighed, **lacking, source=kept, known_until=None, whole=None)
