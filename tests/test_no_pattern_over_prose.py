"""No room reads a sentence that another has written: what is told is passed on as codes, arguments and lists.

The rule looks at every call that takes text apart or looks for something in it. It may not look for a phrase, and it
may not be done to a column or attribute that holds words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import syntax_of

SOURCE = Path(__file__).parent.parent / "src/ruralpanel"

METHODS = {
    *("partition", "rpartition", "split", "rsplit", "startswith", "endswith", "removeprefix", "removesuffix"),
    *("contains", "match", "fullmatch", "search", "findall", "finditer", "extract", "sub", "compile", "index", "find"),
}
"""Calls that take text apart, of text, of columns of text, or of regular expressions."""

WORDS = {
    *("reason", "sample", "step", "variance", "spatial", "bootstrap", "permutation", "adjustment", "first_stage"),
    *("anderson_rubin", "not_used", "fixed_effects", "regressors", "clustered_by", "instruments", "left_out"),
    *("treated_units", "words", "notes", "title", "caption", "sentence", "resampling"),
}
"""Names of columns and attributes that hold what is told."""

SEPARATORS = {" + ", "; ", " and "}
"""What stands between the parts of a sentence, or of a list that was written as one."""

PHRASE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|(?:^|[^A-Za-z])(?: of | at | from | with | without )|^[a-z]+ $")
"""Words with a space between them, or a word of a sentence between spaces."""

MAY = {
    "study/paper_text.py": "reads the text of a paper, which its author writes",
    "study/yaml_file.py": "reads what the parser of YAML says of a file, and how a date is written in one",
    "drafting": "reads raw files of which nothing is known",
    "doctor": "reads raw files, git’s lists and the machine’s",
    "sources": "reads raw files",
    "toponymy": "reads names of places",
    "simulation/raw": "writes raw files as they are found",
    "progress.py": "reads what Snakemake says",
    "report/paper/typesetting.py": "reads what Typst says",
}
"""Where text comes from people or from other programs, and why it has to be read."""


def literals(node: ast.AST) -> Iterator[str]:
    """Give the texts within an argument, those in the fixed parts of f-strings among them."""
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def holds_words(node: ast.AST) -> bool:
    """Tell whether something is, or comes straight from, a column or an attribute that holds words."""
    while True:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if node.slice.value in WORDS:
                return True
            node = node.value
        elif isinstance(node, ast.Attribute):
            if node.attr in WORDS:
                return True
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and node.args:
            node = node.args[0]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func.value
        else:
            return isinstance(node, ast.Name) and node.id in {"sentence", "reason"}


def patterns_over_prose(source: ast.Module) -> list[tuple[int, str]]:
    """Find the lines of a module that take a sentence apart, and how."""
    found = []
    for node in ast.walk(source):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in METHODS:
            continue
        texts = [text for each in [*node.args, *(each.value for each in node.keywords)] for text in literals(each)]
        over = [node.func.value, *(node.args if isinstance(node.func.value, ast.Name) else [])]
        is_split = node.func.attr in ("split", "rsplit", "partition", "rpartition")
        if (
            any(PHRASE.search(text) for text in texts)
            or any(holds_words(each) for each in over)
            or (is_split and SEPARATORS & set(texts))
        ):
            found.append((node.lineno, ast.unparse(node)))
    return found


def may(path: Path) -> bool:
    """Tell whether a module reads what people or other programs wrote."""
    name = path.relative_to(SOURCE).as_posix()
    return any(name == each or name.startswith(f"{each}/") for each in MAY)


@pytest.mark.slow
def test_no_module_reads_sentences() -> None:
    found = [
        f"{path.relative_to(SOURCE).as_posix()}, line {line}: {what}"
        for path in sorted(SOURCE.rglob("*.py"))
        if not may(path)
        for line, what in patterns_over_prose(syntax_of(path))
    ]
    assert not found, "pass a code, arguments or a list on in place of the sentence: " + "; ".join(found)


@pytest.mark.parametrize(
    "line",
    [
        'row["reason"].startswith("no standard error")',
        'estimates["reason"].str.contains(TOO_FEW)',
        'str(row["sample"]).split(", ")',
        'ESTIMATORS[name].words.partition(", whose coefficients are of ")',
        'row["fixed_effects"].split(" + ")',
        're.search("zero by construction", text)',
        're.compile(r",? ?without event time ([-\\d, ]+) of")',
        "re.findall(r'\\w+', line['step'])",
        'name.split(" + ")',
        'term.partition(" at ")',
        'reason.startswith("nobody")',
    ],
)
def test_the_rule_finds_what_there_was(line: str) -> None:
    assert patterns_over_prose(ast.parse(line))


@pytest.mark.parametrize(
    "line",
    ['address.split("@")', 'term.split("*")', 'path.name.endswith(".csv")', 're.fullmatch(r"[0-9a-f]{64}", digest)'],
)
def test_the_rule_lets_identifiers_be_read(line: str) -> None:
    assert not patterns_over_prose(ast.parse(line))


def test_what_may_read_text_is_there() -> None:
    assert all((SOURCE / each).exists() for each in MAY)
