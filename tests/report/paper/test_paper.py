"""A whole paper, typeset."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from ruralpanel.diagnosis.finding import findings_frame
from ruralpanel.errors import PaperError
from ruralpanel.exhibits.printed_table import Addressed, PrintedTable, as_plain, from_plain
from ruralpanel.exhibits.style import save_figure
from ruralpanel.report.paper import paper
from ruralpanel.report.paper.document import exhibits_at_first, exhibits_in_text, follow_text
from ruralpanel.report.paper.exhibits import ShownExhibit, shared_source, shown, table_code
from ruralpanel.study.model import Study
from tests.report.paper.test_references import estimates
from tests.study.conftest import STUDY

TABLE = PrintedTable(
    title="Table 1. Effects",
    heads=[("Income", "Two-way"), ("Income", "By cohort"), ("Share <5%", "")],
    coefficients=[("Listed village", ["−0.050", "12.3***", "plain_and_not_far == 0"]), ("", ["(0.012)", "(4)", ""])],
    statistics=[("Observations", ["12,345", "9", ""])],
    notes=["Notes with # and $."],
)
TEXT = """The *abstract* has {{ main/income }}.

# Results

As @lee2020 says, @tbl:table and @fig:path: {{ run: treated/listed }} of {{ run: units }}. $ Y_(i t) = alpha_i $

{{ exhibit: table }}
"""
WORKS = "@article{lee2020, author={Lee, A.}, title={Villages}, journal={J}, year={2020}}"


@cache
def picture() -> bytes:
    """Draw a figure, once for all papers."""
    figure, axes = plt.subplots(figsize=(7, 3))
    axes.plot([0, 1])
    with TemporaryDirectory() as folder:
        path = Path(folder, "path")
        save_figure(figure, *(path.with_suffix(f".{ending}") for ending in ("png", "pdf", "svg")))
        return path.with_suffix(".pdf").read_bytes()


class Run:
    """A run with a table and a figure, and what its author wrote."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "paper.md").write_text(TEXT, encoding="utf-8")
        (root / "works.bib").write_text(WORKS, encoding="utf-8")
        (root / "path.pdf").write_bytes(picture())
        self.exhibits = [
            ShownExhibit("table", "1", "Effects", "A note.", "", True, table=TABLE),
            ShownExhibit("path", "1", "A path", "", "", True, picture="path.pdf"),
        ]
        self.study: dict[str, Any] = STUDY | {
            "data_standing": "simulated",
            "limitations": ["Costs $5 * 2_000."],
            "paper": {"text": "paper.md", "bibliography": "works.bib", "jel": ["O13"], "keywords": ["villages"]},
            "exhibits": STUDY["exhibits"]
            | {"path": {"kind": "event_study_figure", "title": "A path", "blocks": ["main"]}},
        }
        self.documents: list[str] = []

    def write(self) -> bytes:
        panel = pd.DataFrame(
            {"village": [1, 1, 2, 2], "year": [2000, 2001] * 2, "listed_cohort": [2001.0, 2001.0, None, None]}
        )
        return paper.write_paper(
            Study.model_validate(self.study),
            self.exhibits,
            estimates({}),
            panel,
            pd.DataFrame(columns=["claim", "status"]),
            pd.DataFrame({"status": ["match", "rounding"]}),
            findings_frame([]),
            {"path.pdf": self.root / "path.pdf"},
            self.root,
        )


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    made = Run(tmp_path)
    typeset = paper.typeset

    def keep(document: str, *others: Any) -> bytes:
        made.documents.append(document)
        return typeset(document, *others)

    monkeypatch.setattr(paper, "typeset", keep)
    return made


@pytest.mark.slow
def test_a_paper_has_the_numbers_of_the_run_and_the_same_bytes_twice(run: Run) -> None:
    first, second = run.write(), run.write()
    assert first == second
    assert first.startswith(b"%PDF")
    document = run.documents[0]
    assert 'has #"−0.050";.' in document
    assert '#"1"; of #"2";' in document
    assert 'standing: "SIMULATED DATA"' in document
    assert document.index("<exhibit-table>") < document.index("#bibliography")
    assert "<exhibit-path>" not in document  # it is in the online appendix, and is referred to by its number
    assert 'and #"Figure\u00a01";' in document


def test_what_the_text_does_not_place_is_in_the_online_appendix(run: Run) -> None:
    study = Study.model_validate(run.study)
    pages = paper.write_appendix(study, run.exhibits, {"path.pdf": run.root / "path.pdf"}, run.root)
    assert pages.startswith(b"%PDF")
    document = run.documents[0]
    assert "Online appendix: " in document
    assert "<exhibit-path>" in document
    assert "<exhibit-table>" not in document


