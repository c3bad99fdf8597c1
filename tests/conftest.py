from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from xdist.scheduler import LoadGroupScheduling

from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.designation import date_designation
from ruralpanel.study.blocks import Equation, Inference
from ruralpanel.study.designation import Designation
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study

ROOT = Path(__file__).parent.parent

SHIPPED = [
    "china_counties",
    "county_lights",
    "taobao_villages",
    "replications/bank_branching",
    "replications/castle",
    "replications/enterprise_zones",
    "replications/famine",
    "replications/imputation",
    "replications/land_coupon",
    "replications/minimum_wage",
    "replications/proposition_99",
    "replications/social_insurance",
    "replications/two_stage",
    "replications/union_membership",
    "replications/wage_panel",
]
"""The studies that are shipped."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--runslow", action="store_true", help="also run whole studies, as CI does")


def pytest_configure(config: pytest.Config) -> None:
    """Try a few examples of each property in the daily run, and fifty with the slow tests."""
    thorough = config.getoption("--runslow")
    settings.register_profile("chosen", max_examples=50 if thorough else 4, deadline=None)
    settings.load_profile("chosen")


def fewer_examples(times: int) -> settings:
    """Try a share of the examples of a property that takes long, but three: the first is the simplest, often empty."""
    return settings(max_examples=max(3, settings().max_examples // times))


LONG = ("studies", "monte_carlo", "docs")
"""Folders of tests that run studies whole. These come first, so that no long one is alone on a processor at the end."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in LONG)
    if config.getoption("--runslow") or "slow" in str(config.getoption("-m")):
        return
    cases: dict[str, int] = {}
    left_out = [item for item in items if _is_left_out(item, cases)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _is_left_out(item: pytest.Item, cases: dict[str, int]) -> bool:
    """Tell a slow test, but for each so many-th of its cases where its mark says `but_each`; counts the cases."""
    marks = [mark.kwargs.get("but_each") for mark in item.iter_markers("slow")]
    if not marks or None in marks:
        return bool(marks)
    function = item.nodeid.split("[")[0]
    number = cases[function] = cases.get(function, -1) + 1
    return any(number % each for each in marks)


def pytest_collection_finish() -> None:
    """Keep what has been collected, which stays to the end, out of the rounds of the garbage collector."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling | None:
    """Give a process all tests of a group, and of a file where they are of none; or do as `--dist` says."""
    return ByGroupOrFile(config, log) if config.getoption("dist") == "loadgroup" else None


class ByGroupOrFile(LoadGroupScheduling):
    """Tests of a group (`xdist_group`) share what is made once for them, as those of a file do."""

    def _split_scope(self, nodeid: str) -> str:
        group = super()._split_scope(nodeid)
        return nodeid.split("::", 1)[0] if group == nodeid else group


@cache
def shipped_study(name: str) -> Study:
    """Load a study that is shipped, once for all tests of a process: it cannot be changed."""
    return load_study(name, ROOT)


@cache
def syntax_of(path: Path) -> ast.Module:
    """Parse a file of the program, once for all tests of a process; not to be changed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def dated(panel: pd.DataFrame, unit: str = "village", period: str = "year") -> pd.DataFrame:
    """Date the designation `listed` from a cohort column, as the panel stage does."""
    ordered = panel.sort_values([unit, period]).reset_index(drop=True)
    designation = Designation(cohort="cohort", never=[0])
    return date_designation(ordered, "listed", designation, unit, period, Ledger("panel", "panel", unit, period))


def equation(**changes: object) -> Equation:
    """Make an equation with the usual parts, and some of them changed."""
    usual: dict[str, object] = {
        "block": "block",
        "specification": "main",
        "outcome": "y",
        "outcome_column": "y",
        "transformation": "none",
        "estimator": "two_way_fixed_effects",
        "unit": "village",
        "period": "year",
        "treatments": ["listed"],
        "regressors": [],
        "moderators": [],
        "fixed_effects": ["village", "year"],
        "weights": None,
        "sample": None,
        "inference": Inference(cluster=["village"]),
        "window": None,
        "reference_period": -1,
        "always_treated": "drop",
        "comparison": "never_treated",
        "missing_reference": "earlier",
        "latitude": "lat",
        "longitude": "lon",
        "absorbing": True,
    }
    return Equation.model_validate(usual | changes)


@pytest.fixture(scope="session")
def made_panel() -> pd.DataFrame:
    """Forty villages over eight years in four cohorts and never, with an effect of 2; not to be changed."""
    random = np.random.default_rng(7)
    villages = np.arange(40)
    cohorts = np.array([0, 2003, 2005, 2006])[villages % 4]
    frame = pd.DataFrame(
        [(village, year, cohorts[village]) for village in villages for year in range(2000, 2008)],
        columns=["village", "year", "cohort"],
    )
    treated = (frame["cohort"] > 0) & (frame["year"] >= frame["cohort"])
    frame["x"] = random.normal(size=len(frame))
    frame["weight"] = random.uniform(0.5, 2, size=len(frame))
    frame["county"] = frame["village"] // 4
    noise = random.normal(0, 0.1, size=len(frame))
    frame["y"] = frame["village"] * 0.1 + (frame["year"] - 2000) * 0.3 + 2.0 * treated + 0.5 * frame["x"] + noise
    return dated(frame)


@pytest.fixture
def panel(made_panel: pd.DataFrame) -> pd.DataFrame:
    """Give a test the panel as its own."""
    return made_panel.copy()
