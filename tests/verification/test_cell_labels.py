"""Labels of published numbers: the row and the column a reader finds them in, and no two the same."""

from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.estimation.block import estimate_block
from ruralpanel.estimation.terms import average, effect_at
from ruralpanel.reasons import written
from ruralpanel.verification.cell_labels import cell_labels
from ruralpanel.verification.published import ShownIn, keep_as_published
from ruralpanel.verification.verdict import PLACE
from tests.conftest import equation
from tests.exhibits.conftest import declaration

OVERALL = "block/main/y/two_way_fixed_effects"


@pytest.fixture(scope="module")
def estimates(made_panel: pd.DataFrame) -> pd.DataFrame:
    equations = [
        equation(regressors=["x"]),
        equation(specification="weighted", weights="weight"),
        equation(estimator="event_study", window=[-3, 2]),
        equation(estimator="cohort_means"),
    ]
    return estimate_block(made_panel, equations)[0]


def test_a_number_of_a_table_has_its_row_and_its_column(estimates: pd.DataFrame) -> None:
    labels = cell_labels(estimates, declaration("regression_table"))
    assert labels[f"{OVERALL}/x"] == "Share <5%, column (1), Income_per head (log), two-way fixed effects"
    weighted = labels["block/weighted/y/two_way_fixed_effects/listed"]
    assert weighted == "Listed village, column (2), Income_per head (log), Weighted"


def test_a_number_that_a_table_does_not_print_says_so(estimates: pd.DataFrame) -> None:
    labels = cell_labels(estimates, declaration("regression_table", terms=["listed"]))
    assert labels[f"{OVERALL}/x"] == "not printed, Share <5%, Income_per head (log), two-way fixed effects"
    assert labels[f"{OVERALL}/listed"] == "Listed village, column (1), Income_per head (log), two-way fixed effects"


@pytest.mark.slow
def test_what_stands_below_a_coefficient_belongs_to_its_row(estimates: pd.DataFrame) -> None:
    shown = declaration("regression_table", minimum_detectable_effect=True)
    assert cell_labels(estimates, shown) == cell_labels(estimates, declaration("regression_table"))


def test_a_number_of_a_figure_has_its_event_time_or_its_cohort(estimates: pd.DataFrame) -> None:
    labels = cell_labels(estimates, declaration("event_study_figure"))
    assert labels["block/main/y/event_study/listed@event_time=-2"].startswith("Listed village, event time −2, Income")
    assert labels["block/main/y/event_study/listed@event_time=-3"].startswith("Listed village, event time ≤ −3, Income")
    means = [label for address, label in labels.items() if "cohort_means" in address]
    assert any(label.startswith("treated from 20") and ", in 20" in label for label in means)
    assert any(label.startswith("never") for label in means)


def test_terms_of_several_words_are_put_into_words(estimates: pd.DataFrame) -> None:
    first = estimates[estimates["estimator"] == "two_way_fixed_effects"].iloc[[0]]
    product = {"term": "listed*share_away", "effect_of": "listed*share_away"}
    terms = [product, average("listed", "mean of cohorts"), effect_at("listed", "share_away", -1.5)]
    rows = pd.concat([first.assign(**{**term, "at": written(term.get("at"))}) for term in terms])
    labels = [label.split(", Income")[0] for label in cell_labels(rows, declaration("event_study_figure")).values()]
    assert labels == [
        "Listed village × share away",
        "Listed village, mean of cohorts",
        "Listed village at share away = −1.5",
    ]


@pytest.mark.slow
def test_no_two_numbers_have_the_same_label(estimates: pd.DataFrame) -> None:
    twice = pd.concat([estimates, estimates.assign(block="other"), estimates.assign(block="other", term="x, listed")])
    twice = twice.drop_duplicates(PLACE)
    for kind in ("regression_table", "event_study_figure"):
        labels = cell_labels(twice, declaration(kind, blocks=["block", "other"]))
        assert len(set(labels.values())) == len(labels)
        kept = keep_as_published(twice, [ShownIn("Table 1", ["block", "other"], 3, labels)], "run")
        assert not kept.duplicated(["cell", "statistic"]).any()
        assert kept["cell"].str.startswith("Table 1: ").all()


def test_a_number_without_a_label_is_called_by_its_address(estimates: pd.DataFrame) -> None:
    kept = keep_as_published(estimates, [ShownIn("Table 1", ["block"], 3)], "run")
    assert f"Table 1: {OVERALL}/listed" in set(kept["cell"])