def test_a_source_of_several_exhibits_is_said_once() -> None:
    notes = ("A note.", "Source: A.", False)
    exhibits = [ShownExhibit(str(number), str(number), "Effects", *notes, table=TABLE) for number in range(3)]
    other = replace(exhibits[0], name="other", source="Source: B.")
    said = shared_source([*exhibits, other])
    assert said == "Source: A."
    assert shared_source(exhibits[:2]) == ""
    assert "Source: A." not in shown(exhibits[0], floats=False, said=said)
    assert "[A note. Source: B.]" in shown(other, floats=False, said=said)


def test_a_review_copy_has_no_authors(run: Run) -> None:
    run.study["paper"] |= {"anonymous": True, "acknowledgements": "Thanks to A. Scholar."}
    run.write()
    assert "Scholar" not in run.documents[0]


def test_without_a_paper_section_the_study_speaks_for_itself(run: Run) -> None:
    del run.study["paper"]
    run.study["question"] = "Does it pay?"
    assert run.write().startswith(b"%PDF")
    document = run.documents[0]
    for part in ("Does it pay?", "<exhibit-table>", "<exhibit-path>", "Costs \\$5 \\* 2\\_000."):
        assert part in document
    assert "bibliography" not in document.split("#show: paper")[1]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("# A\n\nWords.\n\n$ alpha_i + foo_t $", "paper.md, line 5", "unknown variable: foo"),
        ("# A\n\n{{ main/lost }}", "paper.md, line 3", "no estimate of what stands before it has `lost`"),
    ],
)
def test_what_cannot_be_printed_is_an_error_with_its_line(run: Run, text: str, where: str, what: str) -> None:
    (run.root / "paper.md").write_text(text, encoding="utf-8")
    with pytest.raises(PaperError) as raised:
        run.write()
    assert where in str(raised.value)
    assert what in str(raised.value)


def test_a_bibliography_that_cannot_be_read_says_where(run: Run) -> None:
    (run.root / "works.bib").write_text("@article{lee2020,\n title {Villages}}", encoding="utf-8")
    with pytest.raises(PaperError, match=r"works\.bib, line 2: cannot be typeset: failed to parse BibLaTeX"):
        run.write()


def test_a_style_that_typst_does_not_know_is_an_error(run: Run) -> None:
    run.study["paper"] |= {"citation_style": "harvrad"}
    with pytest.raises(PaperError, match="harvrad"):
        run.write()


def test_numbers_of_a_table_are_divided_at_the_point() -> None:
    code = table_code(TABLE)
    assert '(aligners.at(0))("−0", ".050")' in code
    assert '(aligners.at(0))("(0", ".012)")' in code
    assert '(aligners.at(1))("12", ".3***")' in code
    assert '(aligners.at(1))("(4", ")")' in code
    assert "aligners.at(2)" not in code  # words only
    assert '(("(4", "12", ), (")", ".3***", )), none, ), whole: ' in code  # a column is measured once, words never
    assert "table.cell(colspan: 2" in code
    assert "plain_\u200band_\u200bnot_\u200bfar ==" in code


def test_a_table_is_the_same_after_it_was_saved() -> None:
    for table in (TABLE, replace(TABLE, stub="Row", numbered=False, words=(2,))):
        assert from_plain(json.loads(json.dumps(as_plain(table)))) == table
    addressed = replace(TABLE, statistics=[("R", [Addressed("1", "main/income"), "", ""])])
    assert from_plain(json.loads(json.dumps(as_plain(addressed)))) == addressed


def test_a_table_of_words_has_a_head_over_its_labels_and_no_numbers() -> None:
    table = replace(TABLE, stub="Claim", numbered=False, words=(0, 2), heads=[("", "Of"), ("", "p"), ("", "Finding")])
    code = table_code(table)
    assert '#"Claim";' in code
    assert "(left, left, center, left, )" in code
    assert '#"(1)";' not in code


def test_a_wide_table_is_divided_and_a_long_one_follows_the_text_and_may_be_broken() -> None:
    many = [(f"y{number}", "") for number in range(20)]
    wide = replace(TABLE, heads=many, coefficients=[("Listed", ["−10.0000"] * 20)], statistics=[])
    assert table_code(wide).count("printed-table(") > 1
    exhibit = ShownExhibit("table", "1", "Effects", "", "", False, table=TABLE)
    assert "breakable" not in shown(exhibit, floats=True)
    assert "auto, {" in shown(exhibit, floats=True)
    long = replace(exhibit, table=replace(TABLE, coefficients=[("Listed", ["1.0", "1.0", ""])] * 90))
    assert long.follows_text
    assert "breakable: true" in shown(long, floats=True)


