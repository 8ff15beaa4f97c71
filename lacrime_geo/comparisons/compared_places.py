"""What every comparison of places gives: a table that draws itself, and its columns on the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Optional

from ..results import Marks, Picture
from .counted_places import CountedPlaces

# On the layer these stand under their own names.
OF_THE_INPUT = ("name", "count", "population")


@dataclass(frozen=True, eq=False, repr=False)
class ComparedPlaces(Picture):
    """Hold a row for each place of the input, in its order, and the places."""

    map_style: ClassVar[str] = ""
    places: Optional[CountedPlaces] = None

    def marks(self) -> Marks:
        """Return what was found on the features that the places are; raise where they are rows of a table."""
        if self.places is None:
            raise TypeError("This table does not know its places, so there is no map of them; compute it again.")
        own = {name: values for name, values in self.columns.items() if name not in OF_THE_INPUT}
        label = f"Map of the {self.label[:1].lower()}{self.label[1:]}"
        return self.places.rows.marks(own, self.parameters, self.map_style, label)
