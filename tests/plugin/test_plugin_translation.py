"""All that the toolbox and its dialogs show is translated: a translator that marks what it is given is seen everywhere."""

import re

import pytest

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture(scope="module")
def translated(provider):
    """Yield the algorithms by name, made anew while every text of the plugin's is marked as ⟦text⟧."""
    from qgis.PyQt.QtCore import QCoreApplication, QTranslator

    class Marking(QTranslator):
        def translate(self, context, text, disambiguation=None, n=-1):
            return f"⟦{text}⟧" if context == "Lacrime" else None

        def isEmpty(self):
            return False

    marking = Marking()
    assert QCoreApplication.installTranslator(marking)
    yield {algorithm.name(): algorithm.create() for algorithm in provider.algorithms()}
    QCoreApplication.removeTranslator(marking)


def unmarked(text):
    """Return what of a text, or of HTML, no translator has seen: marks may stand in marks."""
    text, found = re.sub(r"<[^>]+>", "", text), 1
    while found:
        text, found = re.subn(r"⟦[^⟦⟧]*⟧", "", text)
    return text.strip()


def test_the_marks_tell():
    assert unmarked("⟦A ⟦b⟧ c⟧") == "" and unmarked("<b>⟦A⟧</b>") == ""
    assert unmarked("⟦A⟧: b") == ": b" and unmarked("A") == "A"


def test_every_text_of_every_algorithm(translated):
    missed = {}
    for name, algorithm in translated.items():
        texts = dict(
            title=algorithm.displayName(),
            group=algorithm.group(),
            summary=algorithm.shortDescription(),
            **{f"tag {number}": tag for number, tag in enumerate(algorithm.tags())},
        )
        for definition in algorithm.parameterDefinitions():
            texts[f"{definition.name()} label"] = definition.description()
            texts[f"{definition.name()} help"] = definition.help()
        for output in algorithm.outputDefinitions():
            texts[f"{output.name()} output"] = output.description()
        missed.update({(name, what): text for what, text in texts.items() if not text or unmarked(text)})
    assert missed == {}


def test_the_help_beside_the_dialog(translated):
    for name, algorithm in translated.items():
        left = unmarked(algorithm.shortHelpString())
        assert re.fullmatch(r"(\(\):\s*)*", left), f"{name}: {left}"
        assert left.count("():") == len(algorithm.parameterDefinitions())


def test_what_is_missing_is_said_in_the_language(translated, monkeypatch):
    from lacrime_qgis import installation

    monkeypatch.setattr(installation, "has", lambda module: False)
    sentences = [algorithm.canExecute()[1] for algorithm in translated.values()]
    assert any(sentences) and all(sentence.startswith("⟦") for sentence in sentences if sentence)


def test_names_and_values_stay(provider, translated):
    for algorithm in provider.algorithms():
        other = translated[algorithm.name()]
        assert other.groupId() == algorithm.groupId()
        for plain, marked in zip(algorithm.parameterDefinitions(), other.parameterDefinitions()):
            assert (marked.name(), marked.defaultValue()) == (plain.name(), plain.defaultValue())
            if plain.type() == "enum":
                assert marked.options() == plain.options() and marked.usesStaticStrings()


def enumerations(algorithms):
    return [
        definition
        for algorithm in algorithms
        for definition in algorithm.parameterDefinitions()
        if definition.type() == "enum"
    ]


def entries(widget):
    return {widget.itemText(row): widget.itemData(row) for row in range(widget.count())}


def test_choices_are_shown_in_the_language_and_give_the_library_s_names(translated, qgis_processing):
    from processing.gui.wrappers import WidgetWrapperFactory

    for definition in enumerations(translated.values()):
        wrapper = WidgetWrapperFactory.create_wrapper(definition, None)
        shown = entries(wrapper.wrappedWidget() or wrapper.widget)
        shown.pop("⟦[Not selected]⟧", None)
        assert shown == {f"⟦{option}⟧": option for option in definition.options()}, definition.name()
        several = definition.allowMultiple()
        for value in definition.options():
            wrapper.setValue([value] if several else value)
            assert wrapper.widgetValue() == ([value] if several else value)
            assert definition.checkValueIsAcceptable(wrapper.widgetValue())
        if several:
            wrapper.setValue(definition.options()[:2])
            assert wrapper.widgetValue() == definition.options()[:2]
            wrapper.setValue(None)
            assert wrapper.widgetValue() == []


def test_the_default_is_chosen_at_first(translated, qgis_processing):
    from processing.gui.wrappers import WidgetWrapperFactory

    for definition in enumerations(translated.values()):
        wrapper = WidgetWrapperFactory.create_wrapper(definition, None)
        optional = definition.flags() & definition.Flag.FlagOptional
        # Of what must be chosen the first stands there.
        none = [] if definition.allowMultiple() else None if optional else definition.options()[0]
        assert wrapper.widgetValue() == (definition.defaultValue() or none), definition.name()


def test_in_english_choices_are_qgis_s_own(provider):
    assert [one.name() for one in enumerations(provider.algorithms()) if one.metadata()] == []


def test_the_library_speaks_english_in_any_language(translated, layer):
    from qgis.core import QgsProcessingContext

    given = {"INCIDENTS": layer, "CELL_SIZE": -5, "OUTPUT": "TEMPORARY_OUTPUT"}
    fine, sentence = translated["hotspots"].checkParameterValues(given, QgsProcessingContext())
    assert not fine and sentence == "cell_size must be above 0 metres, got -5."
