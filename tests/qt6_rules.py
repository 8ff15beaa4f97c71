"""What keeps a module of the plugin from running in Qt 6, read from its source: no QGIS is needed to tell."""

import ast
import re
import sys

ALLOWED = {*sys.stdlib_module_names, "numpy", "osgeo", "qgis", "processing"}
# Names of Qt 5 that Qt 6 or PyQt6 has no longer, wherever they stand, and what takes their place.
REMOVED = {
    "QRegExp": "QRegularExpression",
    "QRegExpValidator": "QRegularExpressionValidator",
    "QDesktopWidget": "QScreen",
    "QTextCodec": "Python's own encodings",
    "QStringRef": "str",
    "QString": "str",
    "QStringList": "list",
    "QLinkedList": "list",
    "QMatrix": "QTransform",
    "QGLWidget": "QOpenGLWidget",
    "QGLFormat": "QSurfaceFormat",
    "QWebView": "QTextBrowser",
    "QWebPage": "QTextBrowser",
    "QXmlSimpleReader": "QXmlStreamReader",
    "QXmlInputSource": "QXmlStreamReader",
    "QXmlQuery": "QXmlStreamReader",
    "QScriptEngine": "QJSEngine",
    "QSound": "QSoundEffect",
    "pyqtConfigure": "keyword arguments",
    "exec_": "exec",
    "print_": "print",
    "toTime_t": "toSecsSinceEpoch",
    "fromTime_t": "fromSecsSinceEpoch",
    "setTime_t": "setSecsSinceEpoch",
    "grabWidget": "grab",
    "charWidth": "horizontalAdvance",
    "byteCount": "sizeInBytes",
    "numColors": "colorCount",
    "setCodec": "setEncoding",
    "setTabStopWidth": "setTabStopDistance",
    "toAscii": "encode",
    "fromAscii": "encode",
}
# Members of one class, which another class may well have.
REMOVED_MEMBERS = {
    ("Qt", "MidButton"): "Qt.MouseButton.MiddleButton",
    ("Qt", "Alignment"): "Qt.AlignmentFlag",
    ("Qt", "KeyboardModifiers"): "Qt.KeyboardModifier",
    ("Qt", "MouseButtons"): "Qt.MouseButton",
    ("Qt", "WindowFlags"): "Qt.WindowType",
    ("Qt", "WindowStates"): "Qt.WindowState",
    ("Qt", "ItemFlags"): "Qt.ItemFlag",
    ("Qt", "Orientations"): "Qt.Orientation",
    ("Qt", "DockWidgetAreas"): "Qt.DockWidgetArea",
    ("Qt", "TextInteractionFlags"): "Qt.TextInteractionFlag",
    ("Qt", "DropActions"): "Qt.DropAction",
    ("Qt", "MatchFlags"): "Qt.MatchFlag",
    ("MouseButton", "MidButton"): "Qt.MouseButton.MiddleButton",
    ("ItemDataRole", "BackgroundColorRole"): "Qt.ItemDataRole.BackgroundRole",
    ("ItemDataRole", "TextColorRole"): "Qt.ItemDataRole.ForegroundRole",
    ("QVariant", "Type"): "QMetaType.Type",
    ("QApplication", "desktop"): "QGuiApplication.primaryScreen",
    ("QPalette", "Background"): "QPalette.ColorRole.Window",
    ("QPalette", "Foreground"): "QPalette.ColorRole.WindowText",
    ("ColorRole", "Background"): "QPalette.ColorRole.Window",
    ("ColorRole", "Foreground"): "QPalette.ColorRole.WindowText",
    ("RenderHint", "HighQualityAntialiasing"): "QPainter.RenderHint.Antialiasing",
    ("QPainter", "RenderHints"): "QPainter.RenderHint",
    ("QFileDialog", "Options"): "QFileDialog.Option",
    ("FileMode", "DirectoryOnly"): "QFileDialog.FileMode.Directory",
    ("QMessageBox", "StandardButtons"): "QMessageBox.StandardButton",
    ("QDialogButtonBox", "StandardButtons"): "QDialogButtonBox.StandardButton",
    ("QIODevice", "OpenMode"): "QIODevice.OpenModeFlag",
    ("QDir", "Filters"): "QDir.Filter",
    ("QLocale", "NumberOptions"): "QLocale.NumberOption",
}
FUNCTIONS_OF_QT = {"convertFromPlainText", "mightBeRichText"}
# What GDAL's objects hold under names that are written as Qt writes enumerations.
FIELDS_OF_GDAL = {"ShortName", "LongName", "RasterCount", "RasterXSize", "RasterYSize"}


