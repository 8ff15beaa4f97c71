"""The table of analyses: what a signature cannot say. Toolbox, command line, docs and tests all read it."""

from __future__ import annotations

from .alerting.area_warnings import METHODS, alerts
from .alerting.area_warnings import STEPS as ALERT_STEPS
from .alerting.watched_areas import Alerts
from .alerting.watched_counts import DATED_BY
from .analysis import Analysis
from .autocorrelation import gi_star
from .autocorrelation_by_distance import DistanceCurve, incremental_moran
from .bandwidths import BANDWIDTH_RULES
from .centrography import ellipses
from .change import TEST_CHOICES, change_map
from .concentration import Concentration, LorenzCurve, concentration
from .contouring import KINDS as CONTOUR_KINDS
from .contouring import contours
from .delays.nowcasting import STEPS, Nowcast, nowcast
from .delays.reporting_delays import DelayCurve, ReportingDelay, reporting_delay
from .density import kde
from .density_clusters import dbscan
from .grid_hotspots import Hotspots, hotspots
from .hotspot_stability import stability
from .kernels import KERNELS
from .map_comparison import Comparison, compare
from .moran import local_moran, moran
from .overview import Overview, overview
from .parameter_groups import (
    AS_OF,
    BOUNDARY,
    CLUSTERS,
    EPS,
    LOOK,
    MIN_SAMPLES,
    NEIGHBOURHOOD,
    PERIODS,
    PERMUTATIONS,
    ROW_STANDARDISED,
    SCIKIT,
    SHAPE,
    TIME_STEP,
    WEIGHT,
)
from .parameter_kinds import (
    Amount,
    Choice,
    Column,
    Columns,
    Distance,
    DistanceOrRule,
    Moment,
    Numbers,
    Points,
    Polygons,
    Switch,
    Words,
)
from .period_comparison import PeriodComparison, compare_periods
from .privacy.masking import MASKS
from .privacy.safe_layers import SafeLayer, safe_export
from .rates import SMOOTHING
from .relative_risk import risk_ratio
from .results import Cells, Marks, RiskSurface, Shapes, Surface, Table
from .scikit_clusters import SELECTIONS, hdbscan, optics
from .sensitivity.location_sensitivity import WITHOUT_SCRIPT, jitter_sensitivity
from .significance import CORRECTIONS
from .spacetime.bands import LABELS as BAND_LABELS
from .spacetime.cube import SpaceTimeCube, space_time_cube
from .spacetime.emerging import CONFIDENCES, EmergingHotspots, emerging_hotspots
from .spacetime.knox_test import NearRepeats, near_repeat
from .spacetime.near_pairs import METRICS
from .spacetime.near_repeat_zones import DECAYS, risk_zones
from .spacetime.outbreaks import space_time_scan
from .spacetime_clusters import st_dbscan
from .temporal.aoristic_weights import aoristic
from .temporal.count_series import STEPS as COUNT_STEPS
from .temporal.decomposition import Decomposition, decompose
from .temporal.exact_multinomial import STATISTICS
from .temporal.level_changes import METHODS as CHANGE_METHODS
from .temporal.level_changes import ChangePoints, LevelCurve, change_points
from .temporal.seasonality import Season, season
from .temporal.week_clock import Clock, clock
from .temporal.weekday_testing import WeekdayTest, weekday_test

BY = Column("by", "Column that tells groups apart", holds="text")
COUNT_STEP = Choice("step", "Days, weeks or months", options=COUNT_STEPS, usual="day")

