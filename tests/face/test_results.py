"""What a result shows: tables with broom's names, covariances, texts in which all is escaped, pictures."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels.panel import PanelOLS
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

import ruralpanel as rp
from ruralpanel.estimation.block import block_results
from ruralpanel.sensitivity.analysis import analyse
from ruralpanel.study.blocks import Inference
from ruralpanel.study.sensitivity import ANALYSES, HonestDid
from tests.conftest import equation

KEYS: dict[str, Any] = {"outcome": "y", "unit": "village", "period": "year", "cohort": "first"}

BROOM = ["estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high"]

EVIL = "<script>alert(1)</script> & | $x$ _a_ \\end{tabular} [link](http://a)"


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


@pytest.fixture
def study(frame: pd.DataFrame) -> rp.Result:
    return rp.event_study(frame, **KEYS, window=[-3, 2], cluster="village")


def test_tidy_has_the_names_of_broom_and_the_places_of_coefficients(study: rp.Result) -> None:
    rows = study.tidy()
    assert list(rows.columns[:11]) == ["term", "event_time", "event_time_bin", "cohort", "period", *BROOM]
    times = study.event_study()
    assert times["event_time"].tolist() == [-3, -2, -1, 0, 1, 2]
    reference = times[times["event_time"] == -1].iloc[0]
    assert (reference["estimate"], reference["reason"]) == (0.0, "reference period, zero by construction")
    assert (rows["outcome"] == "y").all()


def test_the_covariance_is_by_event_time_and_agrees_with_the_errors(study: rp.Result) -> None:
    vcov, times = study.vcov, study.event_study().set_index("event_time")
    assert vcov.index.tolist() == vcov.columns.tolist() == [-3, -2, 0, 1, 2]
    np.testing.assert_allclose(vcov, vcov.T)
    np.testing.assert_allclose(np.sqrt(np.diag(vcov)), times.loc[vcov.index, "std.error"].astype(float))
    assert np.linalg.eigvalsh(vcov).min() > 0


@pytest.mark.slow
def test_the_covariance_of_terms_is_that_of_least_squares(frame: pd.DataFrame) -> None:
    fit = rp.feols(frame, "y ~ on + x | village + year", cluster="village", small_sample="none")
    dummies = smf.ols("y ~ on + x + C(village) + C(year)", frame)
    theirs = dummies.fit(cov_type="cluster", cov_kwds={"groups": frame["village"], "use_correction": False})
    assert fit.vcov.index.tolist() == ["on", "x"]
    np.testing.assert_allclose(fit.vcov, theirs.cov_params().loc[["on", "x"], ["on", "x"]], rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.vcov)), fit.tidy()["std.error"], rtol=1e-12)
    counts = rp.poisson_fixed_effects(frame.assign(y=np.exp(frame["y"] / 4)), **KEYS, controls="x").vcov
    assert np.linalg.eigvalsh(counts).min() > 0 != counts.loc["treated", "x"]


def test_a_formula_is_least_squares_as_others_compute_it(frame: pd.DataFrame) -> None:
    fit = rp.feols(frame, "y ~ on + x | village + year", cluster="village")
    panel = frame.set_index(["village", "year"])
    theirs = PanelOLS(panel["y"], panel[["on", "x"]], entity_effects=True, time_effects=True).fit()
    np.testing.assert_allclose(fit.tidy()["estimate"], theirs.params, rtol=1e-9)
    assert fit.glance().iloc[0][["nobs", "n_units"]].tolist() == [320, 40]
    frame = frame.assign(region=np.where(frame["village"] < 20, "a", "b"))
    pooled = rp.feols(frame, "np.exp(y / 9) ~ on * x + C(region) + I(x**2)", small_sample="none")
    by_row = smf.ols("np.exp(y / 9) ~ on * x + C(region) + I(x**2)", frame).fit(cov_type="HC0").params
    ours = pooled.tidy().set_index("term")["estimate"]
    for term, estimate in ours.items():
        assert estimate == pytest.approx(by_row[str(term).replace("I(x**2)", "I(x ** 2)")], rel=1e-8), term
    assert len(ours) == 5
    assert pd.isna(pooled.glance().iloc[0]["n_units"])
    assert pooled.glance().iloc[0]["variance"] == "heteroskedastic"


def test_a_row_whose_group_is_missing_is_in_no_group(frame: pd.DataFrame) -> None:
    region = pd.array(["a", None, "b", "c"] * (len(frame) // 4), dtype="str")
    frame = frame.assign(region=region, part=frame["x"].where(frame.index % 5 > 0))
    formula = "y ~ region * x + I((part > 0) * 1)"
    ours = rp.feols(frame, formula)
    theirs = smf.ols(formula, frame.dropna(subset=["region", "part"])).fit()
    assert ours.glance()["nobs"].iloc[0] == theirs.nobs == 192
    np.testing.assert_allclose(sorted(ours.tidy()["estimate"]), sorted(theirs.params.drop("Intercept")), rtol=1e-9)
    asked = rp.feols(frame, "y ~ x + I(np.isnan(part) * 1.0)")
    assert asked.glance()["nobs"].iloc[0] == len(frame) and len(asked.tidy()) == 2


def test_a_formula_with_instruments_is_the_estimator_with_instruments(frame: pd.DataFrame) -> None:
    frame = frame.assign(z=frame["on"] + np.sin(np.arange(len(frame))))
    by_formula = rp.feols(frame, "y ~ x | village + year | on ~ z")
    by_name = rp.instrumental_variables(
        frame, outcome="y", unit="village", period="year", controls=["on", "x"], instruments="z", endogenous="on"
    )
    pd.testing.assert_frame_equal(by_formula.tidy(), by_name.tidy())
    assert by_formula.tidy()["first_stage_f"].notna().any()


def test_slopes_and_pairs_of_a_formula_are_those_of_the_door(frame: pd.DataFrame) -> None:
    by_formula = rp.feols(frame, "y ~ on | village[year] + county^year", unit="village", period="year")
    by_name = rp.two_way(
        frame, outcome="y", unit="village", period="year", treated="on", fixed_effects=["village[year]", "county*year"],
        cluster="village",
    )  # fmt: skip
    np.testing.assert_allclose(by_formula.overall["estimate"], by_name.overall["estimate"], rtol=1e-12)
    assert by_formula.glance().iloc[0]["fixed_effects"] == "village[year] + county*year"


class Read(HTMLParser):
    """Collect the tags of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.slow
