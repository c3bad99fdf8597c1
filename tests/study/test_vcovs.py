"""The registry of standard errors: complete, asked and not named by others, and enough to add a kind by."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.modules import covariance_modules
from ruralpanel.monte_carlo.words import words_of_variance
from ruralpanel.study.blocks import Inference
from ruralpanel.study.estimators import ESTIMATORS
from ruralpanel.study.vcovs import CORRECTIONS, KEYS_OF_SOME, VCOVS, Vcov, covariance_module, with_key
from ruralpanel.words.estimates import short_variance, variance_words
from ruralpanel.words.frames import in_words
from tests.conftest import equation
from tests.study.conftest import Repository

BY_PERIOD = Vcov(
    module="tests.inference.by_period",
    meaning="allows any correlation within a period",
    words="by period (nobody 2000; {settings})",
    short="by period, {settings}",
    in_plan="by period",
    many="periods",
    freedom="periods less one",
)


@pytest.mark.parametrize("name", VCOVS)
def test_an_entry_has_a_module_and_keys_that_there_are(name: str) -> None:
    vcov = VCOVS[name]
    assert callable(import_module(vcov.module).covariance)
    assert set(vcov.needs) <= set(vcov.keys) <= set(KEYS_OF_SOME)
    assert set(vcov.corrections) <= set(CORRECTIONS)
    assert Inference.model_fields["small_sample"].default in vcov.corrections
    assert f"`{name}` {vcov.meaning}" in str(Inference.model_fields["variance"].description)


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_correction_has_a_module_or_is_a_factor_and_some_variance_takes_it(name: str) -> None:
    taking = [variance for variance, each in VCOVS.items() if name in each.corrections]
    assert taking
    for variance in taking:
        assert callable(import_module(covariance_module(variance, name)).covariance)
    assert f"`{name}` {CORRECTIONS[name].meaning}" in str(Inference.model_fields["small_sample"].description)


def test_keys_of_some_are_keys_and_belong_to_some() -> None:
    for key in KEYS_OF_SOME:
        assert key in Inference.model_fields
        assert with_key(key)


def test_the_defaults_are_the_first() -> None:
    assert (Inference().variance, Inference().small_sample) == (next(iter(VCOVS)), next(iter(CORRECTIONS)))


def test_nothing_else_tells_kinds_apart_by_name(root: Path) -> None:
    names = "|".join([*VCOVS, "cr2", "cr3"])
    asked = re.compile(rf"""(?:variance|small_sample)["'\]]*\s*(?:==|!=|in|not in)\s*[("'\[{{]*(?:{names})\b""")
    assert asked.search('if inference.variance == "spatial":') and asked.search('x.variance in ("homoskedastic",)')
    own = {root / "src/ruralpanel/inference/leverage.py"}  # which of its two is asked for
    for path in set((root / "src/ruralpanel").rglob("*.py")) - own:
        assert not asked.search(path.read_text(encoding="utf-8")), path


def test_code_behind_a_block_is_that_of_its_standard_errors() -> None:
    spatial = Inference(variance="spatial", cutoff=50.0)
    assert covariance_modules([spatial]) == ["ruralpanel.inference.spatial"]
    few = [Inference(small_sample="cr2"), Inference(small_sample="cr3"), Inference()]
    assert covariance_modules(few) == ["ruralpanel.inference.clustered", "ruralpanel.inference.leverage"]


@pytest.mark.parametrize(
    ("inference", "said"),
    [
        ({"variance": "driscoll_kray"}, "did you mean “driscoll_kraay”?"),
        ({"small_sample": "cr1"}, "is not one of the valid words"),
        ({"bandwidth": 2}, "`bandwidth` goes with `variance: driscoll_kraay`"),
        (
            {"variance": "driscoll_kraay", "cutoff": 50},
            "`cutoff` goes with `variance: spatial`; `variance: driscoll_kr",
        ),
        ({"variance": "driscoll_kraay", "cluster": ["county"]}, "`cluster` goes with `variance: clustered`"),
        (
            {"variance": "driscoll_kraay", "small_sample": "cr2"},
            "no small-sample correction such as cr2; valid here: fi",
        ),
        ({"variance": "driscoll_kraay", "bandwidth": -1}, "greater than or equal to 0"),
        ({"variance": "heteroskedastic", "cluster": ["county"]}, "`cluster` goes with `variance: clustered`"),
        ({"variance": "homoskedastic", "small_sample": "cr3"}, "no small-sample correction such as cr3"),
        ({"small_sample": "cr2", "cluster": ["county", "year"]}, "`small_sample: cr2` is of clusters in one dimension"),
    ],
)
def test_what_does_not_go_together_is_said(repository: Repository, inference: dict[str, Any], said: str) -> None:
    repository.at("blocks.main")["inference"] = inference
    assert said in repository.complaint_with_lines()


NO_LEVERAGE = sorted(
    name for name, each in ESTIMATORS.items() if not each.tells_leverage and "variance" not in each.without
)


@pytest.mark.parametrize("name", NO_LEVERAGE)
def test_estimators_without_leverage_refuse_it_by_name(repository: Repository, name: str) -> None:
    block = repository.at("blocks.main")
    block["estimators"] = [name]
    block["inference"] = {"small_sample": "cr3"}
    assert f"{name} has no `cr3`, which is of regressions by least squares" in repository.complaint_with_lines()


@pytest.mark.parametrize("name", ["stacked", "extended_two_way", "complementary_log_log"])
def test_estimators_of_one_dimension_of_clusters_refuse_driscoll_kraay(repository: Repository, name: str) -> None:
    block = repository.at("blocks.main")
    block["estimators"] = [name]
    if ESTIMATORS[name].by_cohort:
        block["window"] = [-1, 1]
    block["inference"] = {"variance": "driscoll_kraay"}
    assert f"{name} has standard errors clustered in one dimension" in repository.complaint_with_lines()


def test_notes_say_what_was_done() -> None:
    few = {"variance": "clustered", "clustered_by": '["county"]', "spatial": "", "small_sample": "cr2"}
    assert variance_words(few, {"county": "County"}).startswith("clustered by county, CR2, with Satterthwaite degrees")
    assert short_variance(few, {}, "in_table") == "by county, CR2"
    assert words_of_variance(Inference(cluster=["county"], small_sample="cr3")) == "clustered by county, CR3"
    kraay = {"variance": "driscoll_kraay", "clustered_by": "[]", "spatial": "Bartlett kernel", "small_sample": "none"}
    assert variance_words(kraay, {}) == "Driscoll–Kraay (1998; Bartlett kernel), without small-sample correction"
    assert short_variance(kraay, {}) == "Driscoll–Kraay, Bartlett kernel"
    assert short_variance({**few, "variance": "jackknife", "small_sample": ""}, {}) == "jackknife"


def test_a_kind_is_added_by_its_module_and_entry_alone(
    repository: Repository, panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.at("blocks.main")["inference"] = {"variance": "by_period"}
    assert "is not one of the valid words" in repository.complaint()
    monkeypatch.setitem(VCOVS, "by_period", BY_PERIOD)
    (stated,) = repository.load().equations("main")[:1]
    assert stated.inference.cluster is None
    asked = equation(inference={"variance": "by_period", "small_sample": "none"}, regressors=["x"])
    found = estimate_block(panel, [asked])[0]
    clustered = equation(inference={"cluster": ["year"], "small_sample": "none"}, regressors=["x"])
    np.testing.assert_allclose(found["standard_error"], estimate_block(panel, [clustered])[0]["standard_error"])
    row = in_words(found, None).iloc[0].to_dict()
    assert (row["degrees_of_freedom"], row["clustered_by"]) == (7, "[]")
    assert variance_words(row, {}) == "by period (nobody 2000; bandwidth 8), without small-sample correction"
    assert short_variance(row, {}, "in_table") == "by period, bandwidth 8"
    assert words_of_variance(asked.inference) == "by period"
    assert covariance_modules([asked.inference]) == ["tests.inference.by_period"]
    repository.at("blocks.main")["inference"] = {"variance": "by_period", "bootstrap": {}}
    assert "`bootstrap` goes with `variance: clustered`" in repository.complaint()
