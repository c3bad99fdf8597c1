"""Figures against published ones, as data and as pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import rc_context
from PIL import Image

from ruralpanel.exhibits.style import WIDTH, figure_style
from ruralpanel.study.published_files import published_folder, published_names
from ruralpanel.verification.figure_rows import figure_rows
from ruralpanel.verification.figures import (
    FigureContents,
    judge_data,
    judge_figures,
    judge_picture,
    keep_figures,
    kept_data,
    load_figure,
    read_plotted_data,
)
from ruralpanel.verification.html import verdict_page
from ruralpanel.verification.pictures import marked, png_bytes, small_picture, visible_difference
from ruralpanel.verification.published import nothing_published
from ruralpanel.verification.summary import STATUSES, verdict_sentence
from ruralpanel.verification.verdict import NotReproduced, refuse_unless_reproduced

EFFECTS = (0.0, 0.02, -0.01, 0.0, 0.06, 0.11, 0.13)


def drawn(
    effects: Sequence[float] = EFFECTS, dots_an_inch: int = 100, title: str = "Income a head", **settings: object
) -> Image.Image:
    with figure_style(), rc_context(settings):
        figure, axes = plt.subplots(figsize=(WIDTH, 3.5), layout="constrained")
        axes.errorbar(range(-3, 4), effects, yerr=0.02, fmt="o", label="Two-way fixed effects, weighted by households")
        axes.set(
            title=title, xlabel="Years since the village was listed", ylabel="Effect (log points)", ylim=(-0.1, 0.2)
        )
        axes.legend()
        stream = BytesIO()
        figure.savefig(stream, dpi=dots_an_inch)
        plt.close(figure)
    return small_picture(Image.open(stream))


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return drawn()


def plotted(**changes: object) -> pd.DataFrame:
    rows = {
        "outcome": ["income"] * 4 + ["migrants"] * 2,
        "event_time": ["-1", "0", "1", "2", "0", "1"],
        "estimate": ["0.0", "0.05", "0.1", "-0.1", "1000.0", "3000.0"],
        "p_value": ["", "0.04", "0.2", "0.3", "0.001", "0.9"],
        "observations": ["320"] * 6,
        "note": [""] * 6,
    }
    data = pd.DataFrame(rows)
    for column, value in changes.items():
        data.loc[1, column] = value
    return data


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "match"),
        ({"estimate": "0.0500000001"}, "match"),
        ({"estimate": "0.05015"}, "rounding"),
        ({"estimate": "0.0505"}, "differ"),  # within the range of the other outcome's numbers, and not of its own
        ({"estimate": "-0.05"}, "sign flip"),
        ({"p_value": "0.06"}, "significance flip"),
        ({"p_value": "0.05"}, "significance flip"),  # which is not below 5 per cent
        ({"p_value": "0.03"}, "differ"),
        ({"p_value": ""}, "differ"),
        ({"observations": "321"}, "differ"),
        ({"outcome": "incomes"}, "differ"),
        ({"event_time": "3"}, "differ"),
    ],
)
def test_plotted_data_have_every_status(changes: dict[str, str], status: str) -> None:
    found, note = judge_data(plotted(), plotted(**changes))
    assert found == status
    assert found in STATUSES
    assert note.startswith(f"row 2, column `{next(iter(changes))}`: published" if changes and status != "match" else "")
    assert bool(note) == (status != "match")


@pytest.mark.parametrize(
    ("published", "today", "shown"),
    [
        ("0.009309796678", "0.012733498112345678", "published 0.00931, now 0.01273"),
        ("0.009309796678", "0.009309896678", "published 0.0093098, now 0.0093099"),
        ("0.081", "0.0794321", "published 0.081, now 0.07943"),
        ("-0.5", "", "published -0.5, now nothing"),
        ("28196", "28195", "published 28196, now 28195"),
        ("2", "2.00000123", "published 2, now 2.000001"),
    ],
)
def test_numbers_that_differ_are_rounded_to_what_tells_them_apart(published: str, today: str, shown: str) -> None:
    one, other = (pd.DataFrame({"value": [text]}) for text in (published, today))
    assert judge_data(one, other) == ("differ", f"row 1, column `value`: {shown}")


def test_a_number_of_a_figure_has_the_address_of_its_estimate() -> None:
    place = {"block": "b", "specification": "s", "outcome": "y", "estimator": "e", "term": "t"}
    published = pd.DataFrame([{**place, "event_time": str(time), "estimate": f"0.{time}5"} for time in range(3)])
    today = published.replace("0.15", "-0.15")
    contents = {"effects": FigureContents(published)}, {"effects": FigureContents(today)}
    address = "b/s/y/e/t@event_time=1"
    figures = judge_figures(*contents, {"effects": "Figure 1"}, [address])
    assert figures["note"].tolist() == ["effects.csv, row 2, column `estimate`: published 0.15, now -0.15"]
    assert figures["address"].tolist() == [address]
    with pytest.raises(
        NotReproduced, match=r"Figure 1 \(effects\): data: sign flip: .*\n.*explain 'b/s/y/e/t@event_time=1'"
    ):
        refuse_unless_reproduced(nothing_published().assign(status=""), figures)
    page = verdict_page(nothing_published().assign(status=""), "A", "public", figures, figure_rows(figures, *contents))
    assert f"now -0.15 (<code>{address}</code>)" in page
    # What is drawn and no estimate of the run has no address.
    assert judge_figures(*contents, {"effects": "Figure 1"})["address"].tolist() == [""]


def test_rows_and_columns_that_are_gone_are_said() -> None:
    assert judge_data(plotted(), plotted().head(5)) == ("differ", "6 rows published, 5 rows now")
    assert judge_data(plotted(), plotted().drop(columns="p_value")) == ("differ", "the run has no column `p_value`")
    assert judge_data(plotted().drop(columns="p_value"), plotted()) == ("match", "")


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=20))
def test_what_is_kept_of_any_data_matches_them(numbers: list[float]) -> None:
    data = pd.DataFrame({"code": ["0042"] * len(numbers), "value": [repr(number) for number in numbers], "no": ""})
    kept = kept_data(data)
    assert list(kept.columns) == ["code", "value"]
    assert kept["code"].eq("0042").all()
    assert judge_data(kept, data) == ("match", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"text.hinting": "none"},
        {"text.hinting": "no_autohint"},
        {"text.antialiased": False},
        {"dots_an_inch": 150},
        {"font.size": 8.6, "axes.labelsize": 8.6},
    ],
    ids=str,
)
def test_letters_that_are_set_in_another_way_do_not_fail(picture: Image.Image, settings: dict[str, object]) -> None:
    other = drawn(**settings)  # type: ignore[arg-type]
    assert judge_picture(picture, other)[0] in ("match", "rounding")


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"effects": (*EFFECTS[:4], 0.075, *EFFECTS[5:])},  # one point by a twentieth of the axis
        {"effects": EFFECTS[::-1]},
        {"title": "Income per household"},
        {"axes.prop_cycle": "cycler('color', ['#D55E00'])"},
        {"lines.linewidth": 0},
    ],
    ids=str,
)
def test_a_moved_point_fails_and_so_does_what_reads_otherwise(picture: Image.Image, change: dict[str, object]) -> None:
    status, note = judge_picture(picture, drawn(**change))  # type: ignore[arg-type]
    assert status == "differ"
    assert "of the picture looks different, within rows" in note


@pytest.mark.slow
def test_the_difference_is_where_the_point_moved(picture: Image.Image) -> None:
    moved = drawn((*EFFECTS[:6], 0.17))
    where = visible_difference(picture, moved)
    columns = np.nonzero(where)[1]
    assert columns.min() > 0.85 * picture.width  # the last of seven points, and nothing else
    red = (np.asarray(marked(moved, where).convert("RGB")) == (208, 0, 32)).all(axis=2)
    assert red[where].all()


def test_where_a_picture_differs_is_counted_from_one() -> None:
    white = Image.new("RGB", (100, 60), "white")
    other = white.copy()
    other.paste("black", (40, 20, 60, 30))
    different = visible_difference(white, other)  # the block, and the pixels around it into which its edge is smeared
    lines, columns = (np.flatnonzero(different.any(axis=axis)) + 1 for axis in (1, 0))
    assert (lines[[0, -1]].tolist(), columns[[0, -1]].tolist()) == ([20, 31], [40, 61])
    said = f"{different.mean():.2%} of the picture looks different, within rows 20–31, columns 40–61"
    assert judge_picture(white, other) == ("differ", said)


def test_a_picture_of_another_shape_differs(picture: Image.Image) -> None:
    taller = Image.new("RGB", (490, 300))
    assert judge_picture(picture, taller) == ("differ", "490 × 272 pixels published, 490 × 300 now")
    with pytest.raises(ValueError, match="cannot be laid over"):
        visible_difference(picture, taller)


def test_what_is_kept_is_small_and_the_same_every_time(tmp_path: Path, picture: Image.Image) -> None:
    picture.convert("RGB").resize((700, 350)).save(tmp_path / "effects.png")
    plotted().to_csv(tmp_path / "effects.csv", index=False)
    folder = published_folder(tmp_path / "published/study.csv")
    assert folder == tmp_path / "published/study/figures"
    for _ in range(2):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "of_before.png").touch()
        keep_figures([tmp_path / "effects.csv"], [tmp_path / "effects.png"], folder)
        assert published_names(folder) == ["effects"]
        contents = load_figure(folder / "effects.csv", folder / "effects.png")
        assert contents.picture is not None
        assert png_bytes(contents.picture) == png_bytes(small_picture(Image.open(tmp_path / "effects.png")))
    assert (folder / "effects.png").stat().st_size < 20_000
    assert "note" not in read_plotted_data(folder / "effects.csv").columns
    assert published_names(tmp_path / "nowhere") == []


def test_a_figure_that_is_missing_or_new_is_said(picture: Image.Image) -> None:
    numbers = {"effects": "Figure 1", "trends": "Figure 2"}
    whole = FigureContents(plotted(), picture)
    published = {"effect": whole, "effects": FigureContents(picture=picture)}
    figures = judge_figures(published, {"effects": whole}, numbers)
    assert figures[["figure", "part", "status"]].to_numpy().tolist() == [
        ["Figure 1", "picture", "match"],
        ["effect", "data", "missing"],
        ["effect", "picture", "missing"],
        ["Figure 2", "", "not published"],
    ]
    assert figures["note"].iloc[1] == "the study has no such figure; did you mean “effects”?"
    verdict = nothing_published().assign(status="")
    with pytest.raises(NotReproduced, match=r"effect \(effect\): picture: missing: the study has no such figure"):
        refuse_unless_reproduced(verdict, figures)
    refuse_unless_reproduced(verdict, figures[figures["status"] != "missing"])
    assert judge_figures({}, {}, numbers).empty


@pytest.mark.slow
def test_the_verdict_counts_figures_and_shows_them_side_by_side(picture: Image.Image) -> None:
    published = {"effects": FigureContents(plotted(), picture)}
    today = {"effects": FigureContents(plotted(), drawn((*EFFECTS[:6], 0.17)))}
    figures = judge_figures(published, today, {"effects": "Figure 1"})
    page = verdict_page(
        nothing_published().assign(status=""), "A", "public", figures, figure_rows(figures, published, today)
    )
    assert "NO MATCH. Of 2 data and pictures of published figures, 1 reproduces (1 exactly) and 1 differs." in page
    assert len(re.findall(r'src="data:image/png;base64,iVBOR', page)) == 3
    assert "<details open>" in page
    good = Counter({"match": 2, "not published": 1})
    sentence = verdict_sentence(Counter(match=3), "public", good)
    assert sentence == (
        "Verdict: MATCH. All 3 published cells reproduce (3 exactly); "
        "all 2 data and pictures of published figures reproduce (2 exactly); "
        "1 of the run's figures was not published."
    )
