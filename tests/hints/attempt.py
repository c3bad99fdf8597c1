"""A small study, which is changed, run in this process from raw files to estimates, and changed again."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ruralpanel.errors import ProblemsFound
from ruralpanel.estimation.block import estimate_block
from ruralpanel.frames.feature_files import read_lines
from ruralpanel.frames.periods.frequency import by_column
from ruralpanel.panel.build import build_panel
from ruralpanel.sources.table import read_source
from ruralpanel.study.load import load_study
from ruralpanel.study.model import Study
from ruralpanel.tables.prepare import prepare_table
from ruralpanel.tables.totals import compare_totals
from ruralpanel.words.frames import in_words, ledger_in_words

Edits = Mapping[str, Any]
"""Of a study file by the dotted path of a key, of a file by its name; None takes the key out."""

FILES = (".csv", ".txt", ".xlsx", ".dta", ".zip", ".yaml", ".md", ".bib", ".geojson", ".py", ".ttf")

TEXT = "text of the study file"
"""Changes what the file says by a pair of texts, old and new, and not by its keys."""

AS_IT_IS = ("", "")

VILLAGES = 8
SINCE = {1: 2010, 2: 2010, 3: 2011, 4: 2012}
"""The year from which villages are listed; others never are."""

NUMBERS = [(village, year) for village in range(1, VILLAGES + 1) for year in range(2007, 2014)]

SURVEY = pd.DataFrame(
    {
        "village": [village for village, _ in NUMBERS],
        "year": [year for _, year in NUMBERS],
        "county": [f"0{village % 2 + 1}0101" for village, _ in NUMBERS],
        "since": [SINCE.get(village, 0) for village, _ in NUMBERS],
        "treated": [int(year >= SINCE.get(village, 9999)) for village, year in NUMBERS],
        "income": [
            100 + 10 * village + year - 2000 + (village * year) % 7 + 5 * (year >= SINCE.get(village, 9999))
            for village, year in NUMBERS
        ],
        "rain": [(village * 3 + year * 5) % 11 for village, year in NUMBERS],
        "lat": [30 + village / 10 for village, _ in NUMBERS],
        "lon": [110 + village / 10 for village, _ in NUMBERS],
    }
)

REGISTER = pd.DataFrame({"village": range(1, VILLAGES + 1), "households": [50 + 5 * each for each in range(VILLAGES)]})

STUDY: dict[str, Any] = {
    "study": "mine",
    "title": "A study",
    "authors": ["A. Scholar"],
    "seed": 1,
    "data_standing": "public",
    "sources": {
        "survey": {
            "path": "survey.csv",
            "key": ["village", "year"],
            "columns": {
                "village": {"label": "Village"},
                "year": {"label": "Year"},
                "county": {"type": "code", "width": 6},
                "since": {},
                "treated": {},
                "income": {"label": "Income"},
                "rain": {"label": "Rain"},
            },
        }
    },
    "panel": {"unit": "village", "period": "year"},
    "designation": {"listed": {"indicator": "treated"}},
    "outcomes": {"income": {"label": "Income"}},
    "blocks": {"main": {"outcomes": ["income"], "estimators": ["two_way_fixed_effects"]}},
    "exhibits": {"table": {"kind": "regression_table", "title": "Effects", "blocks": ["main"]}},
}


@dataclass(frozen=True)
class Made:
    """What a study that runs gives: its panel, its estimates, and all that is told of them."""

    panel: pd.DataFrame
    estimates: pd.DataFrame
    told: str


@dataclass(frozen=True)
class Case:
    """A mistake, what is advised, and what somebody does who takes the advice by its words.

    Parameters
    ----------
    hint
        What is printed.
    wrong
        The mistake, as changes to the study of this module.
    mend
        The advice followed; several ways where it offers several.
    gives
        What has to hold of what comes of it, as each way gives it.
    """

    hint: str
    wrong: Edits
    mend: Edits | tuple[Edits, ...]
    gives: Callable[[Made], Any] | None = field(default=None)

    @property
    def ways(self) -> tuple[Edits, ...]:
        """All ways in which the advice can be followed."""
        return self.mend if isinstance(self.mend, tuple) else (self.mend,)


class Attempt:
    """The study in a folder of its own.

    Parameters
    ----------
    root
        The folder, which is empty.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.study = copy.deepcopy(STUDY)
        self.text = AS_IT_IS
        (root / "config/studies").mkdir(parents=True)
        self.change({"survey.csv": SURVEY, "register.csv": REGISTER})

    def change(self, edits: Edits) -> None:
        """Change the study and its files."""
        for place, value in edits.items():
            if place == TEXT:
                self.text = value
                continue
            if place.endswith(FILES):
                self._write(self.root / place, value)
                continue
            *above, last = place.split(".")
            here: Any = self.study
            for key in above:
                here = here[int(key)] if isinstance(here, list) else here.setdefault(key, {})
            if value is None:
                del here[last]
            else:
                here[last] = copy.deepcopy(value)

    def _write(self, path: Path, value: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, pd.DataFrame):
            value = value.to_csv(index=False)
        if isinstance(value, tuple):
            value = path.read_text(encoding="utf-8").replace(*value)
        if isinstance(value, str):
            value = value.encode()
        path.write_bytes(value)

    def load(self) -> Study:
        """Read the study file."""
        text = yaml.safe_dump(self.study, sort_keys=False, allow_unicode=True)
        assert self.text[0] in text
        text = text.replace(*self.text, 1)
        (self.root / "config/studies/mine.yaml").write_text(text, encoding="utf-8")
        return load_study("mine", self.root)

    def build(self) -> Made:
        """Run the study, as the rules of the workflow do."""
        study = self.load()
        told = []
        tables: dict[str, pd.DataFrame] = {}
        for source, declared in study.sources.items():
            beside = self.root / declared.corrections if declared.corrections else None
            read = read_source(source, declared, self.root / str(declared.path), beside, study.period_columns(source))
            tables[source] = read.table
            told.append(read.ledger.frame())
        for table, made_of in study.tables.items():
            match = made_of.match_names
            decisions = self.root / match.decisions if match is not None and match.decisions else None
            periods = by_column(study.periods_in_table(table))
            made = prepare_table(table, made_of, tables, study.shapes[table].key, decisions, periods)
            compare_totals(made.table, made_of.totals, table, periods)
            tables[table] = made.table
            told.append(made.ledger.frame())
        built = build_panel(
            {each: tables[each] for each in study.read_by_panel},
            study.panel,
            study.base,
            study.designation,
            {each: read_lines(self.root / each) for each in study.lines},
            study.legacies,
            {each: study.periods_of(each) for each in study.read_by_panel},
        )
        told.append(built.ledger.frame())
        estimates = []
        for block in study.blocks:
            found, ledger = estimate_block(built.panel, study.equations(block), list(study.designation))
            estimates.append(in_words(found, None))
            told += [ledger_in_words(ledger, None), estimates[-1][["reason"]]]
        return Made(built.panel, pd.concat(estimates), "\n".join(each.to_csv() for each in told))

    def said(self) -> str:
        """Run the study, and give what is said of it, be it an error or what is told of its numbers."""
        try:
            return self.build().told
        except ProblemsFound as error:
            return str(error)
