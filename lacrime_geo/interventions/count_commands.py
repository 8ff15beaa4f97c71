"""`lacrime-geo wdd`, `irr` and `e_test`: counts given in the command, the answer printed."""

from __future__ import annotations

import argparse
from typing import Any

from .. import checks
from ..command import Command
from ..parameters import in_words, p_in_words
from ..progress import Progress
from ..two_counts import ALTERNATIVES, e_test
from .displacement_difference import AREAS, wdd
from .rate_ratios import METHODS, irr

PAIR = "BEFORE,AFTER"


def _numbers(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Return the lists of numbers that were given, by name."""
    given = {name: getattr(options, name) for name in names}
    return {name: checks.several(name, text) for name, text in given.items() if text is not None}


def _add_counts(command: argparse.ArgumentParser, *names: str) -> None:
    for name in names:
        words = name.replace("_", " ")
        option = f"--{name.replace('_', '-')}"
        command.add_argument(option, metavar=PAIR, required=name in AREAS[:2], help=f"counts of the {words} area")
    command.add_argument("--periods", metavar=PAIR, help="lengths of the periods; default equal ones")
    command.add_argument("--level", metavar="PER CENT", type=float, default=95, help="of the interval; default 95")


def _add_wdd(command: argparse.ArgumentParser) -> None:
    _add_counts(command, *AREAS)
    order = ", ".join(AREAS).replace("_", " ")
    command.add_argument("--areas", metavar="NUMBERS", help=f"weights of the areas: {order}; default none")


def _run_wdd(options: argparse.Namespace, progress: Progress) -> list[str]:
    found = wdd(**_numbers(options, *AREAS, "periods", "areas"), level=options.level)
    spread = f"variance {in_words(found.variance)}, z {found.z:.2f}, {p_in_words(found.p)}"
    head = f"{_told(found.estimate, found.low, found.high, found.level)}; {spread}"
    return [head, f"simulated {p_in_words(found.p_simulated)}"]


def _add_irr(command: argparse.ArgumentParser) -> None:
    _add_counts(command, *AREAS[:2])
    command.add_argument("--control-periods", metavar=PAIR, help="of the control, where they are others")
    command.add_argument("--method", choices=METHODS, default="auto", help="of the interval; default auto")


def _run_irr(options: argparse.Namespace, progress: Progress) -> list[str]:
    numbers = _numbers(options, *AREAS[:2], "periods", "control_periods")
    found = irr(**numbers, level=options.level, method=options.method)
    return [f"{_told(found.estimate, found.low, found.high, found.level)}; {p_in_words(found.p)} ({found.method})"]


def _told(estimate: float, low: float, high: float, level: float) -> str:
    return f"{in_words(estimate)} ({level:g} %: {in_words(low)} to {in_words(high)})"


def _add_e_test(command: argparse.ArgumentParser) -> None:
    command.add_argument("a", metavar="A", type=float, help="the one count")
    command.add_argument("b", metavar="B", type=float, help="the other count")
    command.add_argument("--exposure", metavar="OF A,OF B", help="what each was counted in; default the same")
    command.add_argument("--alternative", choices=ALTERNATIVES, default="two-sided", help="default two-sided")


def _run_e_test(options: argparse.Namespace, progress: Progress) -> list[str]:
    return [p_in_words(e_test(options.a, options.b, **_numbers(options, "exposure"), alternative=options.alternative))]


WDD = Command("wdd", "Weighted displacement difference of counts before and after.", _add_wdd, _run_wdd)
IRR = Command(
    "irr", "Rate ratio of a treated area against its control, of counts before and after.", _add_irr, _run_irr
)
E_TEST = Command("e_test", "Whether two counts come from one rate (E-test).", _add_e_test, _run_e_test)
