"""The compiled loops of least squares, loaded before anybody waits for them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ruralpanel.estimation.block import block_results
from ruralpanel.study.blocks import Equation
from ruralpanel.study.estimators import ESTIMATORS, TESTING_LEADS, WITH_ONE_CURVE


def load_compiled() -> None:
    """Estimate on a small made panel what most studies estimate, so that the loops are compiled, or read from the disk.

    A process needs a second or so for that, and the first one after a change of the program some ten.
    """
    random = np.random.default_rng(0)
    unit, period = np.divmod(np.arange(48), 6)
    panel = pd.DataFrame({"unit": unit, "period": period, "group": (unit // 2).astype("str")})
    panel["first"] = np.where(unit % 2, 3.0, np.nan)
    panel["treated"] = (panel["period"] >= panel["first"]).astype("int64")
    panel["treated_cohort"], panel["treated_event_time"] = panel["first"], panel["period"] - panel["first"]
    panel["outcome"], panel["control"] = random.normal(size=(2, len(panel)))
    shared: dict[str, object] = {"outcome": "outcome", "unit": "unit", "period": "period", "treatments": ["treated"]}
    shared |= {"inference": {"cluster": ["group"]}}
    asked: list[dict[str, object]] = [{"regressors": ["control"]}]
    without_more = [name for name in TESTING_LEADS if name in WITH_ONE_CURVE and not ESTIMATORS[name].example]
    asked += [{"estimator": name, "window": [-2, 2]} for name in without_more]
    block_results(panel, [Equation.model_validate({**shared, **each}) for each in asked], ["treated"])


if __name__ == "__main__":
    load_compiled()
