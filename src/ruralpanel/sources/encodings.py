"""Find out how text is encoded, and decode it cell by cell, so that one spoilt cell says nothing about the others."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

CUT_HERE = "\ufdd0"
"""Stands where half a character was dropped at the end of a cell; no character at all, so that no text has it.

The bytes of the half follow, as surrogates, so that two cells with different halves are not taken for the same.
"""

_HALF_AS_MARKED = re.compile(f"{CUT_HERE}[\udc00-\udcff]*")

MOST_UNREADABLE = 1 / 3
"""With a larger share of unreadable cells, text is of another encoding and not damaged."""

ENOUGH_BYTES = 20
"""With fewer different bytes beyond ASCII, that all are letters of another script may be chance."""

_ASCII = re.compile("[\x00-\x7f]+")
_CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2010-\u203b\U00020000-\U0003ffff]")
_WITHIN_A_WORD = re.compile(r"(?<=[a-z])[\u2e80-\u9fff]+|[\u2e80-\u9fff]+(?=[a-z])")
_ACCENTED = re.compile("[A-Za-z][À-ÖØ-öø-ÿŠšŽžŒœŸ]{1,2}|[À-ÖØ-öø-ÿŠšŽžŒœŸ]{1,2}[a-zA-Z]")
_WESTERN_SIGNS = re.compile("[’‘“”„«»–—…€§ªº¿¡®©·]|[£°²³½¼](?![a-zÀ-ÿ])")
_HALF_IN_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{0,2}(?=[\",;\t|\r\n])")
_HALF_ELSEWHERE = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe])?(?=[\",;\t|\r\n])")


class CutText(NamedTuple):
    """A cell of text, and whether a part of a character was dropped from it.

    Parameters
    ----------
    text
        The text; the bytes themselves where they are no text in the encoding.
    cut
        Whether a character was incomplete at its end.
    """

    text: str | bytes
    cut: bool


def decode_cell(contents: bytes, encoding: str) -> CutText:
    """Decode the text of one cell; a character that was cut at the end of its field is dropped.

    Fields of fixed width, as Stata's and SPSS's, count bytes, and cut what is longer wherever that falls.

    Parameters
    ----------
    contents
        The bytes of the cell.
    encoding
        How characters are stored.
    """
    try:
        return CutText(contents.decode(encoding), False)
    except UnicodeDecodeError:
        pass
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(contents)
    except UnicodeDecodeError:
        return CutText(contents, False)
    rest = decoder.getstate()[0]
    # A lone byte after a small letter is an accented letter of a Western encoding, and no half of a character.
    if len(rest) == 1 and re.search("[a-z]$", text):
        return CutText(contents, False)
    return CutText(text, True)


def decode_file(contents: bytes, encoding: str) -> str:
    """Decode a text file whose cells may end within a character, as those of programs with fixed fields do.

    Parameters
    ----------
    contents
        The file.
    encoding
        How characters are stored, each in one to four bytes.

    Returns
    -------
    str
        The text, with :data:`CUT_HERE` where half a character stood at the end of a cell.

    Raises
    ------
    UnicodeDecodeError
        At the first place that is no text and no half of a character at the end of a cell, or where too many are.
    """
    half = _HALF_IN_UTF8 if encoding.lower().replace("_", "-").startswith(("utf-8", "utf8")) else _HALF_ELSEWHERE
    view, parts, start = memoryview(contents), list[str](), 0
    while True:
        try:
            parts.append(str(view[start:], encoding))
        except UnicodeDecodeError as error:
            place = start + error.start
            found = half.match(contents, place)
            # A lone byte after a small letter is an accented letter of a Western encoding.
            if found is None or (len(found[0]) == 1 and contents[place - 1 : place].islower()):
                raise
            parts += [str(view[start:place], encoding), CUT_HERE + "".join(chr(0xDC00 + byte) for byte in found[0])]
            start = found.end()
            continue
        text = "".join(parts)
        halves = len(parts) // 2
        if halves and len(beyond_ascii(without_halves(text))) < 3 * halves:
            contents.decode(encoding)  # so many are a sign of another encoding: the first is the error
        return text


def without_halves(text: str) -> str:
    """Take out what stands for halves of characters.

    Parameters
    ----------
    text
        From :func:`decode_file`.
    """
    return _HALF_AS_MARKED.sub("", text) if CUT_HERE in text else text


def beyond_ascii(text: str) -> str:
    """Give the characters of a text that are not ASCII.

    Parameters
    ----------
    text
        Any text.
    """
    return "" if text.isascii() else _ASCII.sub("", text)


def encoding_of(cells: Sequence[bytes]) -> str | None:
    """Find out the encoding of different cells of text: UTF-8, Chinese in GB18030, or Western European.

    Parameters
    ----------
    cells
        Different cells, each with a byte beyond ASCII.

    Returns
    -------
    str or None
        ``utf-8``, ``gb18030`` or ``cp1252``; None where the text is plausible in none of them.
    """
    chinese = _mostly_read(cells, "gb18030")
    is_chinese = chinese is not None and is_chinese_in_gb18030("\n".join(chinese))
    utf8 = _mostly_read(cells, "utf-8")
    if utf8 is not None and any(not text.isascii() for text in utf8):
        # Two bytes of GB18030 can be one letter of UTF-8, but three or four seldom one ideograph.
        joined = "\n".join(utf8)
        if max(joined) >= "\u0800" or is_western(joined) or not is_chinese:
            return "utf-8"
    if is_chinese:
        return "gb18030"
    western = _mostly_read(cells, "cp1252")
    return "cp1252" if western is not None and is_western("\n".join(western)) else None


def fits(cells: Sequence[bytes], encoding: str) -> bool:
    """Tell whether cells can be text in an encoding that most other cells of their file are in.

    Parameters
    ----------
    cells
        Different cells, each with a byte beyond ASCII.
    encoding
        The encoding.
    """
    read = _mostly_read(cells, encoding)
    if read is None:
        return False
    joined = "\n".join(read)
    if encoding == "gb18030":
        too_few_to_judge = sum(ord(character) > 127 for character in joined) <= 2
        return (too_few_to_judge and not _WITHIN_A_WORD.search(joined)) or is_chinese_in_gb18030(joined)
    return encoding != "cp1252" or is_western(joined)


def _mostly_read(cells: Sequence[bytes], encoding: str) -> list[str] | None:
    """Decode cells, without the unreadable ones; None where these are too many, or too many are cut."""
    read = [decode_cell(cell, encoding) for cell in cells]
    texts = [each.text for each in read if isinstance(each.text, str)]
    if len(texts) < (1 - MOST_UNREADABLE) * len(cells) or not texts:
        return None
    cut = [len(cell) for cell, each in zip(cells, read, strict=True) if each.cut]
    at_the_width = bool(cut) and set(cut) == {max(map(len, cells))}
    return None if len(cut) > len(cells) / 2 and not at_the_width else texts


def is_western(text: str) -> bool:
    """Tell Western European text by its accented letters, which stand beside plain ones, and its signs.

    Parameters
    ----------
    text
        Text that was read as Windows' Western European code page.
    """
    others = len(beyond_ascii(text))
    within_words = sum(len(beyond_ascii(found)) for found in _ACCENTED.findall(text))
    return others > 0 and within_words + len(_WESTERN_SIGNS.findall(text)) >= 0.8 * others


def is_chinese_in_gb18030(text: str) -> bool:
    """Tell text that was read as GB18030 and is Chinese from other text that only could be read so.

    Almost any bytes can be read as GB18030. In Chinese, characters are ideographs, full-width signs and punctuation,
    most are of the old standard with both bytes above 0xA0, and of these most are of its first level, the 3,755 in
    common use. In a Western text, the second byte is a plain letter, or two accented letters stand within a word; a
    Russian or a Greek one has hardly a byte below 0xC0, and a third of the bytes of Chinese are.
    """
    different = Counter(beyond_ascii(text))
    others = different.total()
    coded = {each: each.encode("gb18030") for each in different}

    def number(fits: Callable[[bytes], bool]) -> int:
        return sum(times for each, times in different.items() if fits(coded[each]))

    chinese = sum(times for each, times in different.items() if _CHINESE.match(each))
    common = number(lambda code: len(code) == 2 and min(code) >= 0xA1)
    ideographs = number(lambda code: len(code) != 2 or not 0xA1 <= code[0] <= 0xAF)
    first_level = number(lambda code: len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1)
    within_words = sum(len(each) for each in _WITHIN_A_WORD.findall(text))
    letters = [byte >= 0xC0 for code in coded.values() for byte in code]
    if len(letters) >= ENOUGH_BYTES and sum(letters) >= 0.97 * len(letters):
        return False
    return (
        others > 0
        and chinese >= 0.95 * others
        and common >= 0.5 * others
        and first_level >= 0.5 * ideographs
        and within_words <= 0.5 * chinese
    )
