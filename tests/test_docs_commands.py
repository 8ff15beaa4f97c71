"""docs/commands.md is always true: it has every command that is no analysis, and its examples print what it says."""

import re
import shlex

from pages import EXAMPLES, Page

from lacrime_geo.cli import main
from lacrime_geo.command_options import commands_parser
from lacrime_geo.commands import COMMANDS

PAGE = Page("commands.md")
# Commands with a page of their own.
OF_THEIR_OWN = {"verify", "watch"}


def test_links_lead_somewhere():
    assert PAGE.broken_links() == []


def test_every_command_has_its_row_and_its_part():
    named = {row[0].split("`")[1] for row in PAGE.table_under("their pages tell.")}
    parts = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^## (`.+)$", PAGE.text, flags=re.MULTILINE))))
    assert named - OF_THEIR_OWN == parts == {command.name for command in COMMANDS} - OF_THEIR_OWN
    assert PAGE.text.count("**Question.**") == PAGE.text.count("**Source.**")


def test_examples_print_what_the_page_says(in_copy, capsys):
    parser = commands_parser()
    for script, command, said in EXAMPLES.findall(PAGE.text):
        assert not script
        words = shlex.split(command)
        assert parser.parse_args(words).command == words[0]
        if said:  # one that fetches, or trains for long, is parsed alone
            assert main(words) == 0
            printed = capsys.readouterr()
            assert said.strip("\n") in printed.err + printed.out
