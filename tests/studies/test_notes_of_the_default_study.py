"""No result and no truth is typed in the notes of the default study."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ruralpanel.exhibits.caption import declared
from ruralpanel.exhibits.facts import with_facts
from tests.conftest import ROOT, shipped_study


def numbers_in(here: Any) -> Iterator[float]:
    """Give every number of a file of facts."""
    if isinstance(here, dict):
        for each in here.values():
            yield from numbers_in(each)
    elif isinstance(here, float):
        yield here


def test_notes_refer_to_the_truth_and_do_not_type_it() -> None:
    study = shipped_study("taobao_villages")
    truth = json.loads((ROOT / study.facts["truth"]).read_text(encoding="utf-8"))
    known = {f"{abs(number):.3f}" for number in numbers_in(truth)}
    of_truth = 0
    for name, exhibit in study.exhibits.items():
        typed = re.findall(r"[0-9]+\.[0-9]+", re.sub(r"\{\{.*?\}\}", "", exhibit.notes or ""))
        assert not typed, f"typed in the notes of {name}"
        printed = with_facts(declared(study, name), ROOT).exhibit.notes or ""
        numbers = re.findall(r"[0-9]+\.[0-9]+", printed)
        assert set(numbers) <= known
        of_truth += len(numbers)
    assert of_truth > 50
