"""The examples in the docstrings of goals.figures hold."""

import doctest
import importlib
import pkgutil

import pytest

from goals import figures

MODULES = [module.name for module in pkgutil.iter_modules(figures.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    module = importlib.import_module(f"goals.figures.{name}")
    assert doctest.testmod(module).failed == 0


def test_there_are_examples():
    found = doctest.DocTestFinder().find(importlib.import_module("goals.figures.means"))
    assert sum(len(test.examples) for test in found) > 0
