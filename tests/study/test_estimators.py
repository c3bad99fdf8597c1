"""The list of estimators: complete, and every entry has what it promises."""

from importlib.util import find_spec
from typing import get_args

import pytest

from ruralpanel.estimation.modules import estimator_module
from ruralpanel.study.blocks import Equation, Inference, Specification
from ruralpanel.study.estimators import ESTIMATORS, INFERENCE_OF_SOME, KEYS_OF_SOME, EstimatorName, reading
from tests.conftest import equation


def test_the_names_a_study_may_use_are_the_estimators_there_are():
    assert get_args(EstimatorName) == tuple(ESTIMATORS)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_has_a_module_and_a_description(name):
    assert find_spec(estimator_module(name)) is not None
    described = Specification.__pydantic_fields__["estimators"].description or ""
    assert f"`{name}`" in described


@pytest.mark.parametrize(("keys", "section"), [(KEYS_OF_SOME, Specification), (INFERENCE_OF_SOME, Inference)])
def test_keys_that_belong_to_some_are_keys_and_belong_to_some(keys, section):
    for key in keys:
        assert key in section.model_fields
        assert reading(key)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_an_estimator_reads_is_listed_among_what_only_some_read(name):
    assert set(ESTIMATORS[name].keys) <= set(KEYS_OF_SOME)
    assert set(ESTIMATORS[name].inference) <= set(INFERENCE_OF_SOME)


@pytest.mark.parametrize("key", ["synthetic", "switching", "group_time", "matching"])
def test_what_a_rule_is_handed_can_be_read_again(key: str) -> None:
    """Rules hold equations as text, with every default written out."""
    stated = equation(**{key: {"covariates": ["x"]} if key == "matching" else {}})
    assert Equation.model_validate_json(stated.model_dump_json()) == stated
