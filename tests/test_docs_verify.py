"""docs/verify.md is always true: its examples run, its tables are the checks (tests/test_readme.py), its numbers are right."""

import pytest
from pages import Page

from lacrime_geo.command_options import COMMANDS, CommandParser
from lacrime_geo.verification.acceptance import ERROR, binomial_limits

PAGE = Page("verify.md")


def test_links_exist():
    assert PAGE.pictures() == set()


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 2


def test_every_option_is_told():
    parser = CommandParser()
    COMMANDS["verify"].add_options(parser)
    options = {flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")}
    told = {row[0].strip("`").split()[0] for row in PAGE.table_under("*Check my installation*.")}
    assert told == options - {"--help", "--output"}


def test_the_limits_of_the_example_are_those_of_the_code():
    limits = binomial_limits(2000, (0.0, 0.05))
    assert (
        f"up to .{1000 * limits.high:03.0f}" in PAGE.prose
        and f"a size of .{1000 * limits.caught_above:03.0f} is caught" in PAGE.prose
    )
    assert f"once in {1 / ERROR:,.0f} on either side" in PAGE.prose
