"""Where the files that a study names lie in its archive, and the study file that names them there.

A file stays where it is named, if that is a place below the top of the repository that every system knows. One that
is named by an absolute path, by a path that leads upwards, or by a name that other systems cannot have, gets a place
below ``data/raw``, and the study file in the archive names that place.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

import yaml

from ruralpanel.archive.contents import NEVER, NOT_FOR_INPUTS, ArchiveError, is_restricted, lies_in_restricted
from ruralpanel.errors import Problem
from ruralpanel.placement import stays_inside
from ruralpanel.study.inputs import files_by_key
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import KeyPath, dotted, parse_yaml

_NOT_PORTABLE = re.compile(r"""[{}<>:"|?*\\\x00-\x1f\x7f]|[. ]$""")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a study lies in its archive.

    Parameters
    ----------
    study
        The study as its file in the archive has it.
    text
        That file.
    originals
        For every path that it names, the file that lies there now; files that are not there are left out.
    names
        For every path that the study file of the repository names, the one that its file in the archive has.
    moved
        What is named otherwise in the archive: the key, and the place there.
    """

    study: Study
    text: str
    originals: Mapping[str, Path]
    names: Mapping[str, str]
    moved: Mapping[str, str]


def layout_of(study: Study, text: str, root: Path) -> Layout:
    """Find a place in the archive for every file that a study names.

    Parameters
    ----------
    study
        The study.
    text
        Its file.
    root
        The top of the repository.

    Raises
    ------
    ArchiveError
        If the study file cannot be made to name the places.
    """
    named = files_by_key(study)
    places: dict[KeyPath, str] = {}
    twinned: set[str] = set()
    holders: dict[str, Path] = {}  # by the place in small letters, for systems that do not tell them apart
    for key, path in named.items():
        file = root / path
        here = _place_here(path, root)
        alone = key[0] == "sources" and key[-1] == "path" and is_restricted(study, str(key[1]))
        shared = here is not None and here.casefold() in holders
        other = shared and (here not in places.values() or holders[str(here).casefold()] != _real(file))
        if here is None or other or (shared and (alone or here in twinned)):
            here = _new_place(study.study, key, path, set(holders))
        places[key] = here
        holders[here.casefold()] = _real(file)
        if alone:
            twinned.add(here)  # the twin is of what one source reads of a file
    changed = {key: place for key, place in places.items() if place != named[key]}
    rewritten = _with_paths(text, changed)
    archived = _read_again(text, rewritten, changed)
    return Layout(
        study=archived,
        text=rewritten,
        originals={place: root / named[key] for key, place in places.items() if (root / named[key]).is_file()},
        names={named[key]: place for key, place in places.items()},
        moved={dotted(key): place for key, place in changed.items()},
    )


def _place_here(path: str, root: Path) -> str | None:
    """Give the path of a file from the top of the repository, where an archive can have it there."""
    if stays_inside(path) and (kept := _kept(PurePosixPath(path))):
        return kept
    file = root / path
    real, top = file.parent.resolve() / file.name, root.resolve()
    return _kept(PurePosixPath(real.relative_to(top).as_posix())) if real.is_relative_to(top) else None


def _kept(path: PurePosixPath) -> str | None:
    """Give a path back that every system can have, and where the archive has nothing of its own."""
    odd = any(_NOT_PORTABLE.search(part) or _RESERVED.fullmatch(part) for part in path.parts)
    first = path.parts[0].casefold()
    ours = first in NOT_FOR_INPUTS or first.startswith(".")
    built = first == "results" and path.parts[:2] != ("results", "published")
    return None if odd or ours or built or not stays_inside(path) else path.as_posix()


def _new_place(study: str, key: KeyPath, path: str, taken: set[str]) -> str:
    """Make up a place for a file from what names it, the same on every machine."""
    if key == ("published",):
        return f"results/published/{study}.csv"
    folder = f"data/raw/{study}" + (f"/{NEVER}" if lies_in_restricted(path) else "")
    of = str(key[1]) if len(key) > 1 and key[0] != "paper" else str(key[0])
    name = PureWindowsPath(path).name  # what follows the last `/` or `\`
    name = re.sub(r"^\.+|[. ]+$", "", re.sub(_NOT_PORTABLE, "_", name)) or "file"
    name = f"_{name}" if _RESERVED.fullmatch(name) else name
    number, place = 1, f"{folder}/{of}/{name}"
    while place.casefold() in taken:
        number += 1
        place = f"{folder}/{of}_{number}/{name}"
    return place


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _with_paths(text: str, places: Mapping[KeyPath, str]) -> str:
    """Write other paths into the text of a study file, and leave all else as it is."""
    marks = {}
    for key, place in places.items():
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        assert node is not None
        for part in key:
            node = next(value for name, value in node.value if name.value == part)
        marks[node.start_mark.index, node.end_mark.index] = place
    for (begin, end), place in sorted(marks.items(), reverse=True):
        old = text[begin:end]
        anchor = re.match(r"(?:[&!]\S*\s+)*", old)
        after = "\n" if old.endswith("\n") else ""  # of a text over several lines
        text = text[:begin] + (anchor[0] if anchor else "") + json.dumps(place, ensure_ascii=False) + after + text[end:]
    return text


def _read_again(text: str, rewritten: str, places: Mapping[KeyPath, str]) -> Study:
    """Read the study from the text with other paths, and insist that nothing but the paths is another."""
    shown = Path("the study file")
    wanted = parse_yaml(text, shown).data
    for key, place in places.items():
        inner = wanted
        for part in key[:-1]:
            inner = inner[part]
        inner[key[-1]] = place
    archived = Study.model_validate(parse_yaml(rewritten, shown).data)
    if archived != Study.model_validate(wanted):
        what = "names a file in a way that cannot be written anew for the archive"
        hint = "write the path plainly, not by an anchor that other keys share"
        raise ArchiveError(Problem(str(shown), what, dotted(key), hint) for key in places)
    return archived
