"""One layout from a request: filled, turned into an atlas where there are divisions, written, and kept in the project."""

from .. import projects
from . import area, atlas, exporting, items, legend, report, texts, words
from .divisions import counted_in, counts_within


class Sheet:
    """The layout of a request."""

    def __init__(self, request, feedback):
        self.request, self.project, self.divisions = request, request.project, request.divisions
        self.subjects = words.subjects_of(request.layers())
        content = self._content()
        if self.divisions is not None:
            content = atlas.of_divisions(content, self.divisions, request.name_field, self.project)
        self.content = content
        taken = {layout.name() for layout in self.project.layoutManager().layouts()}
        self.layout = report.layout_of(self.project, projects.free_name(content.name, taken))
        self.drawn, self.bar = report.fill(self.layout, content, request.pages())
        self._warn_of_long_note(feedback)
        self.atlas = self._atlas(feedback) if self.divisions is not None else None

    def _content(self):
        """Return what the page says and shows."""
        subjects, request = self.subjects, self.request
        labels, base = request.basemap()
        crs, extent = self._place(on_tiles=bool(base))
        shared = words.shared_limits(subjects)
        title = request.text("TITLE") or words.title_of(subjects, self.project.title())
        return report.Content(
            name=title,
            title=texts.plain(title),
            subtitle=texts.plain(words.subtitle_of(shared, title)),
            notes=words.notes_of(subjects, request.text("NOTE")),
            footer=texts.plain(words.footer_of(subjects, [*labels, *base], request.text("SOURCE"))),
            layers=[*labels, *(subject.layer for subject in subjects), *base],
            headings=legend.in_order((one.layer, words.legend_heading(one, shared)) for one in subjects),
            crs=crs,
            extent=extent,
            shape=(extent.width(), extent.height()),
        )

    def _place(self, on_tiles):
        """Return the CRS to draw in and the extent to show."""
        crs = area.crs_of(self.subjects, self.project)
        extent = self.request.extent(crs) or area.padded(area.extent_of(self.subjects, crs, self.project))
        if not on_tiles:
            return crs, extent
        upright = area.crs_of_tiles(extent, crs, self.project)
        return upright, area.transformed(extent, crs, upright, self.project, "the map")

    def _warn_of_long_note(self, feedback):
        note = texts.plain(self.request.text("NOTE"))
        if note not in self.layout.itemById("notes").text():
            feedback.pushWarning(
                f"The note of {len(note):,} letters has no room on the page and is left out; shorten it."
            )

    def _atlas(self, feedback):
        """Give the layout a page for each division, and tell on it how many incidents it has, where that is known."""
        made = atlas.turn_into_atlas(self.layout, self.drawn, self.bar, self.divisions, self.request.name_field)
        counted = counted_in(self.subjects)
        if counted is not None:
            layer, column, place = counted
            counts = counts_within(self.divisions, layer, column, self.project, feedback)
            atlas.tell_counts(self.layout, counts, place, "incidents" in self.content.subtitle)
        return made

    def write(self, path, feedback):
        """Write the layout as the ending of a path says; False when it was cancelled."""
        dots = self.request.dots_per_inch
        if path.suffix.lower() == ".png":
            exporting.write_png(self.layout, path, dots)
        elif self.atlas is None:
            exporting.write_pdf(self.layout, path, dots)
        else:
            return exporting.write_atlas(self.atlas, path, dots, feedback)
        return True

    def keep(self, feedback):
        """Put the layout among those of the project, if all of its layers are there."""
        project = self.request.context.project()
        if project is None:
            return
        used = [*self.content.layers, *([self.divisions] if self.atlas else [])]
        outside = [layer.name() for layer in used if project.mapLayer(layer.id()) is None]
        if outside:
            feedback.pushWarning(f"The layout is not kept in the project: the layer {outside[0]!r} is not there.")
            return
        for layer, _ in self.content.headings:
            if project.mapLayer(layer.id()) is None:
                project.addMapLayer(layer, False)
        if self.atlas is not None:
            self.atlas.featureChanged.disconnect()
            items.let_fit(self.bar)
        name = self.layout.name()
        project.layoutManager().addLayout(self.layout)
        feedback.pushInfo(f"The layout is kept in the project as {name!r}: Project > Layouts.")
        projects.keep(project, feedback)
