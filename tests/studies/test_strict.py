"""A study that is strict ends with all that nobody asked for, and has everything that the run made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.small_study import STUDY, write_small_study
from tests.studies.conftest import Checkout

pytestmark = pytest.mark.slow


def test_a_strict_study_ends_with_an_error_and_loses_nothing(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "checkout")
    write_small_study(checkout.folder)
    study = checkout.folder / "config/studies/small.yaml"
    strict = STUDY.replace(
        "estimators: [two_way_fixed_effects]",
        "estimators: [two_way_fixed_effects]\n    regressors: [height]\n"
        "    strict: [collinear, dropped_rows, singletons]",
    )
    study.write_text(f"{strict}\nstrict: all\n", encoding="utf-8")
    result = checkout.run("small")
    assert result.returncode != 0
    said = " ".join(result.stderr.split())
    assert "What nobody asked for has happened, and `strict` makes it an error (2 problems):" in said
    assert "block effects: rows that are set aside, 40 rows in 1 of 1 equation" in said
    assert "height: collinear with the fixed effects or other terms, and left out" in said
    assert "out of `strict`" not in said and "Traceback" not in said
    results = checkout.folder / "results/small"
    assert not (results / "accepted").exists()
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "height: collinear with the fixed effects or other terms, and left out" in page
    assert (results / "report/paper.pdf").is_file() or list(results.rglob("*.pdf"))
    study.write_text(strict.replace("strict: [collinear, dropped_rows, singletons]", "strict: []"), encoding="utf-8")
    assert checkout.run("small").returncode == 0
