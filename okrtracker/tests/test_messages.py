"""The catalogues: whole, compiled, and of the texts that the code has."""

import ast
import gettext

import pytest

from okrtracker.tests.messages import (
    PLACES,
    catalogues,
    in_the_code,
    python_files,
    read,
    templates,
    unmarked_in,
)

EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}
# With DEBUG alone, in the language of the code.
FOR_BUILDERS = {"styleguide.html"}
# Names, keys, kinds of file, and what a page hands to its base as an attribute.
SAME_EVERYWHERE = {
    *("okrtracker", "· okrtracker", ": · okrtracker", "CSV", "HTML", "Markdown"),
    *("Alt", "Ctrl", "Enter", "Tab", 'data-passkey="add"'),
}

each_language = pytest.mark.parametrize("catalogue", catalogues(), ids=lambda path: path.parts[-3])


def test_there_is_german():
    assert [path.parts[-3] for path in catalogues()] == ["de"]


@each_language
def test_every_text_of_the_code_is_in_the_catalogue_and_no_other(catalogue):
    texts, known = in_the_code(), set(read(catalogue))
    missing = {key: str(texts[key]) for key in texts.keys() - known}
    assert not missing, f"Run `make messages` and translate: {missing}"
    assert not known - texts.keys(), "Run `make messages`: these are said nowhere any more."


@each_language
def test_every_text_is_translated(catalogue):
    for entry in read(catalogue).values():
        assert not entry.is_fuzzy, f"guessed, not translated: {entry.text}"
        assert sorted(entry.translations) == ([0, 1] if entry.plural else [0]), entry.text
        assert all(text.strip() for text in entry.translations.values()), entry.text


@each_language
def test_a_translation_fills_in_what_the_text_fills_in(catalogue):
    for entry in read(catalogue).values():
        texts = [entry.text, entry.plural] if entry.plural else [entry.text]
        for number, text in enumerate(texts):
            assert set(PLACES.findall(entry.translations[number])) == set(PLACES.findall(text)), text


@each_language
def test_what_is_compiled_is_what_was_written(catalogue):
    """The product starts on machines without gettext, so the compiled catalogue is part of it."""
    with catalogue.with_suffix(".mo").open("rb") as file:
        compiled = {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}
    written = {}
    for (context, text), entry in read(catalogue).items():
        key = f"{context}\x04{text}" if context else text
        for number, translation in entry.translations.items():
            written[(key, number) if entry.plural else key] = translation
    assert compiled == written, "Run `make messages`."


def test_templates_say_nothing_that_is_not_marked():
    found = {path: unmarked_in(text) - SAME_EVERYWHERE for path, text in templates()}
    assert {path.name for path, words in found.items() if words} == FOR_BUILDERS


def test_what_is_unmarked_in_a_template_is_found():
    source = '<a title="Go on" class="b c">{{ name }} goes {% translate "on" %}</a>'
    assert unmarked_in(source) == {"Go on", "goes"}
    assert unmarked_in("{% blocktranslate %}This is {{ one }}.{% endblocktranslate %}{# unsaid #}") == set()


def test_nothing_is_translated_while_a_module_is_imported():
    """It would stay in the language of whoever came first: what is said at import has to be lazy."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in python_files()}
    assert not [str(path) for path, tree in trees.items() if _eager_names(tree) & {*_called_at_import(tree)}]


def _eager_names(tree):
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in EAGER
    }


def _called_at_import(node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name):
            yield child.func.id
        yield from _called_at_import(child)