def test_no_table_comes_before_one_that_is_placed_before_it() -> None:
    short = ShownExhibit("short", "1", "Effects", "", "", False, table=TABLE)
    long = replace(short, name="long", table=replace(TABLE, coefficients=[("Listed", ["1.0", "1.0", ""])] * 90))
    later, figure = replace(short, name="later"), ShownExhibit("path", "1", "A path", "", "", False, picture="path.pdf")
    exhibits = [later, long, short, figure]
    assert follow_text(exhibits, ["short", "long", "path", "later"]) == ["long", "later"]
    assert follow_text(exhibits, ["short", "path", "later"]) == []
    placed = exhibits_in_text(exhibits, ["short", "long", "path", "later"])
    assert [name for name, written in placed.items() if written] == ["short", "path"]


def test_where_nobody_wrote_a_text_all_exhibits_are_packed_at_the_first_each_of_them_once() -> None:
    table = ShownExhibit("effects", "1", "Effects", "", "", False, table=TABLE)
    long = replace(table, name="long", table=replace(TABLE, coefficients=[("Listed", ["1.0", "1.0", ""])] * 90))
    path = ShownExhibit("path", "1", "A path", "", "", False, picture="path.pdf")
    first, *others = exhibits_at_first([table, long, path]).values()
    assert first.startswith("#packed(") and others == ["", ""]
    assert [first.count(f"<exhibit-{name}>") for name in ("effects", "long", "path")] == [1, 1, 1]


def test_a_table_that_fits_a_page_in_smaller_print_stays_in_the_text() -> None:
    exhibit = ShownExhibit("table", "1", "Effects", "", "", False, table=TABLE)
    longer = replace(exhibit, table=replace(TABLE, coefficients=[("Listed", ["1.0", "1.0", ""])] * 60))
    assert (exhibit.is_small, exhibit.follows_text) == (False, False)
    assert (longer.is_small, longer.follows_text) == (True, False)
    assert "printed-table(9pt" in shown(exhibit, floats=True)
    assert "printed-table(8pt" in shown(longer, floats=True)


def test_labels_below_coefficients_hang_and_all_rows_are_aligned_at_the_top() -> None:
    code = table_code(TABLE)
    assert 'par(hanging-indent: 0.8em, [#"Observations";])' in code
    assert "(left, center, center, center, ), 3, (" in code  # rows of the head, which alone are aligned at the foot


def test_a_font_that_is_not_there_is_an_error(run: Run) -> None:
    run.study["paper"] |= {"font": "No Such Serif", "font_folder": "."}
    with pytest.raises(PaperError, match="no such serif"):
        run.write()


CHINESE = """淘宝村 *斜体* **粗体** `代码 code` “引号”——破折号，農村 あ。

# 引言

{{ exhibit: table }}
"""


def test_a_paper_in_chinese_is_typeset_with_the_font_that_is_always_there(run: Run) -> None:
    (run.root / "paper.md").write_text(CHINESE, encoding="utf-8")
    run.study |= {"title": "淘宝村与收入", "authors": ["王小明", "李𨟠"]}
    run.study["paper"] |= {"language": "zh", "keywords": ["收入"]}
    assert run.write().startswith(b"%PDF")


def test_a_character_that_no_font_has_is_an_error_with_its_line(run: Run) -> None:
    (run.root / "paper.md").write_text(TEXT + "\n李𣵦 and 한글.\n", encoding="utf-8")
    run.study["title"] = "Villages 한"
    with pytest.raises(PaperError) as error:
        run.write()
    said = str(error.value)
    assert "no font at hand has 𣵦 (U+23D66 CJK UNIFIED IDEOGRAPH-23D66)" in said
    assert "U+AE00 HANGUL SYLLABLE GEUL" in said
    assert "which stands in “" in said
    assert "under `fonts` in the study" in said


def test_a_font_of_the_study_has_what_the_others_have_not(run: Run) -> None:
    from matplotlib.font_manager import findfont

    (run.root / "paper.md").write_text(TEXT + "\nⴰⵣⵓⵍ\n", encoding="utf-8")
    (run.root / "own.ttf").write_bytes(Path(findfont("DejaVu Sans")).read_bytes())
    with pytest.raises(PaperError):
        run.write()
    run.study["fonts"] = ["own.ttf"]
    assert run.write().startswith(b"%PDF")
