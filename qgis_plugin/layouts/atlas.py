"""One page for each division: the map moves to it, title and subtitle name it, what lies around it is veiled."""

import json

from qgis.core import (
    QgsExpression,
    QgsExpressionContextUtils,
    QgsFillSymbol,
    QgsLayoutItemMap,
    QgsMapLayerStyle,
    QgsRuleBasedRenderer,
)

from . import area, items
from .divisions import UNNAMED, mean_shape, name_field_of, names_of

FACTS = "lacrime_facts"  # the layout's variable of words on each division
NAME = "[% @atlas_pagename %]"
FACT = f"[% coalesce(map_get(json_to_map(@{FACTS}), to_string(@atlas_featureid)), '') %]"
NUMBER = "Page [% @atlas_featurenumber %] of [% @atlas_totalfeatures %]."
LONGEST_FACT, LONGEST_NUMBER = "1,000,000 incidents in the cells here", "Page 100 of 100."
# The division of the page, and all others.
HERE = {"style": "no", "outline_color": "#222222", "outline_width": "0.7"}
AROUND = {"color": "255,255,255,120", "outline_color": "#6b6b6b", "outline_width": "0.2"}


def of_divisions(content, divisions, name_field, project):
    """Return a page's content with the expressions that tell of each division, and the longest that these may become."""
    names = names_of(divisions, name_field or name_field_of(divisions))
    separator = " · " if content.subtitle else ""
    return content._replace(
        title=f"{content.title}: {NAME}",
        subtitle=f"{content.subtitle}{separator}{FACT}",
        footer=f"{content.footer} {NUMBER}",
        longest={NAME: max(names, key=len), FACT: LONGEST_FACT, NUMBER: LONGEST_NUMBER},
        shape=mean_shape(divisions, content.crs, project),
    )


def turn_into_atlas(layout, drawn, bar, divisions, name_field):
    """Give a layout a page for each division, in the order of their names."""
    made = layout.atlas()
    field = name_field or name_field_of(divisions)
    column = QgsExpression.quotedColumnRef(field) if field else "''"
    name = f"coalesce(nullif(to_string({column}), ''), '{UNNAMED}')"
    made.setCoverageLayer(divisions)
    made.setEnabled(True)
    made.setSortFeatures(True)
    made.setSortExpression(name)
    made.setPageNameExpression(name)
    layout.renderContext().setPredefinedScales(area.round_scales())
    drawn.setAtlasDriven(True)
    drawn.setAtlasScalingMode(QgsLayoutItemMap.AtlasScalingMode.Predefined)
    drawn.setLayers([divisions, *(layer for layer in drawn.layers() if layer.id() != divisions.id())])
    drawn.setLayerStyleOverrides({divisions.id(): _veil(divisions)})
    drawn.setKeepLayerStyles(True)
    made.featureChanged.connect(lambda feature: items.round_bar(bar, drawn))
    return made


def _veil(divisions):
    """Return the style of divisions on these pages: an outline around the page's own, a veil over the others."""
    root = QgsRuleBasedRenderer.Rule(None)
    for look, condition in ((HERE, "$id = @atlas_featureid"), (AROUND, "ELSE")):
        root.appendChild(QgsRuleBasedRenderer.Rule(QgsFillSymbol.createSimple(look), 0, 0, condition))
    copy = divisions.clone()
    copy.setRenderer(QgsRuleBasedRenderer(root))
    copy.setLabelsEnabled(False)
    style = QgsMapLayerStyle()
    style.readFromLayer(copy)
    return style.xmlData()


def tell_counts(layout, counts, place, of_them):
    """Keep how many there are in each division, for its page to tell."""
    words = f"{{}} {'of them' if of_them else 'incidents'} {place}"
    told = {str(number): words.format(f"{count:,.0f}") for number, count in counts.items()}
    QgsExpressionContextUtils.setLayoutVariable(layout, FACTS, json.dumps(told, ensure_ascii=False))