class Source:
    """A module's source; `faults` are sentences, `guarded` the old names that stand where a newer one was tried first."""

    def __init__(self, text):
        self.tree = ast.parse(text)
        self.above = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.modules, self.from_qgis = self._imported()
        self.aliases = {(self._function(node), node.targets[0].id) for node in ast.walk(self.tree) if self._alias(node)}
        self.faults, self.guarded = [], []
        for node in ast.walk(self.tree):
            self._look_at(node)

    def chains(self):
        """Yield (node, names) of each chain of attributes that begins with a name: QgsProcessing.SourceType.TypeVector."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and not isinstance(self.above[node], ast.Attribute):
                names = _names(node)
                if names:
                    yield node, names

    def _imported(self):
        """Return the names bound to modules, and those imported from QGIS with where they come from."""
        modules, from_qgis = set(), {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                modules |= {(name.asname or name.name).split(".")[0] for name in node.names}
            if isinstance(node, ast.ImportFrom):
                names = {name.asname or name.name: name.name for name in node.names}
                # A name imported from a package of ours or from GDAL is a module where it is written as one.
                modules |= {name for name in names if name.islower() or node.module == "qgis.PyQt"}
                if node.level == 0 and node.module.split(".")[0] == "qgis":
                    from_qgis |= {name: (node.module, original) for name, original in names.items()}
        return modules, from_qgis

    def _look_at(self, node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._look_at_import(node)
        elif isinstance(node, ast.Attribute):
            self._look_at_attribute(node)
        elif isinstance(node, ast.Name) and node.id in REMOVED:
            self._fault(node, f"{node.id} is not in Qt 6: {REMOVED[node.id]}")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            self._look_at_call(node)

    def _look_at_import(self, node):
        absolute = isinstance(node, ast.Import) or node.level == 0
        for module in [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]:
            if absolute and module.split(".")[0] not in ALLOWED:
                self._fault(node, f"{module} is not everywhere where QGIS is")
        for name in node.names:
            if name.name in REMOVED:
                self._fault(node, f"{name.name} is not in Qt 6: {REMOVED[name.name]}")

    def _look_at_attribute(self, node):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", None)
        if node.attr in REMOVED and (node.attr[0].islower() or owner in self.modules):
            self._fault(node, f".{node.attr} is not in Qt 6: {REMOVED[node.attr]}")
        elif (owner, node.attr) in REMOVED_MEMBERS:
            self._fault(node, f"{owner}.{node.attr} is not in Qt 6: {REMOVED_MEMBERS[owner, node.attr]}")
        elif self._unscoped(node, owner):
            if owner == "QVariant" and self._is_fallback(node):
                self.guarded.append(node.attr)
            else:
                self._fault(node, f"{owner or '(...)'}.{node.attr} does not name its enumeration, which Qt 6 wants")

    def _look_at_call(self, node):
        method = node.func.attr
        if method == "setMargin" and any(module == "qgis.PyQt.QtWidgets" for module, _ in self.from_qgis.values()):
            self._fault(node, ".setMargin is not in Qt 6: setContentsMargins")
        if method == "width" and (node.args or node.keywords):
            self._fault(node, ".width of a text is not in Qt 6: horizontalAdvance")

    def _unscoped(self, node, owner):
        """Tell whether an attribute is a member of an enumeration that is not named before it."""
        if isinstance(self.above[node], ast.Attribute):
            return False  # it is the enumeration, or a class in a class
        if owner == "Qt" and isinstance(node.value, ast.Name):
            return node.attr not in FUNCTIONS_OF_QT and not self._alias(self.above[node])
        if (
            not _is_camel(node.attr)
            or node.attr in FIELDS_OF_GDAL
            or (isinstance(node.value, ast.Attribute) and _is_camel(owner))
        ):
            return False
        if isinstance(node.value, ast.Name) and (
            owner in self.modules or (self._function(node), owner) in self.aliases
        ):
            return False
        above = self.above[node]
        return not (isinstance(above, ast.Call) and above.func is node) and not self._alias(above)

    def _alias(self, node):
        """Tell whether a statement gives an enumeration a short name, from which members alone are taken."""
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
            return False
        if not (isinstance(node.value, ast.Attribute) and _is_camel(node.value.attr)):
            return False
        uses = [
            one
            for one in ast.walk(self._function(node))
            if isinstance(one, ast.Name) and one.id == node.targets[0].id and isinstance(one.ctx, ast.Load)
        ]
        return bool(uses) and all(isinstance(self.above[one], ast.Attribute) for one in uses)

    def _function(self, node):
        while node in self.above and not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            node = self.above[node]
        return node

    def _is_fallback(self, node):
        """Tell whether a node stands where an import or an attribute that is tried first was not found."""
        while node in self.above:
            node = self.above[node]
            if isinstance(node, ast.ExceptHandler):
                caught = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
                return "ImportError" in caught
        return False

    def _fault(self, node, sentence):
        self.faults.append(f"line {node.lineno}: {sentence}")


def _names(node):
    """Return the names of a chain, first to last; none where it begins with something else than a name."""
    names = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def _is_camel(name):
    return bool(re.match(r"[A-Z]\w*[a-z]", name or ""))
