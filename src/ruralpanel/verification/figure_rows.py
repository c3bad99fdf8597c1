"""What is shown of figures in a verdict: the published picture, that of the run, and what differs."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from PIL import Image

from ruralpanel.verification.figures import PARTS, FigureContents
from ruralpanel.verification.pictures import is_same, marked, png_bytes, visible_difference
from ruralpanel.verification.summary import NOT_PUBLISHED, REPRODUCES


def figure_rows(
    figures: pd.DataFrame, published: Mapping[str, FigureContents], drawn: Mapping[str, FigureContents]
) -> list[dict[str, Any]]:
    """Put the verdict on every figure into words, and its pictures beside one another.

    Parameters
    ----------
    figures
        From :func:`ruralpanel.verification.figures.judge_figures`.
    published, drawn
        The published figures and those of the run, by the name of the exhibit.

    Returns
    -------
    list of dict
        Plain values, which can be saved as JSON: for every figure its number, its name, whether it reproduces, a
        status and a note for each part, and the pictures, as they are embedded: published, now, and where something
        looks different, what, in red.
    """
    rows = []
    for name, part in figures.groupby("exhibit", sort=False):
        before, now = (side.get(str(name), FigureContents()).picture for side in (published, drawn))
        pictures: list[tuple[str, Image.Image | None]] = [("Published", before), ("Now", now)]
        if before is not None and now is not None and before.size == now.size:
            different = visible_difference(before, now)
            if different.any():
                pictures.append(("What looks different, in red", marked(now, different)))
        rows.append(
            {
                "number": part["figure"].iloc[0],
                "name": name,
                "reproduces": bool(part["status"].isin([*REPRODUCES, NOT_PUBLISHED]).all()),
                "parts": [
                    {
                        "what": PARTS.get(each["part"], ""),
                        "status": each["status"],
                        "note": each["note"],
                        "address": each["address"],
                    }
                    for each in part.to_dict("records")
                ],
                "pictures": _embedded(pictures),
            }
        )
    return rows


def _embedded(pictures: Sequence[tuple[str, Image.Image | None]]) -> list[dict[str, str]]:
    """Write pictures with their words as PNG in base64; one that is the same as that before it once."""
    found: list[dict[str, str]] = []
    before: Image.Image | None = None
    for words, picture in pictures:
        if picture is not None:
            same = before is not None and is_same(before, picture)
            png = found[-1]["png"] if same else base64.b64encode(png_bytes(picture)).decode()
            found.append({"words": words, "png": png})
            before = picture
    return found
