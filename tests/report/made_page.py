"""A page of the default study with small numbers, for tests that look at pages."""

from __future__ import annotations

from functools import cache

import pandas as pd

from ruralpanel.diagnosis.finding import Finding, findings_frame, not_run, silent
from ruralpanel.estimation.block import estimate_block
from ruralpanel.exhibits.printed_table import as_html
from ruralpanel.frames.ledger import Ledger
from ruralpanel.panel.balance import balance
from ruralpanel.panel.codebook import codebook, missingness
from ruralpanel.panel.legacies.capacities import add_legacies
from ruralpanel.panel.lists import EVENT_COLUMNS
from ruralpanel.reasons import because
from ruralpanel.report.exhibits import ShownExhibit
from ruralpanel.report.page import PageContents
from ruralpanel.study.blocks import Block
from ruralpanel.study.claims import Claim
from ruralpanel.study.model import Study
from ruralpanel.study.panel import ColumnOrigin
from ruralpanel.verification.published import nothing_published
from ruralpanel.verification.scorecard import score_claims
from ruralpanel.verification.verdict import judge
from tests.conftest import equation, shipped_study
from tests.exhibits.conftest import declaration
from tests.worded import print_table

EVENTS = pd.DataFrame(
    [
        ("taobao_village", 1, 2017, "first listing", ""),
        ("taobao_village", 2, 2019, "first listing", ""),
        ("taobao_village", 2, 2019, "uncertain onset", ""),
        ("taobao_village", 3, 2019, "first listing", ""),
        ("taobao_village", 1, 2019, "exit", ""),
    ],
    columns=EVENT_COLUMNS,
)


FINDINGS = findings_frame(
    [
        (
            "taobao_village",
            "income",
            Finding(
                "anticipation",
                "warning",
                {"p": 0.01},
                because("moves_before_treatment", time=-1, jump=0.2, p=0.01),
                because("declare_anticipation", periods=1),
            ),
        ),
        ("taobao_village", "income", not_run("bad_control", because("item_failed", error="<no> `column`"))),
        ("taobao_village", "income", silent("few_clusters")),
        ("station", "resident", silent("few_clusters")),
    ]
)


CLAIMS = {
    "gain": Claim.model_validate(
        {
            "text": "Listing raises <income>.",
            "by": "An author (2020)",
            "tests": [{"at": "made/income/two_way_fixed_effects/listed", "expect": "positive"}],
        }
    ),
    "loss": Claim.model_validate(
        {
            "text": "Listing lowers income.",
            "tests": [{"at": "made/income/two_way_fixed_effects/listed", "expect": "negative"}],
        }
    ),
}


@cache
def default_study() -> Study:
    """Give the default study with one block, and without its legacies, of which the small panel knows nothing."""
    block = Block(
        outcomes=["income"], estimators=["two_way_fixed_effects", "event_study"], treatments=["taobao_village"]
    )
    return shipped_study("taobao_villages").model_copy(
        update={"legacies": {}, "blocks": {"made": block}, "claims": CLAIMS}
    )


def picture(width: int = 20) -> bytes:
    """Draw a white picture."""
    size = f'width="{width}" height="{width // 2}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size} fill="white"/></svg>'.encode()


def made_contents(panel: pd.DataFrame, study: Study, events: pd.DataFrame = EVENTS, **changes: object) -> PageContents:
    """Put together what a page is made of, and change some of it."""
    equations = [
        equation(block="made", outcome="income"),
        equation(block="made", outcome="income", estimator="event_study", window=[-3, 2]),
    ]
    estimates, steps = estimate_block(panel, equations)
    ledger = Ledger("panel", "panel", "village", "year", ["listed"])
    ledger.note("base survey", 1320, panel.drop(columns="listed_cohort"))
    measured = add_legacies(panel, study.legacies, [], "village", None, Ledger("panel", "panel"))
    ledger.note("keep year < 2010 & more", 1320, panel, "too <late>")
    declared = declaration("regression_table", blocks=["made"])
    words = {"outcomes": {"income": declared.outcomes["y"]}}
    table = print_table(estimates[estimates["estimator"] == "two_way_fixed_effects"], declared.model_copy(update=words))
    usual: dict[str, object] = {
        "name": "taobao_villages",
        "study": study,
        "exhibits": [
            ShownExhibit("t", "Table 1", "Table 1. A", "", ["t.tex"], html=as_html(table)),
            ShownExhibit("f", "Figure 1", "Figure 1. B", "note", ["f.png"], svg=picture()),
        ],
        "ledgers": pd.concat([ledger.frame(), steps], ignore_index=True),
        "events": events,
        "provenance": {name: {"rows": 5, "sha256": "abc"} for name in study.sources},
        "codebook": codebook(panel, {name: ColumnOrigin(origin="survey", label=f"The {name}") for name in panel}),
        "missingness": missingness(panel, "village", "year", ["y"], ["listed"]),
        "legacies": measured.measures,
        "capacities": measured.correlations,
        "balance": balance(panel, "village", "year", ["listed"]),
        "verdict": judge(nothing_published(), estimates),
        "estimates": estimates,
        "claims": score_claims(study.claims, estimates, treatments={"listed": "listed"}),
        "code": {"made": "0123456789abcdef"},
        "lock": "lock",
        "diagnosis": FINDINGS,
    }
    return PageContents(**(usual | changes))  # type: ignore[arg-type]
