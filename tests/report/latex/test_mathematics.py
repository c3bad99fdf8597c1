"""Mathematics in the notation of typst as LaTeX."""

import pytest

from ruralpanel.report.latex.mathematics import as_latex_mathematics
from ruralpanel.study.addresses import NoSuchNumber


@pytest.mark.parametrize(
    ("typst", "latex"),
    [
        ("$beta$", r"$\beta$"),
        ("$Y_(i t)$", "$Y_{i t}$"),
        ("$lambda_(p t) + beta D_(i t)$", r"$\lambda_{p t} + \beta D_{i t}$"),
        ("$theta' L_i$", r"$\theta' L_{i}$"),
        ('$"Plain"_i times x^2$', r"$\text{Plain}_{i} \times x^{2}$"),
        ("$(a + b) / (2 n)$", r"$\frac{a + b}{2 n}$"),
        ("$(a)(b) / 2$", r"$(a) \frac{b}{2}$"),
        ("$hat(beta) <= sqrt(x)$", r"$\hat{\beta} \leq \sqrt{x}$"),
        ("$sum_k gamma_k$", r"$\sum_{k} \gamma_{k}$"),
        ("$frac(1, n) dot.c 50%$", r"$\frac{1}{n} \cdot 5 0 \%$".replace("5 0", "50")),
        ("$ h = 1 - exp(-x). $", "\\[\nh = 1 - \\exp (- x) .\n\\]"),
    ],
)
def test_mathematics_is_written_as_latex(typst: str, latex: str) -> None:
    assert as_latex_mathematics(typst) == latex


@pytest.mark.parametrize(("typst", "what"), [("$bata_i$", "`bata`"), ("$(a$", "not closed"), ("$hat(a$", "not closed")])
def test_what_is_not_known_is_said(typst: str, what: str) -> None:
    with pytest.raises(NoSuchNumber, match=what):
        as_latex_mathematics(typst)
