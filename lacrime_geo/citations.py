"""Sources of methods: the authors and years that the docstrings of analyses name."""

from __future__ import annotations

import inspect
import re
from typing import Any

_NAME = r"(?:De |de |Van |van )?[A-Z][\w'’-]*"
_SOURCE = re.compile(
    rf"((?:{_NAME}(?:,\s+{_NAME})*(?:\s+(?:&|and)\s+{_NAME})?(?:\s+et\s+al\.)?))\s+\(?((?:19|20)\d\d)\b"
)
_NO_AUTHORS = re.compile(r"\b(Default|January|March|April|May|June|July|August|September|October|November|December)\b")


def citations_of(function: Any) -> tuple[str, ...]:
    """Return the sources that a function's docstring names, each once, in their order.

    >>> from lacrime_geo import hotspots
    >>> citations_of(hotspots)
    ('Benjamini & Hochberg 1995', 'Ord & Getis 1995')
    """
    text = " ".join((inspect.getdoc(function) or "").split())
    found = (f"{authors} {year}" for authors, year in _SOURCE.findall(text) if not _NO_AUTHORS.search(authors))
    return tuple(dict.fromkeys(found))


def method_of(function: Any) -> str:
    """Return an analysis by its name, with its sources.

    >>> from lacrime_geo import dbscan
    >>> method_of(dbscan)
    'dbscan (Ester et al. 1996)'
    """
    sources = citations_of(function)
    return f"{function.__name__} ({'; '.join(sources)})" if sources else function.__name__
