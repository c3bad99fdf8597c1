"""Advice of errors that are not of a study's own data: of files that are retrieved, published, placed or registered."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import pandas as pd
import pytest

import ruralpanel as rp
from ruralpanel.archive.layout import layout_of
from ruralpanel.archive.packing import refuse_what_was_added, write_manifest
from ruralpanel.commands.compare import _free_to_write
from ruralpanel.commands.new_study import unreadable
from ruralpanel.errors import ProblemsFound, StudyError
from ruralpanel.estimation.block import block_results
from ruralpanel.face import studies
from ruralpanel.placement import add_files, place
from ruralpanel.power.assumptions import Errors
from ruralpanel.power.components import measured_errors
from ruralpanel.report.paper.references import number_words
from ruralpanel.report.paper.typesetting import typeset
from ruralpanel.sources.retrieval import confirmed_digest, retrieve
from ruralpanel.sources.table import read_source
from ruralpanel.study.addresses import NoSuchNumber
from ruralpanel.study.load import RAW_FOLDER, below_raw_folder, load_study
from ruralpanel.study.paper_text import read_text
from ruralpanel.study.published_files import places_to_publish
from ruralpanel.study.registration import load_registrations
from ruralpanel.study.sources import Source
from ruralpanel.study.yaml_file import parse_yaml
from ruralpanel.verification.published import read_published, refuse_to_replace_print
from tests.archive.small_study import STUDY as SMALL
from tests.archive.small_study import write_small_study
from tests.conftest import equation, shipped_study
from tests.sources.test_old_text import TOWNS, old_stata

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


def added(to: str) -> Callable[[Path], object]:
    """Package again over a folder in which somebody has changed a file; or moved it to where it is kept."""

    def call(folder: Path) -> object:
        (folder / "package/data").mkdir(parents=True, exist_ok=True)
        if not (folder / "package/data/twin.csv").exists():
            (folder / "package/data/twin.csv").write_text("made up")
            write_manifest(folder / "package")
            (folder / "package/data/twin.csv").write_text("real")
        (folder / "package/data/twin.csv").rename(folder / to)
        return refuse_what_was_added(folder / "package", folder)

    return call


def archived(anchor: str, again: str) -> Callable[[Path], object]:
    """Write the paths of a study anew, of which one is of this machine, and may be what another key says too."""

    def call(folder: Path) -> object:
        if not (folder / "data").exists():
            write_small_study(folder)
        path = "data/raw/small/gazetteer.csv"
        text = SMALL.replace(path, f"{anchor}{folder / path}").replace("licence: CC0", f"licence: {again}")
        (folder / "config/studies/small.yaml").write_text(text, encoding="utf-8")
        return layout_of(load_study("small", folder), text, folder)

    return call


def worked_in(name: str) -> Callable[[Path], object]:
    """Look for a study from a folder, with a program that lies in no checkout."""

    def call(folder: Path) -> object:
        (folder / "paper/config").mkdir(parents=True, exist_ok=True)
        (folder / "paper/config/config.yaml").write_text("study: mine\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(studies, "__file__", str(folder / "program/studies.py"))
            return studies.top(folder / name)

    return call


def errors_of(*waves: int) -> object:
    """Measure what an outcome does around its effects."""
    rows = [(village, village // 3, wave, float(village * wave % 5)) for village in range(9) for wave in waves]
    return measured_errors(pd.DataFrame(rows, columns=["v", "c", "t", "y"]), "v", "t", "c", "y")


def printed(formats: str) -> Callable[[Path], object]:
    """Print an estimate in the text of a paper."""
    row = {"estimate": 0.1, "standard_error": 0.02, "interval_low": 0.06, "interval_high": 0.14, "p_value": 0.01}
    row |= {"outcome": "share", "estimator": "two_way_fixed_effects"}

    def call(_: Path) -> object:
        try:
            return number_words(pd.Series(row), "estimate", (formats,), None, "none")
        except NoSuchNumber as error:
            raise StudyError([error.problem("the text")]) from None

    return call


def in_letters(named: bool) -> Callable[[Path], object]:
    """Typeset in letters that lie in a folder of one's own."""

    def call(_: Path) -> object:
        document, text = '#set text(font: "STIXNonUnicode")\nA village.', read_text("A village.")
        folder = Path(matplotlib.get_data_path(), "fonts/ttf") if named else None
        return typeset(document, {}, text, "paper.md", font="STIXNonUnicode", font_folder=folder)

    return call


def cut(corrected: bool) -> Callable[[Path], object]:
    """Read names of places, of which one was cut within a character and may be another's."""

    def call(folder: Path) -> object:
        whole = [town.encode("gbk") for town in TOWNS]
        path = old_stata(folder / "towns.dta", [*whole[:3], whole[4], whole[4][:-1]])
        (folder / "fix.csv").write_text(f"n,column,from,to,reason\n{TOWNS[4][:-1]},n,{TOWNS[4][:-1]},{TOWNS[3]},cut\n")
        declared = {"path": "towns.dta", "key": ["n"], "columns": {"v": None, "n": None}, "corrections": "fix.csv"}
        fix = folder / "fix.csv" if corrected else None
        return read_source("towns", Source.model_validate(declared), path, fix)

    return call


MISTAKES = [
    Mistake("`corrections` can mend it", cut(corrected=False), cut(corrected=True)),
    Mistake("move them, or the folder, to where they are kept", added("package/data/twin.csv"), added("kept.csv")),
    Mistake(
        "write the path plainly, not by an anchor that other keys share",
        archived("&name ", "*name"),
        archived("", "CC0"),
    ),
    Mistake(
        "change into the folder that `run` is in, or give root=…",
        worked_in("elsewhere"),
        worked_in("paper"),
    ),
    Mistake(
        "assume `sd`, `icc` and `ar` instead",
        lambda _: errors_of(2010),
        lambda _: Errors.model_validate({"sd": 0.3, "icc": 0.2, "ar": 0.5}),
    ),
    Mistake("name the folder with its files", in_letters(named=False), in_letters(named=True)),
    Mistake("write percent", printed("percent_change"), printed("percent")),
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
