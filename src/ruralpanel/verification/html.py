"""The verdict as a page of its own."""

from __future__ import annotations

import pandas as pd
from jinja2 import Environment, PackageLoader, select_autoescape

from ruralpanel.exhibits.numbers import decimal
from ruralpanel.verification.summary import verdict_sentence
from ruralpanel.verification.verdict import status_counts


def verdict_rows(verdict: pd.DataFrame) -> list[dict[str, str]]:
    """Put every cell of a verdict into words and printed numbers.

    Parameters
    ----------
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.

    Returns
    -------
    list of dict
        Cell, statistic, the published and the reproduced number, status, note and source.
    """
    rows = []
    for cell in verdict.to_dict("records"):
        decimals = int(cell["decimals"])
        rows.append(
            {
                "cell": cell["cell"],
                "statistic": cell["statistic"].replace("_", " "),
                "published": decimal(float(cell["value"]), decimals),
                "reproduced": decimal(cell["reproduced"], decimals) or "—",
                "unrounded": "" if pd.isna(cell["reproduced"]) else f"{cell['reproduced']:.8g}".replace("-", "−"),
                "status": cell["status"],
                "note": cell["note"],
                "source": cell["source"],
            }
        )
    return rows


def verdict_page(verdict: pd.DataFrame, title: str, standing: str) -> str:
    """Render the verdict as one self-contained page.

    Parameters
    ----------
    verdict
        From :func:`ruralpanel.verification.verdict.judge`.
    title
        The study's title.
    standing
        The standing of its data.
    """
    environment = Environment(loader=PackageLoader("ruralpanel.report"), autoescape=select_autoescape(default=True))
    return environment.get_template("verdict.html.j2").render(
        title=title,
        standing=standing,
        sentence=verdict_sentence(status_counts(verdict), standing),
        rows=verdict_rows(verdict),
    )
