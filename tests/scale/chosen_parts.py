"""Incidents in parts of which some are chosen, as `select` of a scan does: the whole files are still there."""

from in_parts import InParts


class ChosenParts(InParts):
    """Parts, cut at row numbers of all incidents, of those that are of a period or a category."""

    def __init__(self, incidents, cuts=(), client=None, **chosen):
        self.all = InParts(incidents, cuts, client=client)
        kept = incidents.select(**chosen) if chosen else incidents
        super().__init__(kept, [min(cut, kept.size) for cut in cuts], client=client)
        # A scan cannot know how many have no date before it has read them.
        self.selection = {name: value for name, value in kept.selection.items() if name != "undated_left_out"}

    def whole(self):
        return self.all
