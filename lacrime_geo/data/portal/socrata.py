"""Addresses of queries to a Socrata portal, taken apart to be asked page by page, and for the number of their rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

RESOURCE = re.compile(r"/resource/[a-z0-9]{4}-[a-z0-9]{4}(?P<ending>\.\w+)?$")


class Query(NamedTuple):
    """Hold a query: where to, its options but the page, which rows of the whole; or a plain file, which has no pages."""

    base: str
    options: dict[str, str]
    limit: int | None
    offset: int
    paged: bool

    @classmethod
    def of(cls, url: str) -> Query:
        """Take an address apart.

        Raises
        ------
        ValueError
            If it is none of the web, or asks a portal for something else than rows as CSV.
        """
        text = str(url).strip()
        scheme, host, path, query, _ = urlsplit(text)
        if scheme not in ("http", "https") or not host or re.search(r"[\x00-\x20\x7f]", scheme + host + path):
            raise ValueError(f"The address must begin with https:// and name a server and a file, got {text!r}.")
        base = urlunsplit((scheme, host, path, "", ""))
        resource = RESOURCE.search(path)
        if resource is None:
            return cls(text, {}, None, 0, False)
        if resource["ending"] != ".csv":
            plain = base[: len(base) - len(resource["ending"] or "")]
            raise ValueError(f"The address must ask for CSV, {plain}.csv?…, got {base!r}.")
        options = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
        if "$query" in options:
            raise ValueError("A whole $query cannot be asked page by page; use $select, $where and $order instead.")
        # A key that stands in the address would be kept with it; one is taken from the environment.
        options.pop("$$app_token", None)
        limit, offset = options.pop("$limit", None), options.pop("$offset", "0")
        return cls(base, options, None if limit is None else _number("$limit", limit), _number("$offset", offset), True)

    @property
    def address(self) -> str:
        """The address of all its rows, the same for all ways to write it."""
        rows = {} if self.limit is None else {"$limit": str(self.limit)}
        return self._asking({**self.options, **rows, **({"$offset": str(self.offset)} if self.offset else {})})

    def page(self, begin: int, rows: int) -> str:
        """Return the address of some rows, counted from the first one asked for."""
        ordered = {"$order": ":id", **self.options}
        left = rows if self.limit is None else min(rows, self.limit - begin)
        return self._asking({**ordered, "$limit": str(left), "$offset": str(self.offset + begin)})

    @property
    def countable(self) -> bool:
        """Tell whether the portal can say how many rows there are."""
        return self.paged and not self.options.keys() & {"$group", "$having"}

    def count_all(self) -> str:
        """Return the address of the number of all rows that fit, whichever of them are asked for."""
        return self._asking({**self._fitting(), "$select": "count(*)"})

    def asked_of(self, counted: int) -> int:
        """Return how many of the rows counted are asked for."""
        left = max(counted - self.offset, 0)
        return left if self.limit is None else min(left, self.limit)

    def count_each(self, column: str, values: Iterable[str]) -> str:
        """Return the address of how often each of some values stands in a column."""
        listed = ",".join("'{}'".format(value.replace("'", "''")) for value in values)
        where = " and ".join(part for part in (self._where(), f"{column} in ({listed})") if part)
        fitting = {**self._fitting(), "$where": where}
        return self._asking({**fitting, "$select": f"{column},count(*)", "$group": column, "$limit": "50000"})

    def _fitting(self) -> dict[str, str]:
        return {name: value for name, value in self.options.items() if name not in ("$select", "$order")}

    def _where(self) -> str:
        return f"({self.options['$where']})" if self.options.get("$where") else ""

    def _asking(self, options: dict[str, str]) -> str:
        if not self.paged:
            return self.base
        query = "&".join(f"{quote(name, safe='$:@')}={quote(value, safe='')}" for name, value in options.items())
        return f"{self.base}?{query}" if query else self.base


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,12}", text):
        raise ValueError(f"{name} must be a whole number, got {text!r} in the address.")
    return int(text)
