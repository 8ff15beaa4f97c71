"""docs/start_here_script.md is always true: each of its steps runs and prints what it says."""

import numpy as np
import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg

PAGE = Page("start_here_script.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"hotspots.png"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 8


def test_what_is_said_of_empty_red_cells():
    cells = lg.hotspots(INCIDENTS, boundary=DIVISIONS)
    hot = cells["bin"] >= 2
    assert "half of them hold none" in PAGE.prose
    assert np.mean(cells["count"][hot] == 0) == pytest.approx(0.5, abs=0.02)
