"""Where a number comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ruralpanel.__main__ import main
from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.estimates import ROW, estimates_frame, no_estimate
from ruralpanel.estimation.modules import code_behind
from ruralpanel.frames.ledger import ledger_frame
from ruralpanel.frames.storage import save_json, save_table
from ruralpanel.lineage import code_digest
from ruralpanel.reasons import because, written
from ruralpanel.report.explanation import explanation
from ruralpanel.verification.inputs import ChangedInput, Input, changed_inputs
from tests.conftest import ROOT, shipped_study


@pytest.fixture
def explained(panel: pd.DataFrame) -> Callable[..., str]:
    """Give a function that explains the first number of a study with some inputs that have changed."""
    study = shipped_study("replications/castle")
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
    equation = shipped_study("replications/castle").equations("baseline")[0]
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


@pytest.mark.slow
def test_numbers_of_a_block_with_several_estimators_have_the_code_that_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "replications/castle"
    study = shipped_study(name)
    results = tmp_path / "results" / name
    for folder in ("config", "data"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    for block in study.blocks:
        equations = study.equations(block)
        why = because("no_rows_known")
        frames = [estimates_frame([([no_estimate(each, why, "effective_law")], each)]) for each in equations]
        save_table(with_rows(pd.concat(frames, ignore_index=True)), results / "estimates" / f"{block}.csv", key=[ROW])
        save_table(ledger_frame([]), results / "estimates" / f"{block}.ledger.csv", key=["line"])
    for source in study.sources:
        save_table(ledger_frame([]), results / "sources" / f"{source}.ledger.csv", key=["line"])
        save_json({"rows": 1, "sha256": "abc"}, results / "sources" / f"{source}.provenance.json")
    save_table(ledger_frame([]), results / "panel" / "panel.ledger.csv", key=["line"])
    monkeypatch.chdir(tmp_path)
    of_the_page = code_digest(*code_behind(study, "robust"))
    assert "ruralpanel.estimation.imputation" in code_behind(study, "robust")
    for estimator in ("two_stage", "imputation"):
        address = f"robust/weighted/homicide/{estimator}/effective_law"
        assert main(["explain", address, "--config", f"study={name}"]) == 0
        assert f"({of_the_page})" in capsys.readouterr().out


def with_rows(estimates: pd.DataFrame) -> pd.DataFrame:
    estimates.insert(0, ROW, range(1, len(estimates) + 1))
    return estimates
