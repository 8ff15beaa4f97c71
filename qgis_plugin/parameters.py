"""From the catalogue's parameters to Processing's and back; a kind that cannot be shown is a TypeError."""

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDateTime,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterDistance,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsUnitTypes,
)

from .explaining import tr
from .lacrime_geo.checks import several
from .lacrime_geo.parameter_kinds import (
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
from .moments import in_iso

RULE = "_rule"
FIELD_TYPES = {
    "number": QgsProcessingParameterField.DataType.Numeric,
    "time": QgsProcessingParameterField.DataType.Any,
    "text": QgsProcessingParameterField.DataType.Any,
}


def to_processing(parameter, layer, default, optional, text):
    """Return the Processing parameters that show one of the catalogue; `layer` is the name of the input's parameter.

    It is one, but for a length that a rule can find: the length, empty by default, and the rule.
    """
    if isinstance(parameter, DistanceOrRule):
        rule = Choice(parameter.name + RULE, parameter.label, parameter.rules)
        made = [_distance(parameter, layer, None, True), _choice(rule, layer, default, True)]
        made[1].setDescription(tr("Rule for the {name}, where none is given").format(name=tr(parameter.label).lower()))
    elif type(parameter) in MAKERS:
        made = [MAKERS[type(parameter)](parameter, layer, default, optional)]
    else:
        raise TypeError(f"Processing cannot show {parameter!r}.")
    for one in made:
        one.setHelp(tr(text))
    return made


def advanced(parameter):
    """Put a parameter among the advanced ones."""
    parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
    return parameter


def _distance(parameter, layer, default, optional):
    made = QgsProcessingParameterDistance(parameter.name.upper(), tr(parameter.label), default, "", optional, 0)
    made.setDefaultUnit(QgsUnitTypes.DistanceUnit.DistanceMeters)
    return made


def _amount(parameter, layer, default, optional):
    kinds = QgsProcessingParameterNumber.Type
    kind = kinds.Integer if parameter.whole else kinds.Double
    return QgsProcessingParameterNumber(parameter.name.upper(), tr(parameter.label), kind, default, optional, 0)


def _choice(parameter, layer, default, optional):
    return QgsProcessingParameterEnum(
        parameter.name.upper(), tr(parameter.label), list(parameter.options), False, default, optional, True
    )


def _switch(parameter, layer, default, optional):
    return QgsProcessingParameterBoolean(parameter.name.upper(), tr(parameter.label), default, optional)


def _column(parameter, layer, default, optional):
    layer = parameter.of.upper() if parameter.of else layer
    return QgsProcessingParameterField(
        parameter.name.upper(), tr(parameter.label), default, layer, FIELD_TYPES[parameter.holds], False, optional
    )


def _columns(parameter, layer, default, optional):
    every = QgsProcessingParameterField.DataType.Any
    layer = parameter.of.upper() if parameter.of else layer
    return QgsProcessingParameterField(
        parameter.name.upper(), tr(parameter.label), default, layer, every, True, optional
    )


def _points(parameter, layer, default, optional):
    kinds = [QgsProcessing.SourceType.TypeVectorPoint]
    return QgsProcessingParameterFeatureSource(parameter.name.upper(), tr(parameter.label), kinds, default, optional)


def _polygons(parameter, layer, default, optional):
    kinds = [QgsProcessing.SourceType.TypeVectorPolygon]
    return QgsProcessingParameterFeatureSource(parameter.name.upper(), tr(parameter.label), kinds, default, optional)


def _moment(parameter, layer, default, optional):
    kind = QgsProcessingParameterDateTime.Type.DateTime
    return QgsProcessingParameterDateTime(parameter.name.upper(), tr(parameter.label), kind, default, optional)


def _words(parameter, layer, default, optional):
    several = default if isinstance(default, tuple) else (default,)
    text = None if default is None else ", ".join(map(str, several))
    return QgsProcessingParameterString(parameter.name.upper(), tr(parameter.label), text, False, optional)


MAKERS = {
    Distance: _distance,
    Amount: _amount,
    Numbers: _words,
    Choice: _choice,
    Switch: _switch,
    Column: _column,
    Columns: _columns,
    Points: _points,
    Polygons: _polygons,
    Moment: _moment,
    Words: _words,
}


def value_of(algorithm, parameter, parameters, context):
    """Return what the user gave for a parameter in the library's terms, None for nothing."""
    name = parameter.name.upper()
    if isinstance(parameter, DistanceOrRule) and parameters.get(name) in (None, ""):
        return algorithm.parameterAsEnumString(parameters, name + RULE.upper(), context)
    if parameters.get(name) is None or parameters[name] == "":
        return None
    if isinstance(parameter, (Distance, DistanceOrRule, Amount)):
        number = algorithm.parameterAsDouble(parameters, name, context)
        return int(number) if getattr(parameter, "whole", False) else number
    if isinstance(parameter, Choice):
        return algorithm.parameterAsEnumString(parameters, name, context)
    if isinstance(parameter, Switch):
        return algorithm.parameterAsBool(parameters, name, context)
    if isinstance(parameter, Moment):
        moment = algorithm.parameterAsDateTime(parameters, name, context)
        return in_iso(moment) if moment.isValid() else str(parameters[name])
    if isinstance(parameter, Numbers):
        text = algorithm.parameterAsString(parameters, name, context).strip()
        return several(parameter.name, text) if text else None
    if isinstance(parameter, Words):
        return algorithm.parameterAsString(parameters, name, context).strip() or None
    if isinstance(parameter, Columns):
        # A list, or what qgis_process is given: text with semicolons.
        given = parameters[name]
        return given.split(";") if isinstance(given, str) else list(given) or None
    if isinstance(parameter, Column):
        return algorithm.parameterAsString(parameters, name, context) or None
    raise TypeError(f"Processing has no value for {parameter!r}.")


def out_of_bounds(parameter, value):
    """Return the sentence for a number that is not above 0, else None."""
    if isinstance(parameter, DistanceOrRule) and value in parameter.rules:
        name = parameter.name.upper()
        return f"{value!r} is the name of a rule: give it as {name}{RULE.upper()} and leave {name} empty."
    if not isinstance(parameter, (Distance, DistanceOrRule, Amount)) or not isinstance(value, (int, float)):
        return None
    if value > 0 or value == getattr(parameter, "minimum", None):
        return None
    unit = "" if isinstance(parameter, Amount) else " metres"
    least = getattr(parameter, "minimum", None)
    bound = "above 0" if least is None else f"at least {least}"
    return f"{parameter.name} must be {bound}{unit}, got {value:g}."
