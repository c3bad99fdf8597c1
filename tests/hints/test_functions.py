"""Advice of errors that are not of a study's own data: of files that are retrieved, published, placed or registered."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

import ruralpanel as rp
from ruralpanel.commands.compare import _free_to_write
from ruralpanel.commands.new_study import unreadable
from ruralpanel.errors import ProblemsFound, StudyError
from ruralpanel.estimation.block import block_results
from ruralpanel.placement import add_files, place
from ruralpanel.sources.retrieval import confirmed_digest, retrieve
from ruralpanel.sources.table import read_source
from ruralpanel.study.load import RAW_FOLDER, below_raw_folder
from ruralpanel.study.published_files import places_to_publish
from ruralpanel.study.registration import load_registrations
from ruralpanel.study.sources import Source
from ruralpanel.study.yaml_file import parse_yaml
from ruralpanel.verification.published import read_published, refuse_to_replace_print
from tests.conftest import equation, shipped_study

FORM = b"village,year\n1,2010\n"
KEPT = Source.model_validate(
    {
        "retrieve": {"file": "form.csv", "sha256": hashlib.sha256(FORM).hexdigest()},
        "access": "ask the archive",
        "key": ["village"],
        "columns": {"village": {}},
    }
)
FILES = Path(__file__).parent.parent / "sources/files"
PRINTED = "cell,block,specification,outcome,estimator,term,value,statistic,source\na,b,m,y,e,x,{},estimate,{}\n"


class Mistake(NamedTuple):
    """A call that is refused, and what is advised, done before or instead."""

    hint: str
    first: Callable[[Path], object]
    second: Callable[[Path], object]


def mirrored(contents: bytes) -> Callable[[Path], object]:
    """Retrieve a file from a folder in which somebody has put it."""

    def call(folder: Path) -> object:
        (folder / "mirror").mkdir(exist_ok=True)
        (folder / "mirror/form.csv").write_bytes(contents)
        return retrieve("form", KEPT, folder / "kept/form.csv", [folder / "mirror"])

    return call


def confirmed(folder: Path) -> object:
    """Insist on the hash of a file that somebody has changed."""
    (folder / "kept").mkdir(exist_ok=True)
    (folder / "kept/form.csv").write_bytes(b"changed")
    return confirmed_digest("form", KEPT, folder / "kept/form.csv")


def run_again(folder: Path) -> object:
    """Do what the next run does."""
    mirrored(FORM)(folder)
    return confirmed_digest("form", KEPT, folder / "kept/form.csv")


def of_r(**keys: str) -> Callable[[Path], object]:
    """Read a workspace of R."""
    columns = {"village": {"type": "text"}}
    declared = {"path": "workspace.RData", "key": ["village"], "columns": columns, **keys}
    return lambda _: read_source("r", Source.model_validate(declared), FILES / "r/workspace.RData")


def of_sas(catalogue: str) -> Callable[[Path], object]:
    """Read a file of SAS with labels; the catalogue lies beside it."""

    def call(folder: Path) -> object:
        for name in ("villages.sas7bdat", "formats.sas7bcat"):
            shutil.copy(FILES / "sas" / name, folder)
        (folder / "other.txt").write_text("no catalogue")
        declared = {
            "path": "villages.sas7bdat",
            "key": ["name"],
            "columns": {"name": {}, "kind": {"value_labels": True}},
            "catalogue": catalogue,
            "drop_rows": [{"last": 1, "reason": "no name"}],
        }
        return read_source("sas", Source.model_validate(declared), folder / "villages.sas7bdat")

    return call


def published(
    value: str, source: str = "table 3", then: Callable[[Path], Any] = read_published
) -> Callable[[Path], object]:
    """Use a file of printed values."""

    def call(folder: Path) -> object:
        (folder / "published.csv").write_text(PRINTED.format(value, source), encoding="utf-8")
        return then(folder / "published.csv")

    return call


def moved_away(folder: Path) -> object:
    """Move the file away, and ask again."""
    (folder / "published.csv").rename(folder / "typed.csv")
    return refuse_to_replace_print(folder / "published.csv")


def through_a_link(folder: Path) -> object:
    """Place a file where a link leads elsewhere."""
    (folder / "results").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "results/tables").symlink_to(folder / "elsewhere")
    return place(folder / "results", "tables/one.csv")


def without_the_link(folder: Path) -> object:
    """Take the link away."""
    (folder / "results/tables").unlink()
    return place(folder / "results", "tables/one.csv")


def taken(name: str) -> Callable[[Path], object]:
    """Write a comparison where there may be a file."""

    def call(folder: Path) -> object:
        (folder / "notes.csv").write_text("my,notes\n")
        return _free_to_write(folder / name)

    return call


def raised(problems: list[Any]) -> None:
    """Raise problems that are given back."""
    if problems:
        raise StudyError(problems)


def zipped(folder: Path) -> object:
    """Draft from a zip file without anything to read."""
    shutil.make_archive(str(folder / "form"), "zip", folder, ".")
    return raised(unreadable(str(folder / "form.zip")))


def unpacked(folder: Path) -> object:
    """Unpack it, and find what can be read under its right name."""
    (folder / "form.csv").write_bytes(FORM)
    return raised(unreadable(str(folder / "form.csv")))


def registrations(text: str | None) -> Callable[[Path], object]:
    """Read the registered plans, as somebody left them; None for the history, in which there were none."""

    def call(folder: Path) -> object:
        path = folder / "mine.json"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        return load_registrations(path)

    return call


def repeated(**keys: object) -> Callable[[Path], object]:
    """Read a file in a notebook whose rows no columns tell apart."""

    def call(folder: Path) -> object:
        pd.DataFrame({"village": [1, 1, 2], "income": [5, 5, 6]}).to_csv(folder / "form.csv", index=False)
        return rp.read(folder / "form.csv", **keys)

    return call


def study(text: str) -> Callable[[Path], object]:
    """Read the text of a study file."""
    return lambda _: parse_yaml(text, Path("mine.yaml"))


def own(returned: str) -> Callable[[Path], object]:
    """Estimate by a function of a study's own."""

    def call(folder: Path) -> object:
        program = "from ruralpanel.estimation.result import EquationResult\n\n\n"
        program += f"def estimate(panel, equation, ledger):\n    rows = [{{'term': 'listed'}}]\n    return {returned}\n"
        name = f"own_{abs(hash(returned))}.py"
        (folder / name).write_text(program)
        rows = pd.DataFrame([(1, 2000, 1.0, 0), (1, 2001, 2.0, 1)], columns=["village", "year", "y", "listed"])
        return block_results(rows, [equation(estimator=f"{name}:estimate")], folder=folder)

    return call


