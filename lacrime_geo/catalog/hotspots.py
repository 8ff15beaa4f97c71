"""Hot spots, autocorrelation and concentration."""

from __future__ import annotations

from ..analysis import Analysis
from ..autocorrelation import gi_star
from ..autocorrelation_by_distance import DistanceCurve, incremental_moran
from ..change import TEST_CHOICES, change_map
from ..concentration import Concentration, LorenzCurve, concentration
from ..density import kde
from ..density_clusters import dbscan
from ..grid_hotspots import Hotspots, hotspots
from ..hotspot_stability import stability
from ..map_comparison import Comparison, compare
from ..moran import local_moran, moran
from ..parameter_groups import (
    BOUNDARY,
    NEIGHBOURHOOD,
    PERIODS,
    PERMUTATIONS,
    ROW_STANDARDISED,
    SHAPE,
    WEIGHT,
)
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Distance,
    Moment,
    Points,
    Polygons,
    Switch,
)
from ..rate_smoothing import SMOOTHING
from ..results import Cells, Marks, Table
from ..sensitivity.location_sensitivity import WITHOUT_SCRIPT, jitter_sensitivity
from ..significance import CORRECTIONS

ANALYSES = (
    Analysis(
        run=hotspots,
        title="Hotspots on a grid (Getis-Ord Gi*)",
        group="Hotspots",
        result=Hotspots,
        tags=("hot spot", "hotspot", "Getis", "Gi*", "crime", "cold spot", "cluster"),
        params=(
            Distance("cell_size", "Cell size"),
            Distance("distance_band", "Neighbourhood radius"),
            SHAPE,
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
            BOUNDARY,
            WEIGHT,
            PERMUTATIONS,
        ),
        second="curve",
        second_title="Moran's I by distance",
        second_result=DistanceCurve,
    ),
    Analysis(
        run=gi_star,
        title="Hotspots of areas or points by a value (Getis-Ord Gi*)",
        group="Hotspots",
        result=Marks,
        tags=("hot spot", "hotspot", "Getis", "Gi*", "polygons", "contiguity", "crime"),
        params=(
            *NEIGHBOURHOOD,
            Switch("include_self", "Count a feature as its own neighbour (Gi*, else Gi)"),
            Column("denominator", "Population column, for rates"),
            Choice("smoothing", "Smoothing of rates", options=SMOOTHING),
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
            PERMUTATIONS,
        ),
    ),
    Analysis(
        run=stability,
        title="Stability of hotspots over many grids",
        group="Hotspots",
        result=Cells,
        tags=("stability", "robustness", "hot spot", "MAUP", "modifiable areal unit", "Gi*", "crime"),
        params=(
            Distance("cell_size", "Cell size"),
            Distance("distance_band", "Neighbourhood radius"),
            Amount("runs", "Number of grids", whole=True),
            SHAPE,
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
            BOUNDARY,
            WEIGHT,
        ),
    ),
    Analysis(
        run=jitter_sensitivity,
        title="Which findings stand when places are moved",
        group="Hotspots",
        result=Marks,
        tags=(
            "robustness",
            "location error",
            "geocoding",
            "uncertainty",
            "hundred-block",
            "jitter",
            "crime",
            "hot spot",
        ),
        params=(
            Choice("analysis", "Analysis", options=WITHOUT_SCRIPT),
            Distance("radius", "How far places may be from where they are said to be"),
            Amount("runs", "Number of runs", whole=True),
            Distance("cell_size", "Cell size (for hotspots and kde)"),
            Distance("distance_band", "Neighbourhood radius (for hotspots)"),
            Distance("bandwidth", "Bandwidth (for kde)"),
            Distance("eps", "Neighbour distance (for dbscan)"),
            Amount("min_samples", "Incidents that make a core (for dbscan)"),
            Polygons("boundary", "Study area (for hotspots and kde)"),
            WEIGHT,
        ),
        passes_to=(hotspots, kde, dbscan),
    ),
    Analysis(
        run=compare,
        title="Comparison of two hotspot maps",
        group="Hotspots",
        result=Comparison,
        tags=("compare", "change", "kappa", "fuzzy kappa", "agreement", "hot spot", "crime"),
        params=(
            Polygons("other", "Second map"),
            Column("value", "Confidence bins of the first map"),
            Column("other_value", "Confidence bins of the second map", of="other"),
            Distance("halving_distance", "Distance at which a finding counts half"),
        ),
        second="agreement",
        second_title="Agreement of the maps",
        second_result=Table,
    ),
    Analysis(
        run=local_moran,
        title="Clusters and outliers of areas or points by a value (local Moran's I)",
        group="Hotspots",
        result=Marks,
        tags=("LISA", "local Moran", "Anselin", "cluster", "outlier", "polygons", "crime"),
        params=(
            *NEIGHBOURHOOD,
            ROW_STANDARDISED,
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
            PERMUTATIONS,
            Distance("cell_size", "Cell size (for incidents)"),
            Polygons("boundary", "Study area (for incidents)"),
            Column("weight", "Weight column (for incidents)"),
        ),
    ),
    Analysis(
        run=moran,
        title="Spatial autocorrelation of a value (global Moran's I)",
        group="Hotspots",
        result=Table,
        tags=("Moran", "spatial autocorrelation", "pattern", "crime"),
        params=(*NEIGHBOURHOOD, ROW_STANDARDISED, PERMUTATIONS),
    ),
    Analysis(
        run=incremental_moran,
        title="Distance at which incidents cluster most (Moran's I by distance)",
        group="Hotspots",
        result=DistanceCurve,
        tags=("Moran", "incremental spatial autocorrelation", "distance band", "scale", "crime"),
        params=(
            Distance("cell_size", "Cell size"),
            Amount("steps", "Number of distance bands", whole=True),
            SHAPE,
            BOUNDARY,
            WEIGHT,
        ),
    ),
    Analysis(
        run=concentration,
        title="Concentration of incidents in few areas",
        group="Hotspots",
        result=Concentration,
        tags=("concentration", "Gini", "Lorenz", "law of crime concentration", "share", "crime"),
        reports=True,
        params=(
            Polygons("units", "Units (areas that cover the study area)"),
            Amount("top", "Number of top units to name the share of", whole=True),
            Moment("later_since", "Rank before this date, measure from it on"),
            WEIGHT,
        ),
        second="lorenz",
        second_title="Lorenz curve",
        second_result=LorenzCurve,
    ),
    Analysis(
        run=change_map,
        title="Change of incidents from one period to another",
        group="Change",
        result=Cells,
        tags=("change", "before and after", "difference", "rate", "Poisson", "E-test", "crime", "hot spot"),
        reports=True,
        params=(
            *PERIODS,
            Distance("cell_size", "Cell size"),
            SHAPE,
            Choice("test", "Test", options=TEST_CHOICES),
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
            Points("exposure_before", "Exposure of the earlier period (such as homes)"),
            Points("exposure_after", "Exposure of the later period"),
            BOUNDARY,
        ),
    ),
)
