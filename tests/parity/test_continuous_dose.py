"""Effects over doses against moderndid, a port of the authors' R package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import dated, equation
from tests.parity.dose_and_eligibility_panels import AT, DOSES, dose_panel
from tests.worded import estimate_block

REFERENCE = pd.read_csv(Path(__file__).parent / "continuous_dose" / "reference.csv")


@pytest.mark.parametrize("call", DOSES)
def test_effects_and_responses_are_those_of_moderndid(call: str) -> None:
    asked = {"dose": "dose", "at": AT, **DOSES[call]}
    rows = estimate_block(dated(dose_panel(call)), [equation(estimator="continuous_dose", dose_response=asked)])[0]
    printed = REFERENCE[REFERENCE["call"] == call]
    for what, kinds in (("effect", ["overall", "effect_at"]), ("response", ["average", "response_at"])):
        own, theirs = rows[rows["kind"].isin(kinds)], printed[printed["what"] == what]
        np.testing.assert_allclose(own["estimate"], theirs["estimate"], rtol=0, atol=1e-9)
        known = theirs["standard_error"].notna().to_numpy()
        if call != "staggered":  # with several cohorts, the package takes their shares for known
            np.testing.assert_allclose(own["standard_error"][known], theirs["standard_error"][known], rtol=1e-7)
    assert known.sum() == len(AT)
