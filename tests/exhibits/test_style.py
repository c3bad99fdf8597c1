"""What a saved figure is: its resolution, its fonts, and that nothing written on it is cut off."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from PIL import Image

from ruralpanel.exhibits.style import SMALLEST, WIDTH, figure_style, finish, save_figure
from tests.conftest import ROOT
from tests.exhibits.conftest import declaration


def figure_with_long_tick_labels() -> Figure:
    """Draw as exhibits do: in the style, which has ended when the figure is saved."""
    with figure_style():
        figure, axes = plt.subplots(figsize=(WIDTH, 3), layout="constrained")
        axes.plot([0, 1], [0, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4f} degrees of latitude"))
        axes.set_xlabel("Longitude")
        finish(figure, declaration("event_study_figure", "public"))
    return figure


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    save_figure(figure_with_long_tick_labels(), folder / "a.png", folder / "a.pdf", folder / "a.svg")
    return folder


def test_a_picture_has_300_dots_an_inch(saved: Path) -> None:
    with Image.open(saved / "a.png") as picture:
        assert picture.size == (WIDTH * 300, 900)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_pdf_holds_its_fonts_as_truetype(saved: Path) -> None:
    pdf = (saved / "a.pdf").read_bytes()
    assert b"/Type3" not in pdf
    assert b"/CIDFontType2" in pdf


def test_no_label_of_a_tick_reaches_the_edge_of_the_picture(saved: Path) -> None:
    """A label that is cut off leaves ink in the outermost pixels."""
    with Image.open(saved / "a.png") as picture:
        pixels = np.asarray(picture.convert("L"))
    for edge in (pixels[:, :3], pixels[:, -3:], pixels[:3], pixels[-3:]):
        assert (edge == 255).all()
    assert (pixels[:, :600] < 128).sum() > 1000  # the labels are there


def test_letters_are_printed_at_eight_points_or_more() -> None:
    """Figures are as wide as the paper's text block, and no module draws smaller letters than the smallest."""
    layout = (ROOT / "src/ruralpanel/report/paper/layout.typ").read_text(encoding="utf-8")
    (beside,) = re.findall(r"let margin = \(x: ([\d.]+)cm", layout)
    assert pytest.approx((21 - 2 * float(beside)) / 2.54, abs=0.01) == WIDTH
    assert SMALLEST >= 8
    for module in (ROOT / "src/ruralpanel/exhibits").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in {"fontsize", "title_fontsize", "labelsize"}:
                value = node.value
                assert not isinstance(value, ast.Constant) or value.value >= SMALLEST, (module.name, node.lineno)