def test_names_of_the_frame_cannot_leave_the_table(frame: pd.DataFrame) -> None:
    fit = rp.two_way(frame.rename(columns={"x": EVIL}), **KEYS, controls=[EVIL], label=EVIL)
    read = Read(fit._repr_html_())
    assert read.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "br"}
    assert any("<script>" in each for each in read.words)
    read = Read(rp.etable(fit, format="html"))
    assert read.tags <= {"table", "thead", "tbody", "tr", "th", "td", "p"}
    latex = rp.etable(fit, format="latex")
    assert latex.count(r"\end{tabular}") == 1
    assert r"\textbackslash{}end\{tabular\}" in latex
    assert r"\$x\$" in latex
    markdown = rp.etable(fit, format="markdown")
    assert len({line.replace(r"\|", "").count("|") for line in markdown.splitlines() if line.startswith("|")}) == 1
    assert r"\<script\>" in markdown
    assert r"\[link\]" in markdown
    rp.coefplot(fit).figure.canvas.draw()


def test_a_table_has_what_a_journal_prints(frame: pd.DataFrame) -> None:
    first = rp.feols(frame, "y ~ on | village + year", cluster="county")
    second = rp.sun_abraham(frame, **KEYS)
    lines = rp.etable(first, second, decimals=3).splitlines()
    assert lines[2].split() == ["Two-way", "Sun–Abraham"]
    rows = {line[:22].strip(): line[22:].split() for line in lines if line.strip()}
    assert rows["on"] == [f"{first.overall['estimate']:.3f}***"]
    assert rows["treated"] == [f"{second.overall['estimate']:.3f}***"]
    assert rows["Standard errors by"] == ["county", "village"]
    assert rows["Observations"] == ["320", "320"]
    assert "***" not in rp.etable(first, stars=False)
    assert f"({first.overall['std.error']:.3f})" in rp.etable(first, decimals=3)
    assert "event time −2" in rp.etable(rp.event_study(frame, **KEYS))


