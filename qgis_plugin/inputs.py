"""What the user gave an algorithm: the input layer, the layers beside it, the options, by the library's names."""

import os

from qgis.core import QgsProcessingException, QgsWkbTypes

from . import raster_layers, reading
from .lacrime_geo.parameter_kinds import Column, Columns, Points, Polygons
from .lacrime_geo.privacy.safe_layers import COUNT as USUAL_COUNTS
from .lacrime_geo.progress import within
from .lacrime_geo.results import Surface
from .lacrime_geo.selection import refuse, words
from .lacrime_geo.temporal.count_series import NAME_COLUMNS
from .layers import Raster
from .named_columns import Spans
from .outputs import database_file
from .parameters import value_of


def _are_areas(source):
    return QgsWkbTypes.geometryType(source.wkbType()) == QgsWkbTypes.GeometryType.PolygonGeometry


class Inputs:
    """The parameters of one run."""

    def __init__(self, algorithm, parameters, context):
        self.algorithm, self.parameters, self.context = algorithm, parameters, context
        self.analysis, self.name = algorithm.analysis, algorithm.input_name
        self.layers_read = {}  # beside the input, by parameter

    def source(self):
        """Return the input layer: a raster, or the features of a vector layer."""
        source = self.algorithm.layers.get(self.name)
        if source is None:
            of_raster = self.algorithm.takes_a_raster
            problem = self.algorithm.invalidRasterError if of_raster else self.algorithm.invalidSourceError
            raise QgsProcessingException(problem(self.parameters, self.name))
        return source

    def have_places(self):
        """Tell whether the features of the input have geometries."""
        source = self.source()
        return isinstance(source, Raster) or source.wkbType() != QgsWkbTypes.Type.NoGeometry

    def files_read(self):
        """Return the files that the input layers stand in; an output table in one of them is refused here."""
        files = [layer.path for layer in self.algorithm.layers.values()]
        for definition in self.algorithm.destinationParameterDefinitions():
            named = self.algorithm.parameterAsString(self.parameters, definition.name(), self.context)
            path = database_file(named)
            if path and os.path.realpath(path) in map(os.path.realpath, files):
                raise QgsProcessingException(f"{path!r} is read and would be written to; name another output.")
        return files

    def options(self, shown):
        """Return those of some options that the user gave, by the function's names, but for layers."""
        given = {p.name: self.value(p) for p in shown if not isinstance(p, (Points, Polygons))}
        return {name: value for name, value in given.items() if value is not None}

    def value(self, parameter):
        """Return what the user gave for a parameter, None for nothing."""
        return value_of(self.algorithm, parameter, self.parameters, self.context)

    def data(self, source, options, progress):
        """Return the input as the library takes it: a surface, features, or the incidents chosen."""
        if isinstance(source, Raster):
            return raster_layers.surface_of(source)
        columns = self._columns(options, None)
        if self.analysis.tables and not self.have_places():
            return reading.table_of(source, [*columns, *self._usual(source)], progress)
        areas = self.are_counted(options) and _are_areas(source)
        if areas and USUAL_COUNTS in source.fields().names():
            columns = [*columns, USUAL_COUNTS]
        chosen = {p.name: self.value(p) for p in self.analysis.selection}
        if areas or (self.analysis.input == "features" and not self.are_counted(options)):
            refuse(chosen)
            columns = list(dict.fromkeys([*columns, *self._usual(source)]))
            return reading.features_of(source, self.parameters[self.name], self.context, columns, progress)
        times, categories = chosen["time_column"], chosen["category_column"]
        reports = self._wants_reports(chosen)
        spans = Spans(chosen["until_column"]) if self.analysis.intervals else None
        incidents = reading.incidents_of(
            source,
            self.context,
            [*columns, *self._usual(source)],
            times,
            categories,
            progress,
            reports=reports,
            spans=spans,
        )
        return incidents.select(
            since=chosen.get("since"), until=chosen["until"], category=words(chosen.get("category"))
        )

    def _wants_reports(self, chosen):
        """Tell whether the dates of report are read: where the analysis looks at times, or a period is chosen."""
        return self.analysis.reports or chosen.get("since") is not None or chosen["until"] is not None

    def are_counted(self, options):
        """Tell whether the features are incidents to count, as no value of theirs was named; areas are refused there."""
        return self.analysis.counts_incidents and "value" not in options

    def _columns(self, options, layer):
        """Return the columns asked for, or usual, of the input (None) or of the layer that a parameter names."""
        shown = (*self.analysis.params, *self.analysis.second_params)
        columns = [p.name for p in shown if isinstance(p, Column) and p.of == layer]
        usual = {name: None if self.analysis.required(name) else self.analysis.default(name) for name in columns}
        several = [options.get(p.name, []) for p in shown if isinstance(p, Columns) and p.of == layer]
        further = [name for names in several for name in names]
        return [options.get(name, usual[name]) for name in columns] + further

    def _usual(self, source):
        """Return the columns of the input that the analysis looks for without being told their names."""
        usual = {name.lower() for p in self.analysis.params if isinstance(p, Column) for name in p.usual}
        return [name for name in source.fields().names() if name.lower() in usual]

    def add_layers(self, shown, data, options, progress=None):
        """Add other layers, such as the study area or the population, to the options, in the CRS of the data."""
        layers = [p for p in shown if isinstance(p, (Points, Polygons)) and p.name.upper() in self.algorithm.layers]
        for number, parameter in enumerate(layers):
            going = within(progress, number / len(layers), (number + 1) / len(layers))
            crs = data.grid.crs if isinstance(data, Surface) else data.crs
            read = self._beside(parameter, crs, self._columns(options, parameter.name), going)
            options[parameter.name] = self.layers_read[parameter.name.upper()] = read

    def _beside(self, parameter, crs, columns, progress):
        """Return a layer beside the input as the library takes it."""
        name = parameter.name.upper()
        source = self.algorithm.layers[name]
        if isinstance(parameter, Polygons):
            # Areas are called by their names, where they have some.
            named = [field for field in source.fields().names() if field.lower() in NAME_COLUMNS]
            columns = list(dict.fromkeys([*columns, *named]))
            return reading.features_of(source, self.parameters.get(name), self.context, columns, progress, crs=crs)
        reports = self.analysis.reports
        return reading.incidents_of(source, self.context, columns, None, None, progress, crs=crs, reports=reports)
