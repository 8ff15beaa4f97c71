"""The notebooks of docs/notebooks: what their text says is what they compute, on the real files; they stop without these."""

import doctest
import re
import runpy
import subprocess

import pytest
from pages import ROOT, Page

jupytext = pytest.importorskip("jupytext")
pytest.importorskip("matplotlib")

FOLDER = ROOT / "docs" / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("notebook_"))
# Those that take longest run with `make test-properties`.
SLOW = tuple(name for name in NAMES if name != "jurisdictions")  # half a minute together; make docs runs them too
OPENING, LAST = (
    ("**The promise.**", "**Why such a number is usually wrong.**", "**What is asked here.**"),
    "does not show",
)
# A number that may have been computed: in per cent, with a decimal point, with thousands, or of two digits and more; no year.
COMPUTED = re.compile(r"(?<![\w.–])(?:\d[\d,]*\.?\d* %|\d{1,3}(?:,\d{3})+|\d*\.\d+|(?!(?:19|20)\d\d\b)\d{2,})(?!\w)")
# What is asked for and not computed: settings, scales, dates, and the share that was promised.
GIVEN = {"0.01", "95 %", "90 %", "80 %", "2 %", "40 %", "1,000", "310", "250", "100", "95", "21", "22"}


class Notebook:
    """A notebook by its name, its cells as texts of Markdown and of code."""

    def __init__(self, name):
        self.path = FOLDER / f"{name}.py"
        self.source = self.path.read_text(encoding="utf-8")
        self.book = jupytext.reads(self.source, fmt="py:percent")
        self.cells = self.book.cells

    def texts(self, kind):
        """Return the sources of the cells of one kind."""
        return [cell.source for cell in self.cells if cell.cell_type == kind]

    def run(self, monkeypatch):
        """Run it as a script, and return the names that it leaves."""
        monkeypatch.syspath_prepend(str(FOLDER))
        return runpy.run_path(str(self.path), run_name="__main__")


@pytest.fixture(params=NAMES)
def notebook(request):
    return Notebook(request.param)


def test_there_are_five():
    assert len(NAMES) == 5


def test_it_is_a_notebook_in_percent_format_without_outputs(notebook):
    assert not any(cell.get("outputs") for cell in notebook.cells)
    again = jupytext.reads(jupytext.writes(notebook.book, fmt="py:percent"), fmt="py:percent")
    assert [cell.source for cell in again.cells] == [cell.source for cell in notebook.cells]
    assert len(notebook.cells) > 10
    assert len(notebook.source.splitlines()) <= 300
    assert list(FOLDER.glob("*.ipynb")) == []


def test_it_begins_with_the_promise_and_ends_with_what_it_does_not_show(notebook):
    texts = notebook.texts("markdown")
    assert texts[0].startswith("# ")
    assert all(words in texts[0] for words in OPENING)
    assert LAST in texts[-1].splitlines()[0]
    assert any(text.rstrip().endswith("## Claims") for text in texts)
    assert re.search(r"wrong|void", " ".join(texts[1:]), re.IGNORECASE)


def test_no_line_of_its_text_is_taken_for_a_comment(notebook):
    # In MyST a line that begins with % is one, and would be missing on the page.
    assert re.findall(r"^\s*%.*", "\n".join(notebook.texts("markdown")), flags=re.MULTILINE) == []


def test_its_links_lead_somewhere(notebook):
    for link in re.findall(r"\]\(([^)]+)\)", "\n".join(notebook.texts("markdown"))):
        path, _, anchor = link.partition("#")
        assert (FOLDER / path).exists(), link
        assert not anchor or anchor in Page(path.removeprefix("../")).anchors(), link


def test_every_number_of_its_text_is_held_against_what_was_computed(notebook):
    told = set(re.findall(r'"([^"\n]*)"', "\n".join(notebook.texts("code")))) | GIVEN
    for text in notebook.texts("markdown")[1:]:
        plain = " ".join(re.sub(r"“[^”]*”|\]\([^)]*\)", "", text).split())
        assert set(COMPUTED.findall(plain)) <= told, text


def test_no_attribute_of_a_victim_is_used(notebook):
    victims = re.findall(r'[\'"](vict[^\'"]*)', "\n".join(notebook.texts("code")), re.IGNORECASE)
    assert set(victims) <= {"victim_age", "victims"}  # which the guards are shown to refuse


def test_without_the_real_files_it_says_so_and_stops(notebook, monkeypatch, capsys):
    monkeypatch.delenv("LACRIME_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        notebook.run(monkeypatch)
    assert stopped.value.code == 0
    assert "LACRIME_DATA" in capsys.readouterr().out


def run_on_the_real_files(name, monkeypatch, capsys):
    """Run a notebook as a script, which fails where its text has drifted, and look at what it shows."""
    left = Notebook(name).run(monkeypatch)
    printed = capsys.readouterr().out
    assert "[picture: " in printed or "[map: " in printed
    assert {"claim", "value", "interval", "period", "method", "split", "baseline"} <= set(printed.split())
    assert len(left["lg"].__all__) > 0


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(SLOW)))
def test_it_runs_as_a_script(name, lacrime_data, monkeypatch, capsys):
    run_on_the_real_files(name, monkeypatch, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_it_runs_as_a_script_in_more_time(name, lacrime_data, monkeypatch, capsys):
    run_on_the_real_files(name, monkeypatch, capsys)


@pytest.mark.slow
def test_it_runs_as_a_notebook(notebook, lacrime_data):
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    made = nbformat.from_dict(notebook.book)
    nbclient.NotebookClient(made, timeout=600, resources={"metadata": {"path": str(FOLDER)}}).execute()
    shown = {kind for cell in made.cells for out in cell.get("outputs", []) for kind in out.get("data", {})}
    assert {"text/html", "text/markdown"} <= shown
    assert shown & {"image/svg+xml", "image/png"}


def test_examples_of_what_they_share_print_what_they_say(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import notebook_page

    assert doctest.testmod(notebook_page).failed == 0
    with pytest.raises(AssertionError, match="The text says"):
        notebook_page.told(("3.5 %", notebook_page.percent(0.034)))


def test_the_index_names_each_with_a_finding_that_it_checks():
    page = Page("notebooks/index.md")
    rows = page.table_under("# Notebooks")
    named = [re.search(r"\((\w+)\.py\)", row[0])[1] for row in rows]
    assert sorted(named) == NAMES
    for name, (link, _, finding) in zip(named, rows):
        book = Notebook(name)
        title = book.texts("markdown")[0].splitlines()[0].removeprefix("# ")
        assert title.startswith(re.search(r"\[(.+)\]", link)[1])
        assert set(COMPUTED.findall(finding)) <= set(re.findall(r'"([^"\n]*)"', "\n".join(book.texts("code")))) | GIVEN
    links = re.findall(r"\]\(([^)]+)\)", page.text)
    assert [link for link in links if not (FOLDER / link).exists()] == []


def test_nothing_of_the_real_files_is_committed():
    tracked = subprocess.run(["git", "ls-files", FOLDER], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert {path.rsplit(".", 1)[1] for path in tracked} <= {"py", "md"}
