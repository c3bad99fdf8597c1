"""Pictures of figures: small ones to keep, and what a reader would see to differ between two."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Pixels: TypeAlias = npt.NDArray[np.float64]
"""Rows × columns × red, green and blue, from 0 to 1."""

WIDTH = 490
"""Pixels across a kept picture: 70 an inch for a figure as wide as a text block."""

COLOURS = 64
"""Of a kept picture's palette."""

REACH = 3
"""Pixels by which a mark may be displaced without being another one: letters set by another program are."""

CONTRAST = 0.2
"""How far, from 0 to 1, a colour may lie outside those nearby in the other picture."""

LEAST = 12
"""Adjoining pixels that make a difference; fewer are crumbs at the edges of letters.

With these three, letters that are not fitted to the grid of pixels, which moves the end of a line of words by three of
them, are no difference, and a marker that moves by a twentieth of its axis is one. Smaller moves are for the data.
"""


def small_picture(picture: Image.Image) -> Image.Image:
    """Make a picture small enough to be kept beside the numbers: :data:`WIDTH` across, with a palette.

    Parameters
    ----------
    picture
        A figure as it was drawn; what is transparent becomes white. One that is small already stays as it is.
    """
    if picture.mode == "P" and picture.width == WIDTH:
        return picture.copy()
    rgba = picture.convert("RGBA")
    if rgba.getchannel("A").getextrema() != (255, 255):
        rgba = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    opaque = rgba.convert("RGB")
    size = (WIDTH, max(1, round(WIDTH * opaque.height / opaque.width)))
    resized = opaque if opaque.size == size else opaque.resize(size, Image.Resampling.LANCZOS)
    return resized.quantize(COLOURS, dither=Image.Dither.NONE)


def png_bytes(picture: Image.Image) -> bytes:
    """Write a picture as PNG, the same bytes every time."""
    stream = BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def keep_small(path: Path, small: Path) -> None:
    """Write the small picture of a figure, by which it is compared and which is published, beside the figure's own."""
    with Image.open(path) as picture:
        small.write_bytes(png_bytes(small_picture(picture)))


def visible_difference(first: Image.Image, second: Image.Image) -> npt.NDArray[np.bool_]:
    """Find what a reader would see to differ between two pictures of the same size.

    A pixel is the same when its colour lies within the range of colours around the same place in the other picture,
    channel by channel, :data:`REACH` pixels in each direction, give or take :data:`CONTRAST`; both ways round.
    Letters that another library sets a little to the side, thicker or smoother are the same then; a marker that is
    elsewhere is not.

    Parameters
    ----------
    first, second
        Two pictures of the same size.

    Returns
    -------
    numpy.ndarray
        Rows × columns, true where they differ; fewer than :data:`LEAST` adjoining pixels do not count.

    Raises
    ------
    ValueError
        If their sizes differ.
    """
    if is_same(first, second):
        return np.zeros((first.height, first.width), dtype=bool)
    ours, theirs = _pixels(first), _pixels(second)
    if ours.shape != theirs.shape:
        raise ValueError(f"pictures of {first.size} and {second.size} pixels cannot be laid over one another")
    strange = _outside(ours, theirs) | _outside(theirs, ours)
    regions, _ = ndimage.label(strange, structure=np.ones((3, 3)))
    sizes = np.bincount(regions.ravel())
    sizes[0] = 0
    visible: npt.NDArray[np.bool_] = (sizes >= LEAST)[regions]
    return visible


def is_same(first: Image.Image, second: Image.Image) -> bool:
    """Tell whether two pictures have the same pixels, written in the same way."""
    written = ((each.mode, each.size, each.getpalette(), each.tobytes()) for each in (first, second))
    return next(written) == next(written)


def marked(picture: Image.Image, where: npt.NDArray[np.bool_]) -> Image.Image:
    """Show a picture in pale grey with a part of it in red.

    Parameters
    ----------
    picture
        A picture.
    where
        Rows × columns: what to mark.
    """
    grey: npt.NDArray[Any] = np.asarray(picture.convert("L"), dtype="float64")
    pale = np.repeat((255 - (255 - grey) * 0.35)[:, :, None], 3, axis=2)
    pale[ndimage.binary_dilation(where, iterations=1) if where.any() else where] = (208, 0, 32)
    return Image.fromarray(pale.astype("uint8")).quantize(COLOURS, dither=Image.Dither.NONE)


def _pixels(picture: Image.Image) -> Pixels:
    """Give the colours, a little blurred: the edges of letters and lines are set differently everywhere."""
    colours = np.asarray(picture.convert("RGB"), dtype="float64") / 255
    blurred: Pixels = ndimage.gaussian_filter(colours, sigma=(0.7, 0.7, 0))
    return blurred


def _outside(picture: Pixels, other: Pixels) -> npt.NDArray[np.bool_]:
    around = (2 * REACH + 1, 2 * REACH + 1, 1)
    above = picture - ndimage.maximum_filter(other, size=around)
    below = ndimage.minimum_filter(other, size=around) - picture
    outside: npt.NDArray[np.bool_] = (np.maximum(above, below) > CONTRAST).any(axis=2)
    return outside