def below(named: str) -> Callable[[Path], object]:
    """Look for raw files where the environment says."""

    def call(folder: Path) -> object:
        (folder / "raw").mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(RAW_FOLDER, str(folder / named))
            return below_raw_folder(shipped_study("replications/castle").model_copy(update={"raw_folder": "raw"}))

    return call


def moved(folder: Path) -> object:
    """Add files to a folder once another of the name is moved away."""
    (folder / "paper/one.csv").rename(folder / "old.csv")
    return add_files(folder / "made", folder / "paper")


def there_already(folder: Path) -> object:
    """Add files to a folder that has another of the name."""
    for name, text in (("made", "new"), ("paper", "old")):
        (folder / name).mkdir()
        (folder / name / "one.csv").write_text(text)
    return add_files(folder / "made", folder / "paper")


MISTAKES = [
    Mistake("write `return EquationResult(rows)`", own("rows"), own("EquationResult(rows)")),
    Mistake("name the folder that holds the raw files", below("nowhere"), below("raw")),
    Mistake("move such files away first, if you mean to have them made anew", there_already, moved),
    Mistake(
        "name a file such as results/published/mine.csv as `published`, or leave the key away",
        lambda folder: places_to_publish("data/mine.csv", folder, []),
        lambda folder: places_to_publish("results/published/mine.csv", folder, []),
    ),
    Mistake(
        "put form.csv into a folder and set RURALPANEL_MIRROR to that folder; how to get it: ask the archive",
        lambda folder: retrieve("form", KEPT, folder / "kept/form.csv"),
        mirrored(FORM),
    ),
    Mistake("put the right file there", mirrored(b"other"), mirrored(FORM)),
    Mistake("run again, and it is retrieved anew", confirmed, run_again),
    Mistake("give `object`: survey, other", of_r(), of_r(object="survey")),
    Mistake("`catalogue` names a file .sas7bcat", of_sas("other.txt"), of_sas("formats.sas7bcat")),
    Mistake("write it as printed, with a plain minus sign and no stars", published("−0.21**"), published("-0.21")),
    Mistake(
        "move the file away first, if you mean to",
        published("-0.21", then=refuse_to_replace_print),
        moved_away,
    ),
    Mistake(
        "write it from there, without `..`, a drive or a `/` in front",
        lambda folder: place(folder, "../one.csv"),
        lambda folder: place(folder, "one.csv"),
    ),
    Mistake("take the link away", through_a_link, without_the_link),
    Mistake("give --csv another name", taken("notes.csv"), taken("comparison.csv")),
    Mistake("unpack it, and look", zipped, unpacked),
    Mistake("take it from the history of the repository as it was", registrations("[]"), registrations(None)),
    Mistake(
        "say which do: key=[…]; with on_violation='quarantine', rows that share them are set aside",
        repeated(),
        repeated(key=["village"], on_violation="quarantine"),
    ),
    Mistake("config/README.md shows what a study file holds", study(""), study("study: mine\n")),
    Mistake("rows of data belong into a raw file", study("a: [" + "1," * 400_000 + "]"), study("a: raw.csv\n")),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.hint[:50])
def test_what_is_advised_helps(mistake: Mistake, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as raised:
        mistake.first(tmp_path)
    assert mistake.hint in "; ".join(each.hint for each in raised.value.problems)
    mistake.second(tmp_path)
