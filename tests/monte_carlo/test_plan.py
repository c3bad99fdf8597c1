from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ruralpanel.errors import StudyError
from ruralpanel.monte_carlo.plan import OF_EFFECTS, PLANS, Plan, admits, load_plan
from ruralpanel.study.blocks import Inference
from tests.conftest import ROOT
from tests.monte_carlo.conftest import small_plan


def written(folder: Path, **changes: Any) -> str:
    """Write a plan that differs from the one that is shipped, and give its folder."""
    contents = yaml.safe_load((ROOT / PLANS / "full.yaml").read_text(encoding="utf-8"))
    (folder / PLANS).mkdir(parents=True)
    (folder / PLANS / "full.yaml").write_text(yaml.safe_dump(contents | changes, sort_keys=False), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"replication": 10}, "replications"),
        ({"estimators": ["imputatoin"]}, "imputation"),
        ({"estimators": ["cohort_means"]}, "`cohort_means` has no target here"),
        ({"economy": {"ever_listd": 0.4}}, "did you mean “ever_listed”?"),
        ({"economy": {"ever_listed": 4.0}}, "the economy of homogeneous_unselected_30 cannot be made: `ever_listed`"),
        ({"economy": {"villages": 7}}, "the economy has no parameter `villages` to set"),
        ({"event_time": 3}, "`window` begins before event time -1 and ends after `event_time`"),
        ({"variances": {"conley": {"variance": "spatial"}}}, "needs a `cutoff` in km"),
    ],
)
def test_what_is_wrong_with_a_plan_is_told(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    folder = Path(written(tmp_path, **changes))
    with pytest.raises(StudyError) as raised:
        load_plan("full", folder)
    assert said in str(raised.value)
    assert "config/monte_carlo/full.yaml, line" in str(raised.value)


def test_a_plan_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="did you mean “full”"):
        load_plan("ful", Path(written(tmp_path)))


@pytest.mark.parametrize("name", ["full", "reduced"])
def test_shipped_plans_cross_all_their_levels(name: str) -> None:
    plan = load_plan(name, ROOT)
    designs = plan.designs()
    assert len({design.name for design in designs}) == len(plan.effects) * len(plan.selection) * len(plan.clusters)
    assert [design.is_selected for design in designs] == [not design.name.count("unselected") for design in designs]
    assert [design.is_heterogeneous for design in designs] == ["heterogeneous" in design.name for design in designs]
    assert set(plan.estimators) == set(OF_EFFECTS)


def test_the_plan_survives_the_way_to_a_job() -> None:
    plan = small_plan()
    again = Plan.model_validate_json(plan.without_numbers().model_dump_json())
    assert [design.parameters for design in again.designs()] == [design.parameters for design in plan.designs()]


def test_standard_errors_go_to_the_estimators_that_have_them() -> None:
    county, years = Inference(cluster=["county"]), Inference(cluster=["county", "year"])
    wild = Inference.model_validate({"cluster": ["county"], "bootstrap": {"draws": 99}})
    spatial = Inference(variance="spatial", cutoff=50.0)
    assert all(admits(name, county) for name in OF_EFFECTS)
    assert [name for name in OF_EFFECTS if admits(name, wild)] == ["two_way_fixed_effects", "event_study"]
    for inference in (years, spatial):
        assert [name for name in OF_EFFECTS if admits(name, inference)] == [
            "two_way_fixed_effects",
            "event_study",
            "sun_abraham",
        ]


def test_jobs_hold_every_replication_once_and_more_replications_only_add_jobs() -> None:
    short, long = (small_plan(replications=n, replications_a_job=10) for n in (40, 45))
    assert short.batches() == ["1-10", "11-20", "21-30", "31-40"]
    assert long.batches() == [*short.batches(), "41-45"]
