"""What a page says of its layers: title, period and n, how they were made, whose data they are; from their own records."""

import os
from datetime import date
from typing import NamedTuple

from qgis.core import Qgis, QgsMapLayer

from ..basemaps import role_of
from ..lacrime_geo import __version__
from ..lacrime_geo.summaries import REPORTED
from ..provenance import kept_metadata, record_of
from .file_records import file_record

METHODS = {
    "kde": "kernel density",
    "risk_ratio": "log ratio of two kernel densities",
    "contours": "contours of a kernel density",
    "hotspots": "Getis-Ord Gi*",
    "gi_star": "Getis-Ord Gi*",
    "stability": "Getis-Ord Gi* on many grids",
    "safe_export": "made safe to leave",
    "jitter_sensitivity": "run again on moved places",
    "compare": "comparison of two maps by Getis-Ord Gi*",
    "change_map": "change between two periods",
    "compare_periods": "kernel density",
    "local_moran": "local Moran's I",
    "dbscan": "DBSCAN",
    "st_dbscan": "ST-DBSCAN",
    "hdbscan": "HDBSCAN",
    "optics": "OPTICS",
    "ellipses": "standard deviational ellipses",
}
# How a parameter is told, in this order; those that begin with a space go on from the one before.
TOLD = {
    "kernel": "{} kernel",
    "bandwidth": "bandwidth {:,g} m",
    "cell_size": "cells of {:,g} m",
    "distance_band": "neighbours within {:,g} m",
    "min_samples": "at least {:,g} incidents",
    "eps": " within {:,g} m",
    "eps_time": " and {:,g} days",
    "edge_correction": "corrected at the edge",
    "correction": "corrected for the number of tests ({})",
}
CORRECTIONS = {"fdr": "false discovery rate", "bonferroni": "Bonferroni", "none": ""}
SEPARATOR = " · "
WHEN = ("Before", "After")  # stand first in the names of two densities, and are no headings


class Subject(NamedTuple):
    """A layer and what is known of it: its heading, what limits it (category, period, n), and the record of its making.

    `shown` is what titles call it.
    """

    layer: QgsMapLayer
    heading: str
    shown: str
    limits: tuple
    record: dict

    @property
    def parameters(self):
        """The parameters recorded, none for a layer of another making."""
        return self.record.get("parameters", {})


def subjects_of(layers):
    """Return the subjects of layers, basemaps left out."""
    return [_subject(layer) for layer in layers if not role_of(layer)]


def _subject(layer):
    record = record_of(layer) or file_record(layer) or {}
    heading, *limits = _name(layer, kept_metadata(layer).title() or record.get("title")).split(SEPARATOR)
    if heading in WHEN and limits:
        heading, *limits = limits[0], heading.lower(), *limits[1:]
    shown = heading.split(" (")[0]
    if "title" in record:  # of the file: the layer's name was given by somebody, and may hold no limits
        shown, *kept = record["title"].split(SEPARATOR)
        limits = limits or kept
    return Subject(layer, heading, shown, tuple(limits), record)


def _name(layer, title):
    """Return the name of a layer as the user sees it, or its title where a file was opened under the file's name."""
    file = layer.source().split("|")[0]
    is_file_name = layer.name() == os.path.splitext(os.path.basename(file))[0]
    return title if title and is_file_name else layer.name()


def shared_limits(subjects):
    """Return what limits all analyses of a page alike, such as the period and the number of incidents."""
    made = [subject.limits for subject in subjects if subject.record]
    return tuple(limit for limit in made[0] if all(limit in limits for limits in made)) if made else ()


def legend_heading(subject, shared):
    """Return a layer's heading in the legend, with what limits it alone."""
    return SEPARATOR.join([subject.heading, *(limit for limit in subject.limits if limit not in shared)])


def title_of(subjects, project_title):
    """Return a title: what is shown, and of which incidents."""
    made = [subject for subject in subjects if subject.record]
    kinds = list(dict.fromkeys(subject.shown for subject in made))
    if not kinds:
        return project_title or ", ".join(subject.heading for subject in subjects)
    joined = listed(kinds)
    if any(word in joined for word in (" of ", "incidents")):
        return joined
    categories = {subject.parameters.get("category") for subject in made}
    category = categories.pop() if len(categories) == 1 else None
    return f"{joined} of reported {category.replace('_', ' ') if category else 'incidents'}"


def listed(headings):
    """Return headings as a list in words.

    >>> listed(["Clusters", "Hotspots", "Density"])
    'Clusters, hotspots and density'
    """
    first, *others = headings
    *middle, last = [first, *(other[:1].lower() + other[1:] for other in others)]
    return f"{', '.join(middle)} and {last}" if middle else last


def subtitle_of(shared, title):
    """Return the period and the number of incidents in words, and what else limits all that the title does not say."""
    told = (f"{limit[4:]} incidents" if limit.startswith("n = ") else limit.replace("_", " ") for limit in shared)
    return SEPARATOR.join(words for words in told if words not in title)


def notes_of(subjects, own):
    """Return the paragraphs beside a map, the most needed first: the caveat, the user's own, results and methods, warnings."""
    made = [subject for subject in subjects if subject.record]
    headings = {}  # of layers of one making, by what is told of it
    for subject in made:
        headings.setdefault(_method(subject), []).append(subject.shown)
    methods = [f"{listed(dict.fromkeys(names))}: {told}" for told, names in headings.items()]
    warnings = [sentence for subject in made for sentence in subject.parameters.get("warnings", [])]
    return [REPORTED, *([own] if own else []), *methods, *dict.fromkeys(_sentence(warning) for warning in warnings)]


def _method(subject):
    """Tell how a layer was made and what was found."""
    name = subject.record["algorithm"].split(":")[1]
    # What was done for privacy depends on what it was done to.
    told = subject.parameters.get("protection") or METHODS.get(name, name.replace("_", " "))
    for words in _parameters(subject.parameters):
        told += words if words.startswith(" ") else f", {words}"
    found = subject.parameters.get("found", "")
    return f"{told}. {_sentence(found)}" if found else f"{told}."


def _parameters(parameters):
    for name, words in TOLD.items():
        value = parameters.get(name)
        value = CORRECTIONS.get(value, value) if name == "correction" else value
        if value not in (None, "") and not (isinstance(value, str) and ":,g" in words):
            yield words.format(value)


def _sentence(text):
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def footer_of(subjects, basemap_layers, source):
    """Return whose data and whose tiles these are, and when and with what the page was made."""
    data = source or ", ".join(dict.fromkeys(_inputs(subjects)))
    rights = dict.fromkeys(
        right
        for layer in (*(subject.layer for subject in subjects), *basemap_layers)
        for right in layer.metadata().rights()
    )
    made = f"Made {date.today().isoformat()} with lacrime_geo {__version__} in QGIS {Qgis.QGIS_VERSION.split('-')[0]}"
    parts = [f"Data: {data}" if data else "", f"Map: {'; '.join(rights)}" if rights else "", made]
    return " ".join(_sentence(part) for part in parts if part)


def _inputs(subjects):
    for subject in subjects:
        for data in subject.record.get("inputs", {}).values():
            yield data["name"]
