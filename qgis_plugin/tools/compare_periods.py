"""lacrime:compare_periods: a density of each of two periods in the same colours, their change, and in words what has changed."""

from ..lacrime_geo.catalog import SUMMARIES
from .summary import SURFACE, Part, SummaryAlgorithm


class ComparePeriods(SummaryAlgorithm):
    """Map two periods alike and what has changed, in one group, with a page and a map theme for each layer."""

    NAME = "compare_periods"
    SUMMARY_OF = next(summary for summary in SUMMARIES if summary.name == "compare_periods")
    PARTS = (
        Part("density_before", "DENSITY_BEFORE", "Density of the earlier period", SURFACE),
        Part("density_after", "DENSITY_AFTER", "Density of the later period", SURFACE),
        Part("change", "CHANGE", "Change", "polygons", "change_map"),
    )

    def arrange(self, run, shown):
        """Let the change be seen at first, and make a theme of each layer, so that two map views stand side by side."""
        titles = {"density_before": "Before", "density_after": "After", "change": "Change"}
        for name, result in shown.items():
            title, label = titles[name], result.label
            of_what = [part for part in label.split(" · ")[1:-1] if not part.startswith("Density (")]
            run.themes[label] = " · ".join([title, *of_what])
            if name != "change" and "change" in shown:
                run.hidden.add(label)

    def chosen(self, found):
        """Return the bandwidth and the cell size of the change, where these were found from the data."""
        held = {"bandwidth": found.results["density_after"], "cell_size": found.results["change"]}
        return {name: one.parameters[name] for name, one in held.items() if f"{name}_reason" in one.parameters}