ANALYSES = (
    Analysis(
        run=kde,
        title="Density of incidents (KDE)",
        group="Density",
        result=Surface,
        tags=("heat map", "heatmap", "kernel density", "crime", "hot spot"),
        params=(
            DistanceOrRule("bandwidth", "Bandwidth", rules=BANDWIDTH_RULES),
            Distance("cell_size", "Cell size"),
            Choice("kernel", "Kernel", options=tuple(KERNELS)),
            BOUNDARY,
            Switch("edge_correction", "Correct the density at the edge of the study area"),
            Switch("adaptive", "Narrow the kernel where incidents are dense (adaptive)"),
            Switch("probability", "Give a probability density (integrates to 1)"),
            WEIGHT,
        ),
        look=LOOK,
    ),
    Analysis(
        run=risk_ratio,
        title="Relative risk of incidents to a population",
        group="Density",
        result=RiskSurface,
        tags=("relative risk", "density ratio", "rate", "population at risk", "controls", "crime", "kernel density"),
        params=(
            Points("population", "Population, or controls"),
            Column("population_weight", "Number of people at each point of the population", of="population"),
            DistanceOrRule("bandwidth", "Bandwidth", rules=BANDWIDTH_RULES),
            Distance("cell_size", "Cell size"),
            Choice("kernel", "Kernel", options=tuple(KERNELS)),
            BOUNDARY,
            WEIGHT,
            Amount("permutations", "Random maps for p by simulation (0: asymptotic)", whole=True, minimum=0),
        ),
        second="tolerance",
        second_title="Tolerance contours",
    ),
    Analysis(
        run=contours,
        title="Contours of a density",
        group="Density",
        result=Shapes,
        tags=("contour", "isoline", "volume contour", "isopleth", "density", "crime", "hot spot"),
        params=(
            Numbers("levels", "Levels (%, or in the raster's unit)"),
            Choice("kind", "Kind of contours", options=CONTOUR_KINDS),
        ),
    ),
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
        run=dbscan,
        title="Clusters of incidents (DBSCAN)",
        tags=("cluster", "DBSCAN", "crime", "hot spot", "density-based"),
        params=(
            EPS,
            MIN_SAMPLES,
            WEIGHT,
        ),
        **CLUSTERS,
    ),
    Analysis(
        run=st_dbscan,
        title="Clusters of incidents in space and time (ST-DBSCAN)",
        tags=("cluster", "ST-DBSCAN", "space-time", "spree", "crime", "density-based"),
        params=(
            EPS,
            Amount("eps_time", "Neighbour time (days)"),
            MIN_SAMPLES,
            WEIGHT,
        ),
        reports=True,
        **CLUSTERS,
    ),
    Analysis(
        run=hdbscan,
        title="Clusters of incidents of differing density (HDBSCAN)",
        tags=("cluster", "HDBSCAN", "hierarchical", "crime", "density-based"),
        params=(
            Amount("min_cluster_size", "Fewest incidents of a cluster", whole=True),
            Amount("min_samples", "Incidents within the core distance (min_samples)", whole=True),
            Choice("cluster_selection_method", "Clusters of the hierarchy", options=SELECTIONS),
        ),
        **CLUSTERS,
        needs=SCIKIT,
    ),
    Analysis(
        run=optics,
        title="Clusters of incidents by reachability (OPTICS)",
        tags=("cluster", "OPTICS", "reachability", "crime", "density-based"),
        params=(
            Amount("min_samples", "Incidents within the core distance (min_samples)", whole=True),
            Distance("max_eps", "Farthest neighbours (max_eps)"),
            Amount("xi", "Steepness at the edges (xi)"),
        ),
        **CLUSTERS,
        needs=SCIKIT,
    ),
    Analysis(
        run=ellipses,
        title="Centres and ellipses of groups of incidents",
        group="Clusters",
        result=Shapes,
        tags=(
            "ellipse",
            "standard deviation",
            "mean center",
            "median center",
            "standard distance",
            "centrography",
            "crime",
        ),
        params=(
            Column("by", "Column that tells groups apart", holds="text"),
            Amount("deviations", "Size of the ellipses (standard deviations)"),
            WEIGHT,
        ),
    ),
    Analysis(
        run=clock,
        title="Clock of incidents: weekday and hour",
        group="Time",
        result=Clock,
        tags=("time of day", "hour", "weekday", "temporal", "aoristic", "heat table", "shift", "crime"),
        reports=True,
        intervals=True,
        params=(WEIGHT, Amount("level", "Confidence of the intervals")),
    ),
    Analysis(
        run=aoristic,
        title="Weights of incidents by the share of their time in some hours (aoristic)",
        group="Time",
        result=Marks,
        tags=("aoristic", "time of day", "hour", "weekday", "shift", "interval", "burglary", "crime"),
        intervals=True,
        params=(Words("hours", "Hours of the day (18-22)"), Words("weekdays", "Days of the week (Sat-Sun)")),
    ),
    Analysis(
        run=season,
        title="Season: weekday, month and trend of incidents",
        group="Time",
        result=Season,
        tags=("season", "weekday", "month", "trend", "negative binomial", "rate ratio", "time series", "crime"),
        reports=True,
        params=(
            BY,
            Words("reference", "Weekday or month that others are compared to (the mean, unless named)"),
            Amount("level", "Confidence of the intervals"),
        ),
    ),
    Analysis(
        run=weekday_test,
        title="Test of the weekdays of a few incidents (exact)",
        group="Time",
        result=WeekdayTest,
        tags=("weekday", "day of week", "exact test", "series", "small sample", "multinomial", "crime"),
        reports=True,
        params=(
            Numbers("expected", "Expected of Monday to Sunday (seven numbers; all alike, unless given)"),
            Choice("statistic", "Statistic", options=tuple(STATISTICS)),
            Amount("draws", "Random samples where outcomes are too many to tell over", whole=True),
        ),
    ),
    Analysis(
        run=decompose,
        title="Trend, season and remainder of incidents (STL)",
        group="Time",
        result=Decomposition,
        tags=("decomposition", "STL", "trend", "season", "time series", "loess", "crime"),
        reports=True,
        params=(
            COUNT_STEP,
            BY,
            Amount("period", "Steps after which the season comes again", whole=True),
            Amount("seasonal", "Periods over which the season is smoothed (odd; all, unless given)", whole=True),
            Amount("trend", "Steps over which the trend is smoothed (odd)", whole=True),
            Switch("robust", "Let steps far from all others weigh less"),
        ),
    ),
    Analysis(
        run=change_points,
        title="Changes of the level of incidents (change points)",
        group="Time",
        result=ChangePoints,
        tags=("change point", "PELT", "Pettitt", "break", "level shift", "time series", "crime"),
        reports=True,
        params=(
            COUNT_STEP,
            BY,
            Choice("method", "Method", options=CHANGE_METHODS),
            Amount("penalty", "Penalty of each change (pelt)"),
            Amount("shortest", "Fewest steps of a level (pelt)", whole=True),
        ),
        second="levels",
        second_title="Counts and levels",
        second_result=LevelCurve,
    ),
    Analysis(
        run=emerging_hotspots,
        title="Emerging hotspots: new, growing, lasting, fading or over",
        group="Space and time",
        result=EmergingHotspots,
        tags=("emerging hot spot", "space-time cube", "trend", "Mann-Kendall", "Gi*", "time", "crime", "hot spot"),
        reports=True,
        params=(
            Distance("cell_size", "Cell size"),
            TIME_STEP,
            Distance("distance_band", "Neighbourhood radius"),
            Amount("time_neighbours", "Earlier steps that are neighbours", whole=True, minimum=0),
            Choice("confidence", "Confidence at which a step is hot or cold (%)", options=CONFIDENCES),
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
            BOUNDARY,
            WEIGHT,
        ),
        second="steps",
        second_title="Hot and cold cells step by step",
    ),
    Analysis(
        run=space_time_cube,
        title="Space-time cube of incidents",
        group="Space and time",
        result=SpaceTimeCube,
        tags=("space-time cube", "NetCDF", "time", "animation", "Temporal Controller", "crime"),
        reports=True,
        params=(Distance("cell_size", "Cell size"), TIME_STEP, BOUNDARY, WEIGHT),
        second="bins",
        second_title="Incidents step by step",
    ),
    Analysis(
        run=space_time_scan,
        title="Outbreaks of incidents (space-time scan)",
        group="Space and time",
        result=Shapes,
        tags=(
            "outbreak",
            "scan statistic",
            "SaTScan",
            "Kulldorff",
            "space-time",
            "permutation",
            "early warning",
            "crime",
        ),
        reports=True,
        params=(
            Switch("retrospective", "Look at any time of the period, not at its end alone"),
            Distance("cell_size", "Cell size (of the circles' centres)"),
            Distance("max_radius", "Largest radius"),
            Amount("max_days", "Longest outbreak (days)", whole=True),
            Switch("by_weekday", "Compare each weekday with itself only"),
            Amount("permutations", "Random scans", whole=True),
            Switch("gumbel", "Take p from a Gumbel distribution, which may be smaller than random scans allow"),
            Amount("max_p", "Largest p of an outbreak"),
        ),
    ),
    Analysis(
        run=near_repeat,
        title="Near repeats (Knox test)",
        group="Space and time",
        result=NearRepeats,
        tags=("near repeat", "repeat victimisation", "Knox", "space-time", "contagion", "burglary", "crime"),
        reports=True,
        params=(
            Numbers("distance_bands", "Edges of the bands of distance (m)"),
            Numbers("time_bands", "Edges of the bands of time (days)"),
            Amount("permutations", "Shufflings of the dates for p", whole=True),
            Choice("metric", "How distances are measured", options=METRICS),
            Choice("labels", "Names of the bands", options=BAND_LABELS),
        ),
        second="originators",
        second_title="Incidents by their part in near repeats",
        second_result=Marks,
        second_params=(
            Distance("distance", "Near repeats are nearer than"),
            Amount("days", "Near repeats are fewer days apart than", whole=True),
        ),
    ),
    Analysis(
        run=risk_zones,
        title="Zones where near repeats are to be expected",
        group="Space and time",
        result=Shapes,
        tags=("near repeat", "prediction", "prospective", "patrol", "risk zone", "burglary", "crime"),
        reports=True,
        params=(
            Distance("distance", "Radius of the zones"),
            Amount("days", "Days that a zone lasts", whole=True),
            Choice("decay", "Risk by the age of a zone", options=DECAYS),
            Moment("as_of", "Zones as they are on this date"),
        ),
    ),
    Analysis(
        run=reporting_delay,
        title="Delay of reports",
        group="Data",
        result=ReportingDelay,
        tags=("reporting lag", "delay", "truncation", "data quality", "completeness", "crime"),
        params=(Column("by", "Column that tells groups apart", holds="text"), AS_OF),
        second="curve",
        second_title="Curve of the delays",
        second_result=DelayCurve,
        reports=True,
    ),
    Analysis(
        run=nowcast,
        title="Nowcast of the last days or weeks",
        group="Data",
        result=Nowcast,
        tags=("nowcast", "reporting lag", "delay", "time series", "completeness", "crime"),
        params=(
            Column("by", "Column that tells groups apart", holds="text"),
            Choice("step", "Days or weeks", options=tuple(STEPS)),
            Amount("last", "Number of days or weeks", whole=True),
            Amount("level", "Confidence of the interval"),
            AS_OF,
            Words("allow", "What is no reason to stop (nibrs_switch)"),
        ),
        reports=True,
    ),
    Analysis(
        run=alerts,
        title="Early warnings by area",
        group="Early warning",
        result=Alerts,
        tags=("alert", "early warning", "outbreak", "CUSUM", "EARS", "Farrington", "Poisson", "geofence", "crime"),
        params=(
            Polygons("areas", "Areas to watch"),
            Column("by", "Column that tells areas apart, in place of polygons", holds="text"),
            Choice("method", "Method", options=METHODS),
            Choice("step", "Days or weeks", options=ALERT_STEPS),
            Amount("false_alarms_per_year", "False alarms a year that are allowed"),
            Words("since", "First day judged (last: since the last run)"),
            AS_OF,
            Choice("dated_by", "Date by which incidents are counted", options=DATED_BY),
            Choice("correction", "Multiple-testing correction", options=CORRECTIONS),
        ),
        second="judged",
        second_title="Every step judged",
        second_result=Table,
        reports=True,
        resumes=True,
    ),
    Analysis(
        run=safe_export,
        title="Layer that may leave: small counts withheld, points coarsened or masked",
        group="Privacy",
        result=SafeLayer,
        tags=(
            "privacy",
            "k-anonymity",
            "suppression",
            "small counts",
            "geomasking",
            "donut",
            "disclosure control",
            "crime",
        ),
        params=(
            Column("value", "Count column (of areas)"),
            Amount("k", "Smallest count shown, fewest points alike (k)", whole=True),
            Columns("columns", "Columns that leave"),
            Column("totals_by", "Column of groups whose totals are published (of areas)", holds="text"),
            Switch("suppress_zeros", "Withhold counts of 0 as well (of areas)"),
            Choice("mask", "Mask (of points)", options=MASKS),
            Distance("min_radius", "Inner radius of the ring"),
            Distance("max_radius", "Outer radius of the ring"),
            Points("population", "Population, or addresses"),
            Column("population_weight", "Number of people at each point of the population", of="population"),
        ),
        second="report",
        second_title="Report of the safe export",
        second_result=Table,
    ),
)
BY_NAME = {analysis.name: analysis for analysis in ANALYSES}

# What runs several analyses: their results land in one folder, with a page that says in words what they show.
SUMMARIES = (
    Analysis(
        run=overview,
        title="Overview of incidents",
        group="Summaries",
        result=Overview,
        tags=("overview", "report", "one click", "heat map", "hot spot", "cluster", "concentration", "crime"),
        reports=True,
        params=(BOUNDARY,),
    ),
    Analysis(
        run=compare_periods,
        title="Comparison of two periods",
        group="Summaries",
        result=PeriodComparison,
        tags=("compare", "before and after", "change", "side by side", "heat map", "crime"),
        reports=True,
        params=(
            *PERIODS,
            Distance("bandwidth", "Bandwidth of the densities"),
            Distance("cell_size", "Cell size of the change"),
            BOUNDARY,
        ),
    ),
)
