"""The site of docs/: every page has its place in it, links lead somewhere, what is made from the code is current."""

import re
import shlex

import pytest
from browser import Opened, browser_or_skip, until
from pages import EXAMPLES, Page

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.command_options import commands_parser
from tools.docs_site import drawing, examples, gallery, links, notebooks, reference, tables
from tools.docs_site.__main__ import build
from tools.docs_site.docstrings import mended

DOCS = examples.ROOT / "docs"
PAGES = [
    path.relative_to(DOCS)
    for path in sorted(DOCS.rglob("*.md"))
    if "reference" not in path.relative_to(DOCS).parts[:-1]
]
TREES = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def placed():
    """Return the pages in the tables of contents, without their endings."""
    found = ["index"]
    for page in PAGES:
        for tree in TREES.findall((DOCS / page).read_text(encoding="utf-8")):
            for entry in tree.splitlines():
                if entry and not entry.startswith(":"):
                    found += below(page, re.sub(r".*<(.+)>", r"\1", entry))
    return found


def below(page, entry):
    folder = DOCS / page.parent
    files = folder.glob(f"{entry}.*") if "*" in entry else [folder / f"{entry}.md", folder / f"{entry}.py"]
    names = {str(file.relative_to(DOCS).with_suffix("")) for file in files if file.exists()}
    return names - {str(page.with_suffix(""))}


