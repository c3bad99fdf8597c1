"""Study files that nobody would write: keys, types, references, oddities of YAML, depth and aliases.

What is asked for is a study, or an error of ours that names the file, in a time that a person waits.
"""

from __future__ import annotations

import copy
import random
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ruralpanel.errors import StudyError
from ruralpanel.study.load import load_study
from tests.archive.small_study import STUDY, write_small_study
from tests.fuzz.run import Finding, Hung, limited

SECONDS = 20

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 10**30, 0.5, float("inf"), float("nan"), "", " ", "x", "a" * 5000, "income", "village",
    "listed", "survey", "<script>", "{{ x }}", "=1+1", "../../etc/passwd", "/etc/passwd", "(a+)+$", "[", "[[a]]",
    "\x00", "年", "\u202e", "year ==", "x = 1", "((((1", "1e999", "2014Q3", [], {}, [[]], [None], ["listed", "listed"],
    {"from": None}, {"a": {"b": {"c": {}}}}, [1, "a", None], "village*year", "village[year]", "{outcome}", "no", "~",
]  # fmt: skip
"""What is put in the place of something else."""

TEXTS = (
    "&a [*a]\n", "? [1, 2]\n: x\n", "!!python/name:os.system x\n", "---\n...\n", "\t- x\n", "<<: {study: y}\n",
    "%YAML 9\n",
    "a: &x b\nc: *x\n", ": :\n", "'\n", "| \n", "study: 1\nstudy: 2\n", "\ufeff", "\x85", "- \n", "]\n", "#\n",
    "0x1F: 017\n", "more: {<<: *x, a: b}\n", "<<: [{study: y}, {title: z}]\n", "study: !!binary aGk=\n",
    "a: !!set {b, c}\n",
    "a: !!timestamp 2001-01-01\n", "a: !other {b: c}\n", "? |\n  key\n: x\n", "a: " + "[" * 3000 + "\n",
    "a: " + "{b: " * 300 + "\n",
    "a: 1:30:45\n", "a: 1_000\n", "a: .inf\n", "a: 2001-01-01\n", "no: yes\n", "? {a: b}\n: c\n", "--- !!map\n",
    "...\n---\n",
    "a: \"\\ud800\"\n", "a: \"\\0\"\n", "2014-01-01: x\n", "1.5: x\n", "null: x\n", "'': x\n", "a: >-\n  b\n c\n",
    "".join(f"b{at}: &b{at} [" + ", ".join(["x" if not at else f"*b{at - 1}"] * 9) + "]\n" for at in range(9)),
)  # fmt: skip
"""What is put between two lines, or in the place of one."""


def _places(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all keys and items."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else []
    return [place for key, value in inside for place in ((*at, key), *_places(value, (*at, key)))]


def _parent(data: Any, place: tuple[Any, ...]) -> Any:
    for part in place[:-1]:
        data = data[part]
    return data


@cache
def _models() -> tuple[str, ...]:
    """List the keys that there are anywhere in a study file."""
    schema = yaml.safe_load((Path(__file__).parents[2] / "config/schema.json").read_text(encoding="utf-8"))
    found: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(part.get("properties"), dict):
                found.update(part["properties"])
            for each in part.values():
                look(each)
        elif isinstance(part, list):
            for each in part:
                look(each)

    look(schema)
    return tuple(sorted(found))


def _replace(data: Any, draws: random.Random) -> str:
    place = draws.choice(_places(data))
    _parent(data, place)[place[-1]] = value = copy.deepcopy(draws.choice(VALUES))
    return f"{place}: {str(value)[:30]!r}"


def _remove(data: Any, draws: random.Random) -> str:
    place = draws.choice(_places(data))
    del _parent(data, place)[place[-1]]
    return f"{place} removed"


def _add(data: Any, draws: random.Random) -> str:
    mappings = [(), *(place for place in _places(data) if isinstance(_parent(data, (*place, None)), dict))]
    place = draws.choice(mappings)
    key, value = draws.choice(_models()), copy.deepcopy(draws.choice(VALUES))
    _parent(data, (*place, None))[key] = value
    return f"{(*place, key)} added: {str(value)[:30]!r}"


def _rename(data: Any, draws: random.Random) -> str:
    place = draws.choice([each for each in _places(data) if isinstance(each[-1], str)])
    parent, name = _parent(data, place), str(draws.choice([*VALUES[10:30], *_models()[:20]]))
    parent[name] = parent.pop(place[-1])
    return f"{place} renamed {name[:30]!r}"


def _move(data: Any, draws: random.Random) -> str:
    one, other = draws.choice(_places(data)), draws.choice(_places(data))
    value = copy.deepcopy(_parent(data, one)[one[-1]])
    _parent(data, other)[other[-1]] = value
    return f"{one} copied to {other}"


def _deepen(data: Any, draws: random.Random) -> str:
    place, depth = draws.choice(_places(data)), draws.choice([3, 30, 80])
    value: Any = "x"
    for _ in range(depth):
        value = [value] if draws.random() < 0.5 else {"a": value}
    _parent(data, place)[place[-1]] = value
    return f"{place} {depth} deep"


CHANGES: tuple[Callable[[Any, random.Random], str], ...] = (
    _replace,
    _replace,
    _remove,
    _add,
    _add,
    _rename,
    _move,
    _deepen,
)


def changed(draws: random.Random) -> tuple[str, bytes]:
    """Draw a study file: what is odd about it, and its bytes."""
    if draws.random() < 0.7:
        data, odd = yaml.safe_load(STUDY), []
        for _ in range(draws.choice([1, 1, 2, 3])):
            odd.append(draws.choice(CHANGES)(data, draws))
        return "; ".join(odd), yaml.safe_dump(data, allow_unicode=True, sort_keys=False).encode()
    lines = STUDY.splitlines(keepends=True)
    odd = []
    for _ in range(draws.choice([1, 2, 3])):
        at, text = draws.randrange(len(lines)), draws.choice(TEXTS)
        lines[at] = draws.choice([text, lines[at] + text, lines[at].rstrip("\n") + text, lines[at].lstrip()])
        odd.append(f"line {at + 1}: {lines[at][:40]!r}")
    written = bytearray("".join(lines).encode())
    if draws.random() < 0.3:
        at = draws.randrange(len(written))
        written[at] = draws.randrange(256)
        odd.append(f"byte {at} is {written[at]}")
    return "; ".join(odd), bytes(written)


def case(seed: int, _: str = "") -> list[Finding]:
    """Load a changed study, whose files are there."""
    odd, contents = changed(random.Random(seed))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write_small_study(root)
        (root / "config/studies/small.yaml").write_bytes(contents)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                with limited(SECONDS):
                    load_study("small", root)
            except StudyError:
                return []
            except Hung:
                return [Finding(seed, "study", odd, f"hangs for {SECONDS} s")]
            except Exception as error:  # what is looked for
                return [Finding(seed, "study", odd, f"{type(error).__name__}: {str(error)[:200]}")]
    return []
