"""What a person in a notebook may do wrong: one exception that names the column and the nearest choice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ruralpanel as rp
from ruralpanel.study.estimators import ESTIMATORS

Changed = Callable[[pd.DataFrame], Any]

SPECIAL: dict[str, dict[str, Any]] = {
    "stacked": {"window": [-2, 1]},
    "local_projections": {"window": [-2, 1]},
    "instrumental_variables": {"instruments": ["x"]},
    "group_means": {"at": 2005},
    "continuous_dose": {"dose": "weight"},
    "sequential_g": {"mediators": ["x"]},
    "threshold_regression_discontinuity": {"running": "weight", "at": 1.0},
    "complementary_log_log": {"fixed_effects": "year"},
}

FRAMES: dict[str, tuple[Changed, str]] = {
    "no frame": (lambda frame: frame.to_dict("list"), "first argument is dict; expected a pandas DataFrame"),
    "no rows": (lambda frame: frame.head(0), "has no rows"),
    "a missing column": (lambda frame: frame.rename(columns={"y": "why"}), r"outcome: the frame has no column `y`"),
    "keys in the index": (
        lambda frame: frame.set_index(["village", "year"]),
        r"unit: `village` is in the index.*reset_",
    ),
    "rows twice": (lambda frame: pd.concat([frame, frame.head(3)]), "`village` and `year` do not tell rows apart: 6"),
    "a gap in the unit": (lambda frame: frame.assign(village=frame["village"].where(frame.index != 5)), "row.*is 5"),
    "a gap in the period": (
        lambda frame: frame.assign(year=frame["year"].where(frame.index > 1)),
        "period: `year` is m",
    ),
    "periods of text": (lambda frame: frame.assign(year=frame["year"].astype(str)), "'2000'.*frequency='year'"),
    "periods of words": (lambda frame: frame.assign(year="early"), "holds 'early'; expected whole numbers"),
    "periods of dates": (lambda frame: frame.assign(year=pd.to_datetime("2010-01-01")), "frequency='day'.*'year'"),
    "half periods": (lambda frame: frame.assign(year=frame["year"] + 0.5), r"holds 2000\.5; periods are whole"),
    "years and months": (lambda frame: frame.assign(year=frame["year"] * 100 + 7), "look like a year and a month"),
    "a cohort of text": (lambda frame: frame.assign(first="soon"), "cohort: `first` holds 'soon'.*never='soon'"),
    "zero for never": (lambda frame: frame.assign(first=frame["first"].fillna(0)), "holds 0 in 80 rows.*never=0"),
    "an indicator as cohort": (lambda frame: frame.assign(first=frame["on"]), "treated='first'"),
    "a cohort that moves": (
        lambda frame: frame.assign(first=frame["year"]),
        "`first` changes within 40 values of `vil",
    ),
    "half a cohort": (lambda frame: frame.assign(first=2003.5), r"holds 2003\.5; the first period treated"),
    "an outcome of text": (lambda frame: frame.assign(y="much"), "`y` holds 'much', and not numbers.*to_numeric"),
    "an outcome without bounds": (lambda frame: frame.assign(y=np.inf), "`y` is infinite in 320 rows"),
    "mixed units": (lambda frame: frame.assign(village=["a", *frame["village"].tolist()[1:]]), "holds text and int"),
    "two columns of one name": (lambda frame: pd.concat([frame, frame[["y"]]], axis=1), "has 2 columns called `y`"),
    "heads in two rows": (lambda frame: pd.concat({"a": frame}, axis=1), "names in several rows"),
}


@pytest.mark.slow(but_each=5)
@pytest.mark.parametrize(("wrong", "name"), list(product(FRAMES, ESTIMATORS)))
def test_a_frame_that_cannot_be_used(name: str, wrong: str, frame: pd.DataFrame) -> None:
    change, said = FRAMES[wrong]
    keys = {"outcome": "y", "unit": "village", "period": "year", "cohort": "first", **SPECIAL.get(name, {})}
    with pytest.raises(rp.FrameError, match=f"(?s){said}") as error:
        getattr(rp, name)(change(frame), **keys)
    assert isinstance(error.value, ValueError)
    assert f"rp.{name}" in str(error.value)


CALLS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a slip of the pen": ("two_way", {"controls": ["xx"]}, "controls: the frame has no column `xx`"),
    "in a product": (
        "two_way",
        {"fixed_effects": ["village", "count*year"]},
        "no column `count`.*did you mean “county”",
    ),
    "a wrong word": ("two_way", {"variance": "clusterd"}, "variance: .*did you mean “clustered”"),
    "three clusters": ("two_way", {"cluster": ["village", "year", "county"]}, "cluster: has more than 2 entries"),
    "no treatment": ("two_way", {"cohort": None}, "nothing says who is treated when"),
    "two treatments": ("two_way", {"treated": "on"}, "gives `cohort` and `treated`"),
    "never of an indicator": ("two_way", {"cohort": None, "treated": "on", "never": 0}, "there is no `cohort`"),
    "degrees as indicator": ("two_way", {"cohort": None, "treated": "x"}, "expected 0 and 1.*intensity='x'"),
    "no condition": ("two_way", {"sample": lambda: True}, "sample: is no condition in words"),
    "half a condition": ("two_way", {"sample": "year >"}, "sample: "),
    "unit is period": ("two_way", {"period": "village"}, "`village` is the unit too"),
    "a backward window": ("event_study", {"window": [3, -3]}, "window: runs backwards"),
    "a window of words": ("event_study", {"window": ["a", "b"]}, "window: is the text 'a'; expected a whole number"),
    "a wide decomposition": ("bacon_decomposition", {"controls": "x"}, "controls: .*without regressors"),
    "no such frequency": ("two_way", {"frequency": "yearly"}, "frequency: 'yearly' is no frequency.*“year”"),
    "a control twice": ("two_way", {"controls": ["x", "x"]}, "controls: lists `x` twice"),
    "nowhere": ("two_way", {"variance": "spatial", "cutoff": 9.0}, "`spatial` needs the columns.*latitude="),
    "outcome on both sides": ("two_way", {"controls": "y"}, "the outcome `y` is a regressor too"),
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", CALLS)
def test_an_argument_that_cannot_be_used(wrong: str, frame: pd.DataFrame) -> None:
    name, changes, said = CALLS[wrong]
    keys = {"outcome": "y", "unit": "village", "period": "year", "cohort": "first", **changes}
    with pytest.raises(rp.FrameError, match=f"(?s){said}"):
        getattr(rp, name)(frame, **keys)


def test_an_argument_that_is_not_there(frame: pd.DataFrame) -> None:
    with pytest.raises(rp.ArgumentError, match=r"has no argument `clusters`.*\n.*did you mean “cluster”") as error:
        rp.two_way(frame, outcome="y", unit="village", period="year", clusters="county")
    assert isinstance(error.value, TypeError)
    with pytest.raises(rp.ArgumentError, match="needs `period`"):
        rp.two_way(frame, outcome="y", unit="village")
    with pytest.raises(rp.ArgumentError, match="has no argument `controls`"):
        rp.callaway_santanna(frame, outcome="y", unit="village", period="year", cohort="first", controls="x")


@pytest.mark.parametrize("name", ["sun_abraham", "callaway_santanna", "synthetic_difference_in_differences"])
def test_no_never_treated_is_an_error_that_says_so(name: str, frame: pd.DataFrame) -> None:
    treated = frame[frame["first"].notna()]
    with pytest.raises(rp.NoEstimate, match=f"rp.{name}: .*(?:treated|never|compare)"):
        getattr(rp, name)(treated, outcome="y", unit="village", period="year", cohort="first")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y = x", "expected an outcome, a tilde and regressors"),
        ("y ~ xx | village", "no column `xx`"),
        ("y ~ x | vilage", "no column `vilage`.*did you mean “village”"),
        ("y ~ x | village | on ~ zz", "no column `zz`"),
        ("y ~ lag(x)", "does not know where a unit ends"),
        ("y ~ np.nothing(x)", "cannot be computed"),
        ("y ~ (x", "cannot be read"),
        ("y(~ I-[x])", "cannot be read"),
        ("y ~ x | village | on ~ x | year", "at most two bars"),
        ("y ~ 1 | village", "nothing on its right-hand side"),
    ],
)
def test_a_formula_that_cannot_be_used(formula: str, said: str, frame: pd.DataFrame) -> None:
    with pytest.raises(rp.FrameError, match=f"(?s){said}"):
        rp.feols(frame, formula)


def test_a_date_is_no_number_of_a_formula(frame: pd.DataFrame) -> None:
    frame = frame.assign(when=pd.Timestamp("2001-01-01") + pd.to_timedelta(frame.index % 3, unit="D"))
    with pytest.raises(rp.FrameError, match=r"(?s)`when` holds dates, and not numbers.*panel\['when'\]\.dt\.year"):
        rp.feols(frame, "y ~ x + when | village")
    assert len(rp.feols(frame, "y ~ x + C(when)").tidy()) == 3


def test_what_is_no_result_is_not_tabulated(frame: pd.DataFrame) -> None:
    fit = rp.feols(frame, "y ~ on | village + year")
    with pytest.raises(rp.FrameError, match="takes results of estimators, and not DataFrame"):
        rp.etable(fit, fit.tidy())
    with pytest.raises(rp.FrameError, match="did you mean “html”"):
        rp.etable(fit, format="htm")
    with pytest.raises(rp.FrameError, match="there are: on"):
        rp.etable(fit, terms="off")
    with pytest.raises(rp.FrameError, match="there are 1 results, and 2 names"):
        rp.coefplot(fit, names=["a", "b"])
    with pytest.raises(rp.ArgumentError, match="expected what rp"):
        rp.honest_did(fit.tidy())
    with pytest.raises(rp.NoAnalysis, match="this result is of two_way_fixed_effects"):
        rp.honest_did(fit)
    with pytest.raises(rp.FrameError, match="relative_magnitudes: "):
        rp.honest_did(fit, relative_magnitudes=[-1])
    with pytest.raises(LookupError, match="no effect over all event times"):
        _ = rp.event_study(frame, outcome="y", unit="village", period="year", cohort="first").overall


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ I(x.to_csv('x'))", "does more than compute from columns"),
        ("log(y.abs()) ~ x", "does more than compute from columns"),
        ("y ~ np.load('x')", "does more than compute from columns"),
        ("y ~ I([v for v in x])", "does more than compute from columns"),
        ("~ x", "is no formula with a tilde"),
        ("y ~ C(x, Treatment('zz'))", "cannot be computed"),
        ("y ~ exec('1'.)", "cannot be read"),
    ],
)
def test_formulas_compute_and_do_nothing_else(formula: str, said: str) -> None:
    frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 3.0], "x": [1.0, 2.0, 3.0, 5.0]})
    with pytest.raises(rp.FrameError, match=said):
        rp.feols(frame, formula)
