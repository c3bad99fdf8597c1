from __future__ import annotations

import pytest

from ruralpanel.exhibits.latex import as_latex, latex_text
from tests.exhibits.test_layout import table


def test_numbers_are_aligned_on_their_points_and_words_are_centred() -> None:
    made = table(
        [("Income", "Weighted")],
        coefficients=[("Listed", ["−0.048***"]), ("", ["(0.012)"]), ("p, adjusted", ["[< 0.001]"])],
        statistics=[("Effects", ["Yes"]), ("Observations", ["27,725"]), ("R²", ["0.039"])],
    )
    lines = as_latex(made).splitlines()
    assert any("D{.}{.}{4.6}" in line for line in lines)
    assert r"Listed & -0.048^{***} \\*" in lines
    assert r" & (0.012) \\*" in lines  # the p-value below is on the same page
    assert r"p, adjusted & [<\,0.001] \\" in lines
    assert r"Effects & \multicolumn{1}{c}{Yes} \\" in lines
    assert r"Observations & \multicolumn{1}{c}{27,725} \\" in lines
    assert r"R$^2$ & 0.039 \\" in lines


def test_outcomes_stand_over_their_columns() -> None:
    text = as_latex(table([("Income", "A"), ("Income", "B"), ("Away", "A")]))
    assert r" & \multicolumn{2}{c}{Income} & \multicolumn{1}{c}{Away} \\" in text
    assert r"\cmidrule(lr){2-3}" in text
    assert text.count(r"\cmidrule") == 1


def test_a_wide_table_is_one_float_of_several_parts() -> None:
    text = as_latex(table([(f"Outcome {n}", "") for n in range(12)]))
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 2
    assert text.count(r"\begin{table}") == text.count(r"\caption") == 1
    assert r"\multicolumn{1}{c}{(12)}" in text


def test_a_table_longer_than_a_page_goes_over_several() -> None:
    text = as_latex(table([(f"Outcome {n}", "") for n in range(12)], rows=40))
    assert "% Table 1; needs booktabs, dcolumn and longtable; made for lines of 16 cm" in text
    assert text.count(r"\begin{longtable}") == text.count(r"\endhead") == 2
    assert text.count(r"\caption") == text.count(r"\addtocounter{table}{-1}") == 1
    assert r"\begin{table}" not in text


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("a_b & c%", r"a\_b \& c\%"),
        ("\\{x}^2~", r"\textbackslash{}\{x\}\textasciicircum{}2\textasciitilde{}"),
        ("p < 0.05, ≤ −4", r"p $<$ 0.05, $\leq$ $-$4"),
        ("2008–2022 — A × B", r"2008--2022 --- A $\times$ B"),
    ],
)
def test_what_latex_would_read_as_markup_is_escaped(plain: str, latex: str) -> None:
    assert latex_text(plain) == latex
