"""Raw files that are known by their hash: where each is to be had, and where it is kept."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, model_validator

from ruralpanel.study.base import Section, Text

RETRIEVED_FILES = "data/raw/.retrieved"
"""Where retrieved files are kept for all studies, each in a folder called by its sha256."""


def _web_address(address: str) -> str:
    what = f"{address!r} is not an address on the web; write it as https://host/folder/file"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").encode("idna")
        _ = parts.port  # looking at the port is what checks it
    except ValueError:
        raise ValueError(what) from None
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\x00-\x1f]", address):
        raise ValueError(what)
    if "@" in parts.netloc:
        raise ValueError("holds a user name or a password; an address in a study file must be public")
    return address


def _sha256(digits: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", digits):
        raise ValueError(f"{digits!r} is not a sha256, which has 64 digits from 0 to 9 and a to f")
    return digits.lower()


def _plain_file_name(name: str) -> str:
    if not _is_plain_file_name(name):
        raise ValueError(f"{name!r} is not a plain file name; write it without folders, such as survey.csv")
    return name


def _is_plain_file_name(name: str) -> bool:
    """Tell whether a name can be a file's on every system, and cannot lead out of its folder."""
    return (
        0 < len(name.encode()) <= 200  # systems allow 255 bytes, and endings are added
        and name == name.strip()
        and not name.startswith(".")
        and not name.endswith(".")
        and not re.search(r"""[/\\:{}*?"<>|\x00-\x1f\x7f]""", name)
    )


class Retrieval(Section):
    """A raw file that is known by its hash, at a public address or in a folder of one's own."""

    address: Annotated[Text, AfterValidator(_web_address)] | None = None
    """Where the file is on the web: `https://…`. It must be there for everyone, without an account. Left out for a file
    that has no such address: it is then taken from a folder that the environment variable `RURALPANEL_MIRROR` names,
    and the source's `access` says how to get it there."""
    sha256: Annotated[Text, AfterValidator(_sha256)]
    """The file's sha256, 64 hexadecimal digits; a file with another is never used. `sha256sum FILE` prints it, on
    Windows `certutil -hashfile FILE SHA256`."""
    file: Annotated[Text, AfterValidator(_plain_file_name)] | None = None
    """The file's name, whose ending tells the format; left out: the last part of the address."""

    @model_validator(mode="after")
    def _a_name_to_keep_it_by(self) -> Retrieval:
        if self.address is None and self.file is None:
            raise ValueError("without an `address`, give the file's name with `file`")
        if not _is_plain_file_name(self.file_name):
            raise ValueError(f"{self.address} does not end in a file's name; give one with `file`")
        return self

    @property
    def file_name(self) -> str:
        """The declared name, or the last part of the address."""
        return self.file or unquote(urlsplit(self.address or "").path.rsplit("/", 1)[-1])

    @property
    def kept_as(self) -> str:
        """Where the file is kept, from the top of the repository."""
        return f"{RETRIEVED_FILES}/{self.sha256}/{self.file_name}"
