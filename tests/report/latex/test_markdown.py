"""The author's text as LaTeX: what is code or an address there says nothing to LaTeX."""

from __future__ import annotations

import pytest

from ruralpanel.report.latex.markdown import as_latex_text


def test_code_cannot_end_its_environment() -> None:
    written = as_latex_text("```\nx\\end{verbatim}\\input{/etc/passwd}\n  y_1\n```\n")
    assert r"\input" not in written and r"\end{verbatim}" not in written
    assert r"\textbackslash{}input\{/etc/passwd\} \\" in written
    assert r"~~y\_1" in written


def test_an_address_cannot_end_its_argument() -> None:
    written = as_latex_text("[here](https://a.org/b%20c#d?e=1&f={g}\\input{h})")
    assert written.strip() == r"\href{https://a.org/b\%20c\#d?e=1\&f=\%7Bg\%7D\%5Cinput\%7Bh\%7D}{here}"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "../secret.pdf"])
def test_links_lead_to_the_web_or_to_an_address_of_mail(address: str) -> None:
    assert as_latex_text(f"[here]({address})").strip() == "here"


def test_lists_are_tight_and_begin_where_they_say() -> None:
    written = as_latex_text("3. one\n4. two [^1]\n\n[^1]: with a note\n")
    assert r"\setcounter{enumi}{2}" in written
    assert "\\item{} one\n\\item{} two \\footnote{with a note}" in written
