"""The plugin's help pages: each section once, examples that do something, nothing for developers, needs as they are."""

import html
import re
import zipfile
from pathlib import Path

import pytest
from bundled import build_zip

pytestmark = pytest.mark.plugin


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the help pages as text, by the name of the algorithm."""
    with zipfile.ZipFile(build_zip(tmp_path_factory.mktemp("dist"))) as archive:
        names = [Path(name) for name in archive.namelist() if name.endswith(".html")]
        return {name.stem: archive.read(str(name)).decode() for name in names}


def test_no_section_stands_twice(pages):
    for name, page in pages.items():
        found = re.findall(r"<h[1-4][^>]*>(.*?)</h[1-4]>", page)
        assert len(found) == len(set(found)), name
    for name in ("basemap", "report_map"):
        assert {"Which basemap", "A page for each division"} <= set(re.findall(r"<h3[^>]*>(.*?)</h3>", pages[name]))


def test_a_section_inside_another_stands_alone_where_the_other_is_not_meant(tmp_path):
    from qgis_plugin.help_docs import Docs

    text = "# Page\n\n## Whole\n<!-- help: one two -->\n\nwide\n\n### Part\n<!-- help: two three -->\n\nnarrow\n"
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    made = {name: Docs(tmp_path).of(name) for name in ("one", "two", "three")}
    assert [made[name].count("narrow") for name in made] == [1, 1, 1]
    assert [made[name].count("wide") for name in made] == [1, 1, 0]


def test_examples_of_what_works_on_a_project_name_one(pages):
    for name in ("basemap", "report_map"):
        examples = re.findall(rf"qgis_process run (lacrime:{name} .*)", html.unescape(pages[name]))
        examples = [example for example in examples if "LAYERS=" not in example]
        assert len(examples) >= 2 and all("--project_path=city.qgz -- " in example for example in examples)
    assert "--project_path=city.qgz -- BASEMAP='OpenStreetMap pale'" in html.unescape(pages["basemap"])


def test_nothing_is_said_to_developers(pages):
    for name, page in pages.items():
        assert not re.search(r"<code>make |Makefile|pytest", page), name


def test_needs_are_as_the_readme_says(pages):
    assert "Needs scipy, which nearly every QGIS brings along.<" in pages["kde"]
    assert "along, and scikit-learn, beyond what QGIS has.<" in pages["hdbscan"]
    assert "Needs" not in pages["load_lapd"]