@pytest.mark.slow
def test_sensitivity_is_what_the_product_finds(study: rp.Result, panel: pd.DataFrame) -> None:
    asked = equation(
        block="frame", estimator="event_study", window=[-3, 2], inference=Inference(cluster=["village"]), seed=0
    )
    found = block_results(panel, [asked])
    declared = HonestDid(kind="honest_did", block="frame", relative_magnitudes=[1.0])
    expected = analyse("honest_did", declared, [asked], found.estimates, found.covariance)
    ours = rp.honest_did(study, relative_magnitudes=1.0)
    for column, name in (("value", "estimate"), ("interval_low", "conf.low"), ("interval_high", "conf.high")):
        np.testing.assert_allclose(ours.tidy()[name], expected[column], rtol=1e-9)
    assert "relative magnitudes 1" in repr(ours)
    assert "<table>" in ours._repr_html_()
    assert isinstance(ours.plot(), Axes)


@pytest.mark.slow
def test_every_analysis_can_be_made_of_a_result(frame: pd.DataFrame, study: rp.Result) -> None:
    regression = rp.two_way(frame, **KEYS, controls="x")
    gaps = rp.event_study(frame.drop(index=frame.index[::9]), **KEYS, window=[-3, 2], cluster="village")
    of_others = {"oster": regression, "omitted_variable": regression, "attrition_bounds": gaps}
    for kind in {*ANALYSES} - {"specification_curve"}:  # of several specifications, which no result is
        of = of_others.get(kind, study)
        assert getattr(rp, kind)(of).tidy()["estimate"].notna().any()
    benchmarked = rp.omitted_variable(regression, benchmarks="x")
    assert benchmarked.tidy()["under"].str.contains("x").any()
    with pytest.raises(rp.FrameError, match="benchmarks: `z` is not on the right-hand side"):
        rp.omitted_variable(regression, benchmarks="z")


@pytest.mark.slow
def test_a_picture_is_an_axes_with_words_and_units(frame: pd.DataFrame) -> None:
    found = rp.event_study(frame, **KEYS, window=[-3, 2], label="Income", measured_in="yuan")
    axes = found.plot()
    assert isinstance(axes, Axes)
    assert axes.get_title(loc="left") == "Income"
    assert axes.get_ylabel() == "Effect (yuan)"
    assert "Event time in years" in axes.get_xlabel()
    points = axes.containers[0][0].get_xydata()
    np.testing.assert_allclose(points[:, 1], found.event_study()["estimate"])
    assert found.plot(title="Pay", unit="€").get_ylabel() == "Effect (€)"


@pytest.mark.slow
def test_results_side_by_side_are_series_or_lines(frame: pd.DataFrame, study: rp.Result) -> None:
    other = rp.imputation(frame, **KEYS, window=[-3, 2])
    axes = rp.coefplot(study, other, names=["A", "B"])
    assert [len(each[0].get_xydata()) for each in axes.containers] == [6, len(other.event_study())]
    assert [text.get_text() for text in axes.figure.legends[0].get_texts()] == ["A", "B"]
    lines = rp.coefplot(rp.two_way(frame, **KEYS, controls="x"), rp.two_way(frame, **KEYS))
    assert [tick.get_text() for tick in lines.get_yticklabels()] == ["treated", "x"]
    means = rp.cohort_means(frame, **KEYS).plot()
    assert len(means.get_lines()) >= 4


def test_drawing_leaves_the_backend_and_the_style_alone(study: rp.Result) -> None:
    before = mpl.get_backend()
    mpl.use("svg")
    size = mpl.rcParams["font.size"]
    study.plot()
    assert mpl.get_backend() == "svg"
    assert mpl.rcParams["font.size"] == size
    mpl.use(before)


def test_a_summary_says_on_what_and_how(study: rp.Result) -> None:
    text = study.summary()
    assert repr(study) == str(study) == text
    assert text.startswith("y: event study with fixed effects")
    for said in ("320 observations, 40 units, 40 clusters", "fixed effects: village + year", "clustered by village"):
        assert said in text
    assert "reference period, zero by construction" in text


def test_a_summary_says_what_names_of_no_study_are_called_within(frame: pd.DataFrame) -> None:
    found = rp.event_study(frame.rename(columns={"y": "Net Pay"}), **{**KEYS, "outcome": "Net Pay"}, window=[-3, 2])
    assert found.summary().startswith("Net Pay: ")
    assert found.summary().endswith("in reasons and samples, net_pay is 'Net Pay'")


def test_the_ledger_says_what_became_of_the_rows(frame: pd.DataFrame) -> None:
    holes = frame.assign(y=frame["y"].where(frame.index > 9))
    ledger = rp.two_way(holes, **KEYS).ledger
    assert "30 units ever treated" in ledger["reason"].iloc[0]
    assert ledger["rows_out"].iloc[-1] == 310
