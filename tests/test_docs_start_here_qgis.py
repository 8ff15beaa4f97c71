"""docs/start_here_qgis.md: its links and pictures exist, and its numbers are those of the sample city."""

import re

from pages import DIVISIONS, INCIDENTS, ROOT, Page

import lacrime_geo as lg

PAGE = Page("start_here_qgis.md")


def test_links_and_pictures_exist():
    taken = {f"qgis_{step}.png" for step in ("install", "toolbox", "load", "overview")}
    assert PAGE.pictures() == taken | {"desktop.png", "report.png"}


def test_the_pictures_are_those_that_are_taken():
    steps = (ROOT / "tools" / "screenshot" / "steps.py").read_text(encoding="utf-8")
    named = set(re.findall(r'save\(\w+, "(\w+)"\)|dialog\("lacrime:\w+", "(\w+)"', steps))
    assert {f"qgis_{one or other}.png" for one, other in named} < PAGE.pictures()


def test_what_loading_tells():
    found = lg.read_lapd(INCIDENTS)
    rows = {line["rule"]: line["rows"] for line in found.attrs["audit"]}
    assert f"{len(found):,} of them, of which {found.geometry.isna().sum()} have no place" in PAGE.prose
    assert (rows["dr_no_duplicate"], rows["occurred_after_reported"]) == (5, 6)
    assert f"{rows['time_placeholder']:,} times are placeholders" in PAGE.prose


def test_what_the_overview_tells():
    found = lg.overview(INCIDENTS, boundary=DIVISIONS)
    assert f"corrected for {len(found.results['hotspots']):,} tests" in PAGE.prose
    assert f"smoothed over {found.results['density'].parameters['bandwidth']:,.0f} m" in PAGE.prose
    (halves,) = [one for one in found.findings if "Half of the incidents" in str(one)]
    share = re.search(r"Half of the incidents are in (\S+ %) of the cells", str(halves))[1]
    assert f"half of the incidents are in {share} of the cells" in PAGE.prose
