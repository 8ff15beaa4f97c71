"""Where and when at once: cubes, near repeats, outbreaks."""

from __future__ import annotations

from ..analysis import Analysis
from ..parameter_groups import (
    BOUNDARY,
    TIME_STEP,
    WEIGHT,
)
from ..parameter_kinds import (
    Amount,
    Choice,
    Distance,
    Moment,
    Numbers,
    Switch,
)
from ..results import Marks, Shapes
from ..significance import CORRECTIONS
from ..spacetime.bands import LABELS as BAND_LABELS
from ..spacetime.cube import SpaceTimeCube, space_time_cube
from ..spacetime.emerging import CONFIDENCES, EmergingHotspots, emerging_hotspots
from ..spacetime.knox_test import NearRepeats, near_repeat
from ..spacetime.near_pairs import METRICS
from ..spacetime.near_repeat_zones import DECAYS, risk_zones
from ..spacetime.outbreaks import space_time_scan

ANALYSES = (
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
)
