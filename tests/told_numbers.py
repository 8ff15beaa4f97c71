"""What tests ask of claims: that their code gives their value again, and that no sentence tells a number that is no claim."""

import inspect
import math
import re

import lacrime_geo as lg
from lacrime_geo.claims import plain
from lacrime_geo.parameters import in_words
from lacrime_geo.summaries import share_in_words

NUMBER = re.compile(r"(?<![A-Za-z\d.,])\d+(?:,\d{3})*(?:\.\d+)?")


class Once:
    """The library, each call of which is made once, however many claims name it."""

    def __init__(self):
        self.made = {}

    def __getattr__(self, name):
        found = getattr(lg, name)
        if not inspect.isfunction(found):
            return found

        def once(*given, **options):
            key = name, *map(_key, given), *((word, _key(value)) for word, value in sorted(options.items()))
            if key not in self.made:
                # What was given is kept, so that nothing else takes its identity.
                self.made[key] = found(*given, **options), given, options
            return self.made[key][0]

        return once


def _key(value):
    return repr(value) if isinstance(value, (str, int, float, tuple, list, type(None))) else id(value)


def wrong(claims, **given):
    """Return the claims whose code does not give their value again."""
    scope = {"lg": Once(), **given}
    return [claim for claim in claims if not alike(eval(claim.code, dict(scope)), claim.value)]


def alike(found, value):
    """Tell whether two values are the same, numbers to the last digits that sums in another order change."""
    if isinstance(value, float):
        return math.isclose(found, value, rel_tol=1e-12) or (math.isnan(found) and math.isnan(value))
    return isinstance(plain(found), type(value)) and found == value


def untold(sentence, claims):
    """Return the numbers of a sentence that are neither a claim's value, nor its interval, nor named with what it rests on."""
    of = [claim for claim in claims if claim.sentence == sentence]
    shown = {text for claim in of for text in _shown(claim)}
    return [number for number in NUMBER.findall(sentence) if number not in shown]


def _shown(claim):
    numbers = [claim.value, claim.level, *(claim.interval or ())]
    for number in numbers:
        if isinstance(number, (int, float)) and math.isfinite(number):
            size = abs(number)
            yield from (in_words(size), f"{size:,}", f"{size:,.0f}", f"{size:.1f}", f"{size:.2f}")
            yield from (
                share_in_words(size).rstrip(" %"),
                f"{100 * size:.1f}",
                f"{100 * size:.2f}",
                in_words(100 * size),
            )
            # What is below a thousandth is said to be no more.
            yield from ["0.001"] if size < 0.001 else []
    for words in (claim.name, claim.unit, claim.period, claim.method, claim.split, claim.baseline, str(claim.value)):
        yield from NUMBER.findall(words)
    # What was chosen stands in the code, without commas.
    for number in re.findall(r"(?<![A-Za-z\d.])\d+(?:\.\d+)?", claim.code):
        yield from (in_words(float(number)), share_in_words(float(number)).rstrip(" %"))
