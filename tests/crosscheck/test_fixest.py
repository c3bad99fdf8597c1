"""Calls of fixest and did are those that R was given for the tracked numbers, and Debian's form finds these numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ruralpanel.crosscheck import debian, fixest
from ruralpanel.crosscheck.comparison import results_in
from ruralpanel.crosscheck.designs import CannotWrite
from ruralpanel.crosscheck.scripts import FORMS, PROGRAMS, script_of
from ruralpanel.crosscheck.written import WrittenBlock, save_data, written_block
from tests.conftest import equation
from tests.crosscheck.r import needs_rscript, require_r, said_by_r
from tests.parity.conftest import irregular
from tests.parity.test_fixest import CALLS, REFERENCE, SUN_ABRAHAM, fixest_term

AT_ONCE = {call: changes for call, changes in CALLS.items() if changes is not SUN_ABRAHAM}
"""What R was given, but for `sunab`, whose averages are of one call."""

OF_ADOPTION = ("imputation", "two_stage", "local_projections", "stacked", "first_differences")

IN_ANOTHER_UNIT = ("conley",)
"""Calls whose distance is in kilometres of another radius."""


def block_of(changes: dict[str, Any], name: str = "shared_4") -> WrittenBlock:
    """Give a block of one equation on one of the panels."""
    return written_block(irregular(name), "block", [equation(**changes)])


def call_in(block: WrittenBlock) -> str:
    """Give the call of fixest in a script, in the names of the tracked numbers."""
    (each,) = block.designs
    (line,) = [line for line in fixest.lines(each, block) if line.startswith("fit <- ")]
    return plain(line.removeprefix("fit <- "))


def plain(call: str) -> str:
    """Write a call without spaces, the name of its data and what stands for a default."""
    call = re.sub(r"\s|,data=s", "", call.replace(" ", "")).replace('"', "'")
    call = call.replace("listed", "designated").replace("made_e", "e").replace("made_cohort", "cohort_sa")
    # The tracked numbers are of fixest 0.12, in which arguments of ssc have other names.
    call = call.replace("ssc=ssc(adj=FALSE,cluster.adj=FALSE)", "ssc=corrected(FALSE)")
    return call.replace("ssc=ssc(fixef.K='full')", "ssc=corrected(TRUE,'full')")


@pytest.mark.parametrize("call", [call for call in AT_ONCE if not any(each in call for each in IN_ANOTHER_UNIT)])
def test_a_regression_is_written_as_the_call_that_gave_the_tracked_numbers(call: str) -> None:
    assert call_in(block_of(AT_ONCE[call])) == plain(call)


def test_averages_over_cohorts_are_written_as_sunab() -> None:
    changes = {**SUN_ABRAHAM, "always_treated": "drop", "missing_reference": "earlier"}
    assert call_in(block_of(changes)) == plain("feols(y ~ sunab(cohort_sa, year) | village + year, cluster=~county)")


def test_distances_are_in_kilometres_of_the_earth_of_fixest() -> None:
    for cutoff in (50, 200):
        (call,) = [call for call in AT_ONCE if f"conley({cutoff}," in call]
        written = re.search(r"cutoff=([0-9.]+),distance='spherical'", call_in(block_of(AT_ONCE[call])))
        assert written is not None and float(written[1]) == pytest.approx(cutoff, rel=1e-12)


def test_effects_by_cohort_and_period_are_written_as_did_is_called() -> None:
    block = block_of({"estimator": "callaway_santanna", "inference": {"cluster": ["village"]}})
    text = " ".join(fixest.lines(block.designs[0], block))
    for part in ('control_group = "nevertreated"', 'base_period = "varying"', 'est_method = "dr"', "anticipation = 0"):
        assert part in text


def test_coefficients_are_asked_for_by_the_names_that_fixest_prints() -> None:
    (call,) = [call for call in AT_ONCE if "designated:legacy" in call]
    block = block_of(AT_ONCE[call])
    text = "\n".join(fixest.lines(block.designs[0], block)).replace("listed", "designated")
    printed = REFERENCE[(REFERENCE["dataset"] == "shared_4") & (REFERENCE["spec"] == call)]["term"]
    assert len(printed) > 10
    assert all(f'"{term}"' in text for term in printed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shared_1", "shared_3"])
def test_what_debian_has_finds_the_numbers_that_fixest_printed(name: str, tmp_path: Path) -> None:
    require_r()
    equations = [equation(specification=f"s{n}", **changes) for n, changes in enumerate(AT_ONCE.values(), start=1)]
    block = written_block(irregular(name), "block", equations)
    (form,) = [form for form in FORMS if form.module is debian]
    text, covered = script_of("Shared panels", block, form)
    assert not [row for row in covered if row["reason"]]
    folder = tmp_path / "r"
    folder.mkdir()
    (tmp_path / "data").mkdir()
    save_data(block, tmp_path / "data/block.csv")
    for program in PROGRAMS:
        (folder / program.name).write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "block.debian.R").write_text(text, encoding="utf-8")
    said_by_r(folder / "block.debian.R")
    found = results_in([folder / "block.debian.csv"])
    calls = dict(zip((each.specification for each in equations), AT_ONCE, strict=True))
    found["spec"] = found["specification"].map(calls)
    for name_of in ("event_time", "period"):
        found[name_of] = pd.to_numeric(found[name_of]).astype("Int64")
    found["term"] = [fixest_term(row) for row in found.to_dict("records")]
    printed = REFERENCE[(REFERENCE["dataset"] == name) & REFERENCE["spec"].isin(AT_ONCE)]
    both = printed.merge(found, on=["spec", "term"], how="left", suffixes=("_printed", ""))
    points = np.where(both["spec"].str.contains("fepois"), 1e-5, 1e-6)
    assert (abs(both["estimate"] - both["estimate_printed"]) <= points).all()
    np.testing.assert_allclose(both["standard_error"], both["se"], rtol=1e-4)
    assert (both["observations"] == both["nobs"]).all()


@pytest.mark.slow
@needs_rscript
def test_scripts_are_programs_of_r_whatever_blocks_are_called(tmp_path: Path) -> None:
    hostile = 'a"); stop("read" # `x` \n 人均'
    equations = [equation(specification=f"s{n}", **changes) for n, changes in enumerate(CALLS.values())]
    equations.append(equation(estimator="callaway_santanna", outcome=hostile))
    equations += [equation(specification=name, estimator=name, window=[-1, 1]) for name in OF_ADOPTION]
    block = written_block(irregular("shared_4"), "block", equations)
    for form in FORMS:
        if form.language == "r":
            text, _ = script_of(hostile, block, form)
            (tmp_path / f"{form.name}.R").write_text(text, encoding="utf-8")
    for program in PROGRAMS:
        (tmp_path / f"shared_{program.name}").write_text(program.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "parse.r").write_text(
        'for (f in list.files(".", "[.]R$")) parse(f, encoding = "UTF-8")', encoding="utf-8"
    )
    said_by_r(tmp_path / "parse.r")


def test_an_estimator_without_a_script_is_named_with_the_reason() -> None:
    block = written_block(irregular("shared_4"), "block", [equation(estimator="triple_differences"), equation()])
    assert [(each.estimator, reason.code) for each, reason in block.without] == [
        ("triple_differences", "not_in_script")
    ]
    (form,) = [form for form in FORMS if form.name == "stata"]
    text, covered = script_of("Title", block, form)
    assert [row["reason"] for row in covered] == ["not_in_script", ""]
    assert "reghdfe made_y made_x1, absorb(village year) vce(cluster village) keepsingletons" in text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inference": {"variance": "spatial", "cutoff": 50.0, "kernel": "bartlett"}}, "variance_in_script"),
        ({"inference": {"small_sample": "cr3", "cluster": ["county"]}}, "correction_in_script"),
    ],
)
def test_standard_errors_that_fixest_has_not_are_refused(changes: dict[str, Any], code: str) -> None:
    block = block_of(changes)
    with pytest.raises(CannotWrite) as error:
        fixest.lines(block.designs[0], block)
    assert error.value.reason.code == code
