"""The small study with its files all over the disk: absolute, upwards, and behind links to files and to folders."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.archive.small_study import write_small_study
from tests.studies.small_study import FEW_DIAGNOSES

FILES = ("restricted/survey.csv", "restricted/register.dta", "gazetteer.csv")


def write_far_study(root: Path, elsewhere: Path) -> list[Path]:
    """Write the study under a root and its files elsewhere.

    Parameters
    ----------
    root
        The top of a repository.
    elsewhere
        A folder beside it that is not there yet.

    Returns
    -------
    list of pathlib.Path
        The files, each of which some source names: a restricted one absolutely, one upwards, and a public one both
        ways; one of each behind a link to the file and behind a link to its folder; and corrections.
    """
    write_small_study(root)
    there = elsewhere / "their data"
    there.mkdir(parents=True)
    for number, name in enumerate(FILES):
        (root / "data/raw/small" / name).rename(there / Path(name).name)
        for kind in ("link", "folder"):
            copy = elsewhere / f"{kind} {number}" / Path(name).name
            copy.parent.mkdir()
            copy.write_bytes((there / copy.name).read_bytes())
    corrections = there / "corrections.csv"
    cells = pd.read_csv(there / "survey.csv", dtype=str, encoding="gb18030").iloc[0]
    corrections.write_text(
        f"village,year,column,from,to,reason\n{cells['code']},{cells['year']},income,{cells['income']},777,a slip\n"
    )
    up = Path("../" + elsewhere.name)
    behind_link, folder = root / "data/raw/small/a link.csv", root / "data/raw/small/linked"
    behind_link.symlink_to(elsewhere / "link 2" / "gazetteer.csv")
    folder.symlink_to(elsewhere / "folder 1", target_is_directory=True)
    (root / "data/raw/small/hers.dta").symlink_to(elsewhere / "link 1" / "register.dta")
    (root / "data/raw/small/open").symlink_to(up.parent / up.parent / up.parent / up / "folder 2")
    path = root / "config/studies/small.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "path: data/raw/small/restricted/survey.csv", f'path: "{there / "survey.csv"}"  # on this machine'
    )
    text = text.replace("    missing_codes: [-9]\n", f"    missing_codes: [-9]\n    corrections: {corrections}\n", 1)
    text = text.replace("path: data/raw/small/restricted/register.dta", f"path: {up}/their data/register.dta")
    text = text.replace("path: data/raw/small/gazetteer.csv", f"path: '{up}/their data/gazetteer.csv'")
    sources = [
        ("absolute", there / "gazetteer.csv", True),
        ("linked", "data/raw/small/a link.csv", True),
        ("in_a_linked_folder", "data/raw/small/open/gazetteer.csv", True),
        ("hers", "data/raw/small/hers.dta", False),
        ("theirs", "data/raw/small/linked/register.dta", False),
    ]
    added, joins = "", ""
    for name, file, is_open in sources:
        code, column = ("code", "height") if is_open else ("villcode", "halls")
        village = f"{{ from: {code}, type: code, level: village }}"
        columns = f"{{ village: {village}, {column}_{name}: {{ from: {column} }} }}"
        added += f"  {name}:\n    path: {file}\n    key: [village]\n    columns: {columns}\n"
        added += f"    redistributable: {str(is_open).lower()}\n"
        joins += f"    - {{ source: {name}, on: [village], expect: many_to_one }}\n"
    text = text.replace("panel:\n", f"{added}panel:\n", 1).replace("  joins:\n", f"  joins:\n{joins}", 1)
    path.write_text(text + FEW_DIAGNOSES, encoding="utf-8")
    return sorted(path for path in elsewhere.rglob("*") if path.is_file())
