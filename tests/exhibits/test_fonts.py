"""Characters of every script that the fonts have are drawn, and others are an error that names them."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont

from ruralpanel.errors import FigureError
from ruralpanel.exhibits.style import LATIN, figure_style, save_figure
from ruralpanel.fonts import characters_in, chinese_sans_file, without_glyph

LABEL = "农村居民 農村繁體 𨟠 あア Ω Ж ع é ≤ −"


def labelled(text: str, fonts: list[str] = []) -> Figure:  # noqa: B006
    with figure_style(fonts):
        figure, axes = plt.subplots(figsize=(4, 3), layout="constrained")
        axes.plot([0, 1], label=text)
        axes.plot([1, 0], label="other")
        axes.set_xticks([0, 1], [text, "x"], fontweight="bold")
        axes.set_title(text, fontweight="bold")
        axes.legend(title=text)
        axes.annotate(text.replace("ع", ""), (0, 0), style="italic")
    return figure


def saved(figure: Figure, folder: Path, fonts: list[str] = []) -> list[bytes]:  # noqa: B006
    files = [folder / f"effects.{ending}" for ending in ("png", "pdf", "svg")]
    save_figure(figure, *files, fonts)
    return [file.read_bytes() for file in files]


@pytest.mark.slow
def test_chinese_japanese_greek_cyrillic_and_arabic_are_drawn_without_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = (saved(labelled(LABEL), tmp_path) for _ in range(2))
    assert first == second
    assert not caplog.messages


@pytest.mark.slow
def test_a_figure_in_latin_has_the_bytes_it_has_without_a_chinese_font(tmp_path: Path) -> None:
    figure = labelled("Effect − 5 %")
    for text in figure.findobj(plt.Text):
        text.set_family(LATIN)
    assert saved(labelled("Effect − 5 %"), tmp_path)[:2] == saved(figure, tmp_path)[:2]


def test_a_character_that_no_font_has_is_an_error_before_anything_is_saved(tmp_path: Path) -> None:
    with pytest.raises(FigureError) as error:
        saved(labelled("李𣵦家 한"), tmp_path)
    said = str(error.value)
    assert "the figure `effects`" in said
    assert "U+23D66 CJK UNIFIED IDEOGRAPH-23D66" in said
    assert "U+D55C HANGUL SYLLABLE HAN" in said
    assert "in the text “李𣵦家 한”" in said
    assert "under `fonts` in the study" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_letters_that_the_slanted_font_has_not_are_an_error_there(tmp_path: Path) -> None:
    figure = labelled("Effect")
    saved(labelled("ع"), tmp_path)
    figure.axes[0].set_xlabel("ع", style="italic")
    with pytest.raises(FigureError, match="ARABIC LETTER AIN"):
        saved(figure, tmp_path)


@pytest.mark.slow
def test_a_font_of_the_studys_is_used_for_what_the_others_have_not(tmp_path: Path) -> None:
    tifinagh = "ⴰⵣⵓⵍ"  # in DejaVu Sans, which stands for the font of a study here
    own = characters_in([chinese_sans_file()])
    assert without_glyph(tifinagh, own) == list(tifinagh)
    assert without_glyph(tifinagh, own | characters_in([findfont(LATIN)])) == []
    braille = findfont("DejaVu Serif")
    assert saved(labelled("Effect", [braille]), tmp_path, [braille])[0].startswith(b"\x89PNG")
