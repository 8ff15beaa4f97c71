"""Densities of incidents, and risk."""

from __future__ import annotations

from ..analysis import Analysis
from ..bandwidths import BANDWIDTH_RULES
from ..contouring import KINDS as CONTOUR_KINDS
from ..contouring import contours
from ..density import kde
from ..kernels import KERNELS
from ..parameter_groups import (
    BOUNDARY,
    LOOK,
    WEIGHT,
)
from ..parameter_kinds import (
    Amount,
    Choice,
    Column,
    Distance,
    DistanceOrRule,
    Numbers,
    Points,
    Switch,
)
from ..relative_risk import risk_ratio
from ..results import RiskSurface, Shapes, Surface

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
)
