"""Read a YAML file and remember the line of every key.

PyYAML follows YAML 1.1, in which ``on``, ``off``, ``yes`` and ``no`` are truth values, ``12:30`` a number in base
60 and ``010101`` an octal number. A study file has keys called ``on``, and codes that begin with zero, so scalars
are resolved here as YAML 1.2 does, with a leading zero keeping a number text.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ruralpanel.errors import Problem, StudyError, nearest

KeyPath = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[Any, Any] = {}


_INTEGER = r"[-+]?(?:0|[1-9][0-9]*)"
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), [*"~nN", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(rf"^{_INTEGER}$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        rf"^(?:{_INTEGER}\.[0-9]*(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?|{_INTEGER}[eE][-+]?[0-9]+)$"
    ),
    list("-+.0123456789"),
)


if yaml.__with_libyaml__:

    class _QuickLoader(yaml.composer.Composer, yaml.CSafeLoader):
        """Reads with libyaml, many times as fast; what it refuses the other loader reads again and says why.

        Nodes are composed in Python, for libyaml's own way nests them until the stack ends.
        """

        yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

        def __init__(self, text: str) -> None:
            super().__init__()
            yaml.CSafeLoader.__init__(self, text)


MOST_KEYS = 100_000
"""More keys and items than any study has; aliases that multiply pass it quickly."""


class _TooLarge(Exception):
    """The file expands to more than a study can hold."""


_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class YamlFile:
    """The contents of a YAML file with the line of every key in it.

    Parameters
    ----------
    path
        The file, as it is to be named in messages.
    data
        Its contents: mappings, lists and scalars.
    lines
        For the path of every key and list item, its line, counted from 1.
    """

    path: Path
    data: Any
    lines: dict[KeyPath, int]

    def line_of(self, key_path: KeyPath) -> int:
        """Give the line of a key, or of the nearest key above it."""
        while key_path not in self.lines and key_path:
            key_path = key_path[:-1]
        return self.lines.get(key_path, 1)

    def problem(self, key_path: KeyPath, what: str, hint: str = "") -> Problem:
        """Describe a problem at a key of this file."""
        return Problem(f"{self.path}, line {self.line_of(key_path)}", what, dotted(key_path), hint)


def dotted(key_path: KeyPath) -> str:
    """Write the path of a key as a person would: ``blocks.baseline.outcomes[2]``, list items from 1."""
    text = ""
    for part in key_path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else str(part)
    return text


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_directory(path: Path) -> bool:
    """Tell whether there is such a folder; a name that no folder can have is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_yaml(path: Path, shown_as: Path | None = None) -> YamlFile:
    """Read a YAML file whose top level is a mapping.

    Parameters
    ----------
    path
        The file to read.
    shown_as
        How to name it in messages; by default as given.

    Returns
    -------
    YamlFile
        Its contents with line numbers.

    Raises
    ------
    StudyError
        If the file cannot be read, is not UTF-8, is not YAML, repeats a key or has no keys.
    """
    shown = shown_as or path
    return parse_yaml(_text_of(path, shown), shown)


def _text_of(path: Path, shown: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            [
                Problem(
                    str(shown),
                    f"is not UTF-8 text (byte {error.start + 1} cannot be read)",
                    hint="save it as UTF-8",
                )
            ]
        ) from None
    except OSError as error:
        raise StudyError([Problem(str(shown), f"cannot be read: {error.strerror}")]) from None


