"""CONTRIBUTING.md, CITATION.cff and SECURITY.md are true: their steps work, what they name exists."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import lacrime_geo as lg

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("CONTRIBUTING.md", "SECURITY.md")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SAMPLE = ROOT / "sample_layers" / "incidents.csv.gz"
NEW = ("lacrime_geo/mean_centres.py", "tests/test_mean_centres.py", "docs/analyses/mean_centre.md")


@pytest.mark.parametrize("page", PAGES)
def test_what_is_named_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`((?:lacrime_geo|tests|tools|docs|benchmarks|sample_layers)/[\w./]*)`", text)
    named += [link for link in re.findall(r"\]\(([^)#]+)", text)]
    assert named
    assert [name for name in named if name not in NEW and not (ROOT / name).exists()] == []


def test_every_target_named_is_in_the_makefile():
    targets = re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = re.findall(r"make ((?:[\w-]+ ?)+?)(?=`|\s{2,}#)", CONTRIBUTING)
    assert {"venv", "test", "release", "docs"} <= {target for line in named for target in line.split()} <= set(targets)


@pytest.fixture(scope="module")
def with_mean_centre(tmp_path_factory):
    """Return a folder with a copy of the package, in which the steps have been carried out."""
    folder = tmp_path_factory.mktemp("contributed")
    shutil.copytree(ROOT / "lacrime_geo", folder / "lacrime_geo", ignore=shutil.ignore_patterns("__pycache__"))
    function, public, declaration = re.findall(r"```python\n(.*?)```", CONTRIBUTING, flags=re.DOTALL)
    (folder / NEW[0]).write_text(function, encoding="utf-8")
    for name, block in (("__init__.py", public), ("catalog/clusters.py", declaration)):
        path = folder / "lacrime_geo" / name
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{block}", encoding="utf-8")
    return folder


def run(folder, *words):
    done = subprocess.run([sys.executable, *map(str, words)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_analysis_added_in_these_steps_works(with_mean_centre):
    arguments = ("-m", "lacrime_geo", "mean_centre", SAMPLE, "centre.csv", "--category", "burglary")
    run(with_mean_centre, *arguments)
    placed = lg.as_incidents(SAMPLE).select(category="burglary").located()
    (row,) = pd.read_csv(with_mean_centre / "centre.csv").itertuples()
    assert row.count == placed.size
    assert np.isclose(row.easting, placed.easting.mean())
    assert np.isclose(row.northing, placed.northing.mean())
    assert "--weight COLUMN" in run(with_mean_centre, "-m", "lacrime_geo", "mean_centre", "--help")


def test_its_example_is_true(with_mean_centre):
    code = "import doctest, lacrime_geo.mean_centres as m; print(doctest.testmod(m))"
    assert run(with_mean_centre, "-c", code).strip() == "TestResults(failed=0, attempted=3)"


def test_the_citation_is_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    # What the Citation File Format 1.2.0 requires.
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["version"] == lg.__version__
    assert cited["license"] == ["BSD-3-Clause", "GPL-2.0-or-later"]
