"""`lacrime-geo fetch OUTPUT.csv`: incidents from the city's portal, or what an address names, into a file."""

from __future__ import annotations

import argparse
import logging
from urllib.parse import unquote

from ...command import Command, CommandParser
from ...progress import Progress
from .fetching import PAGE_SIZE, fetch
from .portal_query import lapd_url
from .socrata import Query

log = logging.getLogger("lacrime_geo")
CONDITIONS = ("since", "until", "category", "area", "dataset", "columns")


def _add_options(command: CommandParser) -> None:
    command.add_output("OUTPUT", "file to write: .csv; its record is written to OUTPUT.json")
    command.add_argument("--since", metavar="DATE", help="first day of occurrence")
    command.add_argument("--until", metavar="DATE", help="day after the last one")
    command.add_argument("--category", metavar="TEXT", help="category or several, such as burglary, robbery")
    command.add_argument("--area", metavar="TEXT", help="division or several, by number or name, such as 6, Hollywood")
    command.add_argument(
        "--dataset",
        metavar="NAME",
        help="legacy_2010, legacy_2020, nibrs, nibrs_2024 or the portal's name; default the one that holds the period",
    )
    command.add_argument(
        "--columns", metavar="TEXT", help="the portal's names, or all; default all but those that describe victims"
    )
    command.add_argument(
        "--url", metavar="URL", help="address of a query or of a CSV, instead of a period and the like"
    )
    command.add_argument(
        "--page-size",
        metavar="NUMBER",
        type=int,
        default=PAGE_SIZE,
        help=f"rows asked for at once; default {PAGE_SIZE:,}",
    )


def _run(options: argparse.Namespace, progress: Progress) -> list[str]:
    given = {name: getattr(options, name) for name in CONDITIONS if getattr(options, name) is not None}
    if options.url is not None and given:
        raise ValueError(f"{', '.join(given)}: an address names its rows itself; leave these out, or --url.")
    url = lapd_url(**given) if options.url is None else options.url
    # As it is asked: without a key that stands in it.
    log.info("asking for %s", unquote(Query.of(url).address))
    record = fetch(url, options.output, page_size=options.page_size, progress=progress)
    period = f", occurred from {record['first_day']} to {record['last_day']}" if record["first_day"] else ""
    log.info("%s rows%s", f"{record['rows']:,}", period)
    log.info("sha256 %s", record["sha256"])
    return [options.output, f"{options.output}.json"]


FETCH = Command("fetch", "Fetch incidents from the city's portal into a CSV file.", _add_options, _run)