def parse_yaml(text: str, shown: Path) -> YamlFile:
    """Read the text of a YAML file whose top level is a mapping.

    Parameters
    ----------
    text
        The file's contents.
    shown
        How to name it in messages.

    Raises
    ------
    StudyError
        If it is not YAML, repeats a key or has no keys.
    """
    lines: dict[KeyPath, int] = {}
    problems: list[tuple[int, KeyPath, str]] = []
    if max(map(text.count, ":,\n")) > MOST_KEYS:  # before it takes long to find out
        what = f"has more than {MOST_KEYS:,} keys, items or lines, which no study has"
        raise StudyError([Problem(str(shown), what, hint="rows of data belong into a raw file")])
    try:
        loader, node = _composed(text)
        data = _construct(loader, node, (), lines, problems, ())
    except yaml.YAMLError as error:
        raise StudyError([_syntax_problem(shown, error, text)]) from None
    except (RecursionError, _TooLarge):
        raise StudyError([Problem(str(shown), "is nested too deeply, or repeats itself without end")]) from None
    except (ValueError, OverflowError) as error:
        raise StudyError([Problem(str(shown), f"is not valid YAML: {error}")]) from None
    if problems:
        raise StudyError(Problem(f"{shown}, line {line}", what, dotted(key)) for line, key, what in problems)
    if not isinstance(data, dict):
        found = "is empty" if data is None else "does not hold keys with values at its top level"
        raise StudyError([Problem(str(shown), found, hint="config/README.md shows what a study file holds")])
    return YamlFile(shown, data, lines)


def _composed(text: str) -> tuple[yaml.constructor.SafeConstructor, yaml.Node | None]:
    """Read a text's one document, with the loader that turns its scalars into values."""
    with suppress(yaml.YAMLError):
        quick = _QuickLoader(text) if yaml.__with_libyaml__ else _Loader(text)
        return quick, quick.get_single_node()
    loader = _Loader(text)
    return loader, loader.get_single_node()


def _construct(
    loader: yaml.constructor.SafeConstructor,
    node: yaml.Node | None,
    at: KeyPath,
    lines: dict[KeyPath, int],
    problems: list[tuple[int, KeyPath, str]],
    inside: tuple[int, ...],
) -> Any:
    """Turn nodes into plain values, noting the line of each key and every key that is repeated."""
    if node is None:
        return None
    if len(lines) > MOST_KEYS:
        raise _TooLarge
    if id(node) in inside:
        problems.append((node.start_mark.line + 1, at, "refers to itself through an alias"))
        return None
    inside = (*inside, id(node))
    if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN_TAGS:
        problems.append((node.start_mark.line + 1, at, f"has the tag {node.tag}, which a study file cannot use"))
        return None
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = loader.construct_object(key_node, deep=True) if isinstance(key_node, yaml.ScalarNode) else None
            # Below the top level, whose keys are all words, a whole number may be a key: `breaks: {2020: …}`.
            if at and isinstance(key, int) and not isinstance(key, bool):
                key = str(key)
            if not isinstance(key, str):
                shown = getattr(key_node, "value", "") if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
                problems.append((line, at, f"the key {shown!r} is not text; put it in quotes if it is meant as a name"))
                continue
            here = (*at, key)
            if key in mapping:
                problems.append((line, here, f"is given twice (first in line {lines[here]}); only one can count"))
                continue
            lines[here] = line
            mapping[key] = _construct(loader, value_node, here, lines, problems, inside)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*at, index)] = item.start_mark.line + 1
            items.append(_construct(loader, item, (*at, index), lines, problems, inside))
        return items
    try:
        return loader.construct_object(node, deep=True)
    except (ValueError, KeyError, IndexError, AttributeError, yaml.constructor.ConstructorError):
        what = f"{node.value[:40]!r} cannot be read as {node.tag.rsplit(':', 1)[-1]}; leave the tag away"
        problems.append((node.start_mark.line + 1, at, what))
        return None


def _syntax_problem(shown: Path, error: yaml.YAMLError, text: str) -> Problem:
    """Say where YAML stopped making sense, and what usually causes it."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"{shown}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(shown)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    hint = "check indentation, colons and quotes near that line"
    if "'\\t'" in str(what):
        hint = "indent with spaces; YAML does not allow tabs"
    elif "mapping values are not allowed" in str(what):
        hint = "put text that contains a colon in quotes"
    elif str(what).endswith("but got '['"):
        hint = 'put text that contains a bracket in quotes: ["village[year]", year]'
    elif "undefined alias" in str(what):
        anchors = re.findall(r"(?<!\S)&([\w.-]+)", text)
        hint = nearest(str(what).split("'")[1], anchors) or "no part of the file is marked with `&name`"
    return Problem(where, f"is not valid YAML: {what}", hint=hint)
