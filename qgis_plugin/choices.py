"""A choice whose texts are in the user's language and whose values stay the library's names; QGIS's own shows the values."""

from processing.gui.wrappers import WidgetWrapper
from qgis.core import QgsProcessingParameterDefinition, QgsProcessingParameterEnum
from qgis.gui import QgsCheckableComboBox, QgsProcessingGui
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox

from .base import tr


class TranslatedChoice(WidgetWrapper):
    """The list of an enumeration with static strings, in the dialog, in a batch and in a model."""

    def createWidget(self):
        """Return the list: a text for each value."""
        definition = self.parameterDefinition()
        if definition.allowMultiple():
            return self._checked_list(definition)
        made = QComboBox()
        if definition.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional:
            made.addItem(tr("[Not selected]"), None)
        for option in definition.options():
            made.addItem(tr(option), option)
        if self.dialogType == QgsProcessingGui.WidgetType.Modeler:
            for source in self.dialog.getAvailableValuesOfType(QgsProcessingParameterEnum):
                made.addItem(self.dialog.resolveValueDescription(source), source)
        made.currentIndexChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        return made

    def _checked_list(self, definition):
        made = QgsCheckableComboBox()
        for option in definition.options():
            made.addItemWithCheckState(tr(option), Qt.CheckState.Unchecked, option)
        made.checkedItemsChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        return made

    def setValue(self, value):
        """Show a value, or several."""
        if not self.parameterDefinition().allowMultiple():
            self.widget.setCurrentIndex(max(self.widget.findData(value), 0))
            return
        chosen = value.split(",") if isinstance(value, str) else value or []
        for row in range(self.widget.count()):
            checked = self.widget.itemData(row) in chosen
            self.widget.setItemCheckState(row, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)

    def value(self):
        """Return the value chosen, or those."""
        if self.parameterDefinition().allowMultiple():
            return self.widget.checkedItemsData()
        return self.widget.currentData()
