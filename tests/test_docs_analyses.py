"""docs/analyses is always true: every analysis has its page, tables are those of the code, examples print what it says."""

import re
import shlex

import pytest
from pages import ROOT, Page, Scripts, run_command

from lacrime_geo.command_options import commands_parser
from tools import analysis_pages
from tools.analysis_pages import BY_NAME, INDEX, INDEX_PARTS, PAGES
from tools.readme_tables import filled

WRITTEN = [analysis.name for analysis in analysis_pages.written()]
HEADINGS = [
    "Question",
    "Formula",
    "Source",
    "Options",
    "What it gives",
    "How to read the …",
    "When not to use it",
    "Example",
    "In QGIS",
    "More",
]
EXAMPLE = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^    lacrime-geo (.+)$", re.MULTILINE)
# What was measured: numbers with decimals, and shares.
MEASURED = re.compile(r"(?<![\w.])(?:\d*\.\d+|\d+(?= %))")
LINES = range(50, 131)


@pytest.fixture(scope="module")
def page():
    """Return a function that reads a page once for all tests."""
    read = {}
    return lambda name: read.setdefault(name, Page(f"analyses/{name}.md"))


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Return a process that runs the scripts of all pages in one folder that has the sample layers."""
    folder = tmp_path_factory.mktemp("analyses")
    (folder / "sample_layers").symlink_to(ROOT / "sample_layers")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with Scripts() as running:
            yield running


@pytest.fixture(scope="module")
def parser():
    return commands_parser()


def test_every_analysis_has_its_page():
    files = {path.stem for path in PAGES.glob("*.md")} - {INDEX.stem}
    assert files == set(BY_NAME)


def test_the_index_is_that_of_the_pages():
    text = INDEX.read_text(encoding="utf-8")
    assert text == filled(text, INDEX_PARTS), "run python -m tools.analysis_pages"
    assert Page(f"analyses/{INDEX.name}").broken_links() == []


@pytest.mark.parametrize("name", WRITTEN)
def test_title_headings_and_length(name, page):
    text = page(name).text
    assert text.splitlines()[0] == f"# {BY_NAME[name].title}: `{name}`"
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert [re.sub(r"^How to read the .+", "How to read the …", heading) for heading in headings] == HEADINGS
    assert len(text.splitlines()) in LINES


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_made_from_the_code_is_as_it_is_there(name, page):
    text = page(name).text
    assert text == filled(text, analysis_pages.page(BY_NAME[name])), f"run python -m tools.analysis_pages {name}"


@pytest.mark.parametrize("name", WRITTEN)
def test_links_lead_somewhere(name, page):
    assert page(name).broken_links() == []


@pytest.mark.parametrize("name", WRITTEN)
def test_the_example_prints_what_the_page_says(name, page, scripts):
    ((script, said),) = EXAMPLE.findall(page(name).text)
    assert f"lg.{name}(" in script
    assert scripts.run(script) == said


@pytest.mark.parametrize("name", WRITTEN)
def test_the_command_is_one(name, page, parser):
    (command,) = COMMAND.findall(page(name).text)
    assert parser.parse_args(shlex.split(command)).command == name


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_measured_stands_in_the_guide_that_is_linked(name, page):
    against = page(name).text.split("## When not to use it\n")[1].split("\n## ")[0]
    for reason in against.split("\n* "):
        guides = [Page(guide).text for guide in re.findall(r"\]\(\.\./(\w+\.md)", reason)]
        told = {float(number) for guide in guides for number in re.findall(r"\d*\.?\d+", guide.replace(",", ""))}
        said = MEASURED.findall(re.sub(r"\]\([^)]*\)", "]", reason).replace(",", "")) if guides else []
        assert {float(number) for number in said} <= told


@pytest.mark.slow
def test_commands_run_after_the_scripts(in_copy, page, capsys):
    with Scripts() as scripts:
        for name in WRITTEN:
            scripts.run(EXAMPLE.findall(page(name).text)[0][0])
            run_command(COMMAND.findall(page(name).text)[0], capsys)
