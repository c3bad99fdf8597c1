"""Where a number comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.__main__ import main
from ruralpanel.estimation.block import estimate_block
from ruralpanel.reasons import written
from ruralpanel.report.explanation import explanation
from ruralpanel.study.load import load_study
from ruralpanel.verification.inputs import ChangedInput, Input, changed_inputs
from tests.conftest import ROOT


@pytest.fixture
def explained(panel: pd.DataFrame) -> Callable[..., str]:
    """Give a function that explains the first number of a study with some inputs that have changed."""
    study = load_study("replications/castle", ROOT)
    equation = study.equations("baseline")[0]
    panel = panel.rename(columns={"village": equation.unit, "year": equation.period})
    panel = panel.assign(**{equation.outcome_column: 1.0 + panel["x"].abs(), "population": 1.0})
    for name in equation.treatments:
        panel[name] = panel["listed"]
        panel[f"{name}_event_time"] = panel["listed_event_time"]
        panel[f"{name}_cohort"] = panel["listed_cohort"]
    estimates, ledger = estimate_block(panel, [equation])
    steps = pd.DataFrame(
        [
            {"stage": "panel", "table": "panel", "step": step, "rows_in": 10, "rows_out": rows, "reason": reason}
            | {"made": made}
            for step, rows, reason, made in [
                ("base castle", 10, "its rows are the panel's rows", ""),
                ("derive unrelated", 10, "something else", '["unrelated"]'),
                (f"derive {equation.outcome_column}", 10, "of a column", written([equation.outcome_column])),
            ]
        ]
    )
    provenance = {name: {"rows": 10, "sha256": "abc"} for name in study.sources}

    def explain(changed: Sequence[ChangedInput] = ()) -> str:
        lines = pd.concat([steps, ledger])
        return explanation(
            estimates.iloc[0], "p_value", study, "replications/castle", lines, provenance, "f" * 64, changed
        )

    return explain


def test_an_explanation_names_equation_rows_code_and_sources(explained: Callable[..., str]) -> None:
    equation = load_study("replications/castle", ROOT).equations("baseline")[0]
    text = explained()
    assert text.startswith(f"baseline/{equation.specification}/{equation.outcome}/")
    assert "Asked for: p_value" in text
    assert f"derive {equation.outcome_column}: 10 → 10 (of a column)" in text
    assert "unrelated" not in text
    assert "abc" in text
    assert "./run results/replications/castle/estimates/baseline.csv --config study=replications/castle" in text


def test_an_explanation_names_the_raw_file_that_has_changed(explained: Callable[..., str]) -> None:
    assert "Changed since publication" not in explained()
    then = [Input("raw file", "castle", "castle.csv", "abc")]
    changed = changed_inputs([replace(each, sha256="abd") for each in then], then)
    assert "Changed since publication:\n  The raw file castle.csv (source castle) is not the one" in explained(changed)


def test_a_study_that_has_not_been_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("config", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    assert main(["explain", "baseline", "--config", "study=replications/castle"]) == 1
    assert "run it first: ./run --config study=replications/castle" in capsys.readouterr().err


def test_a_setting_that_is_none_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["explain", "baseline", "--config", "stduy=castle"]) == 1
    assert "did you mean “study=”?" in capsys.readouterr().err
