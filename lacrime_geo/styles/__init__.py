"""How every layer looks: one definition of each palette, written as QGIS styles."""

from .qml import qml

__all__ = ["qml"]