def test_every_page_is_in_one_table_of_contents():
    found = placed()
    assert {str(page.with_suffix("")) for page in PAGES} - {*found} == set()
    assert [name for name in found if found.count(name) > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    assert [link for link in Page(page).broken_links() if "://" not in link] == []


NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.py"))


@pytest.mark.parametrize("path", [*(DOCS / page for page in PAGES), *NOTEBOOKS], ids=lambda path: path.name)
def test_no_line_is_taken_for_a_comment(path):
    """MyST leaves out lines that begin with a per cent sign."""
    text = re.sub(r"^(# )?```.*?^(# )?```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^(?:# )?%(?!%).*", text, flags=re.MULTILINE) == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_command_is_taken_for_the_words_of_a_list(page):
    """What is indented beneath a list is a part of its last item."""
    blocks = Page(page).text.split("\n\n")
    above = [
        before for before, block in zip(blocks, blocks[1:]) if re.match(r"    (lacrime-geo|qgis_process|make) ", block)
    ]
    assert [block for block in above if re.match(r"\s*([*-]|\d+\.) ", block)] == []


def test_links_to_files_outside_lead_to_their_pages():
    text = "[a](../benchmarks/README.md#in-qgis) [b](../../sample_layers/README.md) [c](../tests/test_samples.py)"
    turned = "[a](/benchmarks.md#in-qgis) [b](/sample_layers.md) [c](path:../tests/test_samples.py)"
    assert links.within_the_site(text) == turned
    assert links.within_the_site("[d](risk.md) [risk.md](risk.md#a)") == "[d](risk.md) [](risk.md#a)"
    assert [name for name in links.PAGES.values() if not (DOCS / name).exists()] == []
    assert [name for name in links.PAGES if not (examples.ROOT / name).exists()] == []


def test_notebooks_say_that_they_were_not_run():
    script = notebooks.noted("# ---\n# jupyter:\n# ---\n\n# %% [markdown]\n# # Title\n#\n# Words.\n")
    assert "# # Title\n#\n# ```{note}\n" in script and script.endswith("# ```\n#\n#\n# Words.\n")
    assert notebooks.noted("# Title\n\nWords.\n").startswith("# Title\n\n```{note}\n")


def test_what_is_made_from_the_code_is_current():
    for path, text in tables.written().items():
        assert path.read_text(encoding="utf-8") == text, "run python -m tools.docs_site.tables"
    assert drawing.PATH.read_text(encoding="utf-8") == drawing.drawing(), "run python -m tools.docs_site.drawing"


def test_every_public_name_is_on_one_page_of_the_reference():
    told = [name for _, _, modules in reference.PAGES for name in reference.names_of(modules)]
    assert sorted(told) == sorted({*lg.__all__} - {"__version__"})


def test_help_is_that_of_the_command_line(capsys):
    told = reference.help_of("kde")
    assert "--bandwidth METRES|RULE" in told
    with pytest.raises(SystemExit):
        main(["kde", "--help"])
    # Lines end where the terminal does, also at hyphens.
    assert re.sub(r"\s", "", told) == re.sub(r"\s", "", capsys.readouterr().out)


def test_the_benchmarks_in_short_are_those_of_the_tables():
    short, long = (examples.ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8").split("## Run them")
    rows = [[cell.strip() for cell in row.split("|")[2:5]] for row in re.findall(r"^\|.*\d \|.*", short, re.MULTILINE)]
    measured = re.findall(r"\| ([\d.]+) \([^|]+\) \| ([\d.]+) \([^|]+\) \| ([\d.]+) \|", long)
    assert len(rows) == 9
    assert [row for row in rows if tuple(row) not in measured] == []


def test_docstrings_are_mended():
    lines = [
        "Do.",
        "",
        "Parameters",
        "----------",
        "size : of |x| (m);",
        "    more.",
        "",
        "Returns",
        "-------",
        "x : y",
    ]
    made = [*lines[:4], "size", r"    of \|x\| (m);", *lines[5:]]
    assert mended(lines) == made


def test_every_picture_is_in_the_gallery_or_left_out_of_it():
    shown = [one.picture for one in (*gallery.SAMPLE, *gallery.REAL)]
    assert len({*shown}) == len(shown)
    drawn = {path.name for path in (DOCS / "pictures").iterdir()}
    assert drawn - {*shown} - gallery.NOT_SHOWN == set(), "give them a line in tools/docs_site/gallery.py"
    assert {*shown} - drawn == {*shown} & gallery.NOT_SHOWN == set()


def test_commands_of_the_gallery_are_commands():
    for one in gallery.SAMPLE:
        if one.command:
            commands_parser().parse_args([one.analysis, one.file, *shlex.split(one.command)])


@pytest.mark.slow
def test_examples_of_the_gallery_run(in_copy, capsys):
    assert Page("gallery.md").run_examples(capsys) == sum(bool(one.command) for one in gallery.SAMPLE)


def test_every_page_with_examples_has_a_test_that_runs_them():
    tested = {page.resolve() for test in examples.tests() for page in examples.pages_of(test)}
    untested = [page for page in PAGES if EXAMPLES.search(Page(page).text) and (DOCS / page).resolve() not in tested]
    assert untested == []


def test_pages_whose_examples_failed_are_run_again(tmp_path):
    report = tmp_path / "report.xml"
    case = '<testcase classname="tests.test_docs_{}" name="test_examples">{}</testcase>'
    cases = [
        case.format("a", ""),
        case.format("b", "<failure/>"),
        case.format("c", "<skipped/>"),
        case.format("d", "<error/>"),
    ]
    report.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>", encoding="utf-8")
    assert examples.failed(report) == {"test_docs_b.py", "test_docs_d.py"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the site, built without notebooks run."""
    folder = tmp_path_factory.mktemp("built") / "site"
    assert build(folder, "-D", "nb_execution_mode=off") == 0, "a warning is an error"
    return folder


@pytest.mark.slow
def test_links_of_the_built_site_stay_in_it(site):
    page = (site / "density.html").read_text(encoding="utf-8")
    assert "benchmarks.html" in page and "README.md" not in page
    assert "reference/density.html#lacrime_geo.kde" in (site / "reference.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1300])
def test_pages_fit_and_load_nothing_from_elsewhere(site, width):
    with browser_or_skip() as browser:
        for name in ("index", "gallery", "ethics", "reference/commands", "analyses/kde", "benchmarks"):
            with Opened(browser, site / f"{name}.html", size={"width": width, "height": 900}) as opened:
                wide = opened.page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                empty = opened.page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).length")
                assert (wide, empty, opened.outside, opened.said) == (0, 0, [], [])


@pytest.mark.slow
def test_the_site_is_searched_without_a_server(site):
    with browser_or_skip() as browser, Opened(browser, site / "search.html") as opened:
        opened.page.goto((site / "search.html").as_uri() + "?q=edge+correction")
        until(opened.page, "document.querySelectorAll('#search-results li a').length > 3")
        assert "Density, relative risk and contours" in opened.page.inner_text("#search-results")
        assert (opened.outside, opened.said) == ([], [])
