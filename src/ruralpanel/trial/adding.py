"""Entries added to the text of a study file, which keeps its comments and its order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ruralpanel.errors import Problem, StudyError
from ruralpanel.study.yaml_file import dotted, parse_yaml

WIDTH = 118
"""Characters of a line of a study file."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ./×–—’-]*")
_WORDS = re.compile(r"(?i)(?:~|null|true|false|yes|no|on|off|y|n)")


@dataclass(frozen=True)
class Added:
    """A text with entries in it that were not there.

    Parameters
    ----------
    text
        The whole.
    lines
        The lines that are new, each with its number.
    """

    text: str
    lines: tuple[tuple[int, str], ...]


def with_entries(text: str, entries: Sequence[tuple[tuple[str, ...], Mapping[str, Any], str]], shown: Path) -> Added:
    """Add entries to mappings of a YAML text, each behind those that its mapping has.

    Parameters
    ----------
    text
        The contents of a file.
    entries
        For each place its keys, such as ``("panel", "derived")``, what is added there by name, and a comment above it,
        or none.
    shown
        The file, for messages.

    Returns
    -------
    Added
        Nothing but lines that are new differs. A mapping that is not there is made at the end of the one above it.

    Raises
    ------
    StudyError
        If a mapping stands between braces on one line, so that no line can be added to it.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    trailing = len(lines) > 1 and lines[-1] == ""
    lines = lines[:-1] if trailing else lines
    document = yaml.compose("\n".join(lines), Loader=yaml.SafeLoader)
    assert document is not None  # a study file has been read already
    insertions = [_insertion(document, keys, added, comment, shown) for keys, added, comment in entries if added]
    insertions = [(_behind_text(lines, after), block) for after, block in insertions]
    new: list[tuple[int, str]] = []
    made, shift = list(lines), 0
    for after, block in sorted(insertions, key=lambda each: each[0]):
        made[after + shift : after + shift] = block
        new += [(after + shift + number, line) for number, line in enumerate(block, start=1)]
        shift += len(block)
    return Added(newline.join([*made, *([""] if trailing else [])]), tuple(new))


def verified(added: Added, wanted: Mapping[str, Any], shown: Path) -> Added:
    """Give a text back if it says what is wanted and nothing else.

    Raises
    ------
    StudyError
        If it does not, as where the file repeats parts by aliases.
    """
    if parse_yaml(added.text.removeprefix("\ufeff"), shown).data != wanted:
        what = "cannot be added to without changing what else it says"
        raise StudyError([Problem(str(shown), what, hint="add the lines by hand")])
    return added


def _insertion(
    document: yaml.Node, keys: tuple[str, ...], added: Mapping[str, Any], comment: str, shown: Path
) -> tuple[int, list[str]]:
    """Say after which line an entry goes, and write it."""
    node, depth = document, 0
    for key in keys:
        inside = _value_of(node, key)
        if inside is None:
            break
        node, depth = inside, depth + 1
    for key in reversed(keys[depth:]):
        added = {key: added}
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        place = dotted(keys[:depth])
        what = f"`{place}` stands on one line, to which no entry can be added"
        hint = f"write every entry of `{place}` on a line of its own"
        raise StudyError([Problem(f"{shown}, line {node.start_mark.line + 1}", what, hint=hint)])
    indent = node.value[0][0].start_mark.column
    step = 2
    written = [" " * indent + f"# {comment}"] if comment and depth == len(keys) else []
    written += [" " * indent + line for line in entry_lines(added, step, WIDTH - indent)]
    return _last_line(node.value[-1][1]) + 1, written


def _behind_text(lines: Sequence[str], after: int) -> int:
    """Go back over empty lines."""
    while after > 1 and not lines[after - 1].strip():
        after -= 1
    return after


def _value_of(node: yaml.Node, key: str) -> yaml.Node | None:
    """Give the value of a key that is there and not empty."""
    if not isinstance(node, yaml.MappingNode):
        return None
    found = next((value for name, value in node.value if name.value == key), None)
    return None if isinstance(found, yaml.ScalarNode) and found.value == "" else found


def _last_line(node: yaml.Node) -> int:
    """Find the line, from 0, on which a value ends."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        inside = [each[1] for each in node.value] if isinstance(node, yaml.MappingNode) else node.value
        return max(map(_last_line, inside))
    # The mark behind a text of several lines is on the line after it.
    is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return int(node.end_mark.line) - (1 if is_block else 0)


def entry_lines(entry: Mapping[str, Any], step: int = 2, width: int = WIDTH) -> list[str]:
    """Write a mapping as lines of YAML: what fits on one line, on one.

    Parameters
    ----------
    entry
        Names with values: texts, numbers, lists, and mappings of these.
    step
        How far what is within stands in.
    width
        Characters of a line.
    """
    lines: list[str] = []
    for key, value in entry.items():
        short = f"{_scalar(key)}: {_inline(value)}"
        if not isinstance(value, (Mapping, list)) or (len(short) <= width and _is_small(value)):
            lines.append(short)
        elif isinstance(value, Mapping):
            inside = entry_lines(value, step, width - step)
            lines += [f"{_scalar(key)}:", *(" " * step + line for line in inside)]
        else:
            lines += [f"{_scalar(key)}:", *(f"{' ' * step}- {_inline(each)}" for each in value)]
    return lines


def _is_small(value: Any) -> bool:
    """Tell whether a value may stand on the line of its key: lists, and mappings of a few plain values."""
    if isinstance(value, list):
        return True
    return len(value) <= 4 and not any(isinstance(each, Mapping) for each in value.values())


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_scalar(key)}: {_inline(each)}" for key, each in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Write a plain value; text in quotation marks where it would be read as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text) and text == text.strip():
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
