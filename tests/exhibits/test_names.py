from __future__ import annotations

import pandas as pd
import pytest

from ruralpanel.words.names import in_words, name_words, term_words, text_words

LABELS = {
    "income": "Income",
    "labour_form": "Forms of labour",
    "listed_0_5": "Any village listed, 0 to 5 km",
    "ownership": "Ownership",
    "plain": "North China Plain",
    "province": "Province",
    "taobao_village": "Taobao Village",
    "village": "Village",
    "year": "Year",
    "yellow_river": "The Yellow River",
}


PRINTED = {
    "all rows, without event time -2, -1 of taobao_village": "all rows, without event time −2, −1 of Taobao Village",
    "plain == 1, without event time -1 of plain": "North China Plain = 1, without event time −1 of North China Plain",
    "taobao_village == 1 or listed_0_5 == 0": "Taobao Village = 1 or “Any village listed, 0 to 5 km” = 0",
    "year >= 2014, labour_form high above -0.087": "Year ≥ 2014, Forms of labour high above −0.087",
    "ownership high above 0.2 in 2019": "Ownership high above 0.2 in 2019",
    "abs(income - 3) > 2 and not plain != 1": "abs(Income − 3) > 2 and not North China Plain ≠ 1",
    "year in [2008, 2010] and year <= 2009": "Year in [2008, 2010] and Year ≤ 2009",
    "income * year < 3": "Income × Year < 3",
    "province == 'Shan_dong'": "Province = 'Shan_dong'",
    "permutations of cohorts among village within province": "permutations of cohorts among Village within Province",
    "4 tests (family yellow_river, p-values of t tests)": "4 tests (family The Yellow River, p-values of t tests)",
    "outcome income missing": "outcome Income missing",
    "missing in listed_five_years_before": "missing in listed five years before",
}
STAYING = [
    "all rows, the year of the plain and a village",
    "nobody's estimate is in data/raw/taobao_village/truth_table.json",
    "joint test: p-values of 3-year windows",
]
"""Words of a sentence that happen to be names, and names of files."""


@pytest.mark.parametrize(("text", "printed"), [*PRINTED.items(), *((text, text) for text in STAYING)])
def test_names_become_labels_and_signs_those_of_print(text: str, printed: str) -> None:
    assert text_words(text, LABELS) == printed
    assert text_words(printed, LABELS) == printed


def test_a_name_without_a_label_is_printed_as_words() -> None:
    assert name_words("new_firms", LABELS) == "new firms"
    assert term_words("taobao_village*new_firms", LABELS) == "Taobao Village × new firms"


def test_only_sentences_of_a_frame_are_put_into_words() -> None:
    frame = pd.DataFrame(
        {
            "term": ["taobao_village", "labour_form"],
            "sample": ["plain == 1", "all rows"],
            "reason": [None, "missing in labour_form"],
            "estimate": [1.0, 2.0],
        }
    )
    shown = in_words(frame, LABELS)
    assert list(shown["term"]) == ["taobao_village", "labour_form"]
    assert list(shown["sample"]) == ["North China Plain = 1", "all rows"]
    assert pd.isna(shown["reason"].iloc[0])
    assert shown["reason"].iloc[1] == "missing in Forms of labour"
    assert list(frame["sample"]) == ["plain == 1", "all rows"]
