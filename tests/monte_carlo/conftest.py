from __future__ import annotations

from typing import Any

from ruralpanel.monte_carlo.plan import Plan, load_plan
from tests.conftest import ROOT


def small_plan(**changes: Any) -> Plan:
    """Give the plan that is shipped, with some keys changed and a few small designs."""
    usual = {"clusters": [12], "replications": 4, "replications_a_job": 2}
    return Plan.model_validate(load_plan("full", ROOT).model_dump() | usual | changes)
