"""lacrime:overview: density, hotspots, clusters and concentration of one layer of incidents, and in words what they show."""

from ..lacrime_geo.catalog import SUMMARIES
from .summary import SURFACE, Part, SummaryAlgorithm


class Overview(SummaryAlgorithm):
    """Make all maps of an overview by one reading of the incidents, in one group, with a page."""

    NAME = "overview"
    SUMMARY_OF = next(summary for summary in SUMMARIES if summary.name == "overview")
    PARTS = (
        Part("density", "DENSITY", "Density of incidents", SURFACE, "kde"),
        Part("hotspots", "HOTSPOTS", "Hotspots", "polygons", "hotspots"),
        Part("clusters", "CLUSTERS", "Cluster hulls", "polygons", "dbscan", ("BOUNDARY",)),
        Part("clustered", "CLUSTERED", "Clustered incidents", "points", "dbscan", ("BOUNDARY",), by_default=False),
        Part("concentration", "CONCENTRATION", "Concentration", "table"),
    )

    def arrange(self, run, shown):
        """Let hot and cold cells and clusters be seen at first, and make a theme of each map, such as of the density alone.

        Under the cells a density would tint what is not significant, in colours much like theirs.
        """
        for name in {"density", "hotspots", "clusters"} & set(shown):
            label = shown[name].label
            run.themes[label] = label.split(" · n = ")[0]
        if {"density", "hotspots"} <= set(shown):
            run.hidden.add(shown["density"].label)
