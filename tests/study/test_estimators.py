"""The registry of estimators: complete, every entry has what it promises, and no other file names an estimator."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from importlib.util import find_spec

import pytest
from pydantic import TypeAdapter, ValidationError

from ruralpanel.estimation.modules import estimator_module
from ruralpanel.lineage import modules_behind
from ruralpanel.study.blocks import Equation, Inference, Specification
from ruralpanel.study.estimators import ESTIMATORS, INFERENCE_OF_SOME, KEYS_OF_SOME, EstimatorName, reading
from tests.conftest import ROOT, equation, syntax_of

SOURCE = ROOT / "src/ruralpanel"
OF_ITS_OWN = ("study/estimators", *(f"estimation/{name}" for name in ESTIMATORS))
"""Where an estimator may be named: among the registrations, and in its module."""
WORDS = re.compile(rf"(?<![\w./:])({'|'.join(name for name in ESTIMATORS if '_' in name)})(?!\w)")
"""The names that are no words of the language, anywhere in a text; the others count where they are all of it."""


def names_in(tree: ast.Module) -> list[tuple[int, str]]:
    """List the estimators that a program names in a string that is no docstring, by line."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Expr | ast.Constant)]
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        if node.value in ESTIMATORS or WORDS.search(node.value)
    ]


@pytest.mark.slow
def test_no_other_file_names_an_estimator() -> None:
    others = [path for path in SOURCE.rglob("*.py") if not path.relative_to(SOURCE).as_posix().startswith(OF_ITS_OWN)]
    named = [(path, *each) for path in sorted(others) for each in names_in(syntax_of(path))]
    # The analyses of an event study share a module whose name is that of an estimator.
    assert [each for each in named if each[2] != "ruralpanel.sensitivity.event_study"] == []


def test_names_are_found_where_they_are_compared_and_in_texts_and_not_in_docstrings() -> None:
    program = '''
def f(equation):
    """As in sun_abraham."""
    if equation.estimator == "stacked":
        return "estimators: [two_way_fixed_effects]"
    return f"a stacked {equation}"
'''
    assert names_in(ast.parse(program)) == [(4, "stacked"), (5, "estimators: [two_way_fixed_effects]")]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_has_a_module_and_a_description(name: str) -> None:
    assert find_spec(estimator_module(name)) is not None
    described = Specification.__pydantic_fields__["estimators"].description or ""
    assert f"`{name}`: {ESTIMATORS[name].meaning}." in described


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_registration_is_in_a_module_of_its_name(name: str) -> None:
    assert import_module(f"ruralpanel.study.estimators.{name}").ESTIMATOR is ESTIMATORS[name]


def test_what_is_registered_counts_for_the_code_behind_a_block() -> None:
    behind = modules_behind("ruralpanel.estimation.block")
    assert {f"ruralpanel.study.estimators.{name}" for name in ESTIMATORS} <= behind


@pytest.mark.parametrize(("keys", "section"), [(KEYS_OF_SOME, Specification), (INFERENCE_OF_SOME, Inference)])
def test_keys_that_belong_to_some_are_keys_and_belong_to_some(
    keys: tuple[str, ...], section: type[Specification | Inference]
) -> None:
    for key in keys:
        assert key in section.model_fields
        assert reading(key)


@pytest.mark.parametrize("name", [name for name, each in ESTIMATORS.items() if each.target])
def test_a_target_is_a_function_of_the_monte_carlo(name: str) -> None:
    module, _, function = ESTIMATORS[name].target.partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize(
    ("name", "words", "head", "method"),
    [
        (
            "poisson_fixed_effects",
            "Poisson regression with fixed effects, whose coefficients are of the log of the mean",
            "Poisson regression with fixed effects, whose coefficients are of the log of the mean",
            "Poisson regression with fixed effects",
        ),
        (
            "chaisemartin_dhaultfoeuille",
            "differences around first changes of treatment (de Chaisemartin and D’Haultfœuille 2024; over all event "
            "times, the average total effect per unit of treatment)",
            "differences around first changes of treatment",
            "differences around first changes of treatment",
        ),
        (
            "first_differences",
            "first differences, from each period to the next",
            "first differences, from each period to the next",
            "first differences",
        ),
    ],
)
def test_words_are_put_together_of_parts(name: str, words: str, head: str, method: str) -> None:
    each = ESTIMATORS[name]
    assert (each.words, each.head, each.method) == (words, head, method)


def test_a_name_is_of_an_estimator_or_of_a_function_in_a_file() -> None:
    names = TypeAdapter(EstimatorName)
    for good in (*ESTIMATORS, "my_estimator.py:estimate"):
        assert names.validate_python(good) == good
    for bad in ("two_way", "elsewhere/my_estimator.py:estimate", "../my_estimator.py:estimate", "my_estimator.py"):
        with pytest.raises(ValidationError, match="is no estimator"):
            names.validate_python(bad)


def test_an_equation_is_made_of_outcome_unit_period_and_treatment_alone() -> None:
    made = Equation(outcome="Income", unit="Village", period="year", treatments=["listed"])
    assert made.outcome_column == "Income"
    assert made.fixed_effects == ["Village", "year"]
    assert made.inference.cluster == ["Village"]
    assert made == Equation(
        outcome="Income", unit="Village", period="year", treatments=["listed"], inference=Inference()
    )


def test_clusters_that_are_stated_stay() -> None:
    made = Equation(outcome="y", unit="village", period="year", inference=Inference(cluster=["county"]))
    spatial = Equation(outcome="y", unit="village", period="year", inference=Inference(variance="spatial", cutoff=10.0))
    assert (made.inference.cluster, spatial.inference.cluster) == (["county"], None)


@pytest.mark.parametrize("key", ["synthetic", "switching", "group_time", "matching"])
def test_what_a_rule_is_handed_can_be_read_again(key: str) -> None:
    """Rules hold equations as text, with every default written out."""
    stated = equation(**{key: {"covariates": ["x"]} if key == "matching" else {}})
    assert Equation.model_validate_json(stated.model_dump_json()) == stated
