"""Find a study, read it, and report everything that is wrong with it at once."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.installation import CONFIGURED
from ruralpanel.study.checks import problems_in
from ruralpanel.study.checks.output import inputs_where_output_goes
from ruralpanel.study.checks.outside import OUTSIDE, files_outside, folders_outside
from ruralpanel.study.messages import places_of, problems_of
from ruralpanel.study.model import Study
from ruralpanel.study.periods import context_of
from ruralpanel.study.yaml_file import KeyPath, YamlFile, dotted, is_directory, is_file, read_yaml

STUDIES = Path("config/studies")


ENDINGS = (".yaml", ".yml")

NOT_OF_STUDIES = ("published", "logs", "monte_carlo", "power")
"""Folders of results that no study's are."""

RAW_FOLDER = "RURALPANEL_RAW"
"""The environment variable with the folder of raw files, for studies that have a `raw_folder`."""

CONFIGURATION = ("study", "monte_carlo", "allow_code")
"""What the configuration may hold."""


def available_studies(root: Path) -> list[str]:
    """List the studies of a repository by the names they can be run under."""
    folder = root / STUDIES
    files = [path for ending in ENDINGS for path in folder.rglob(f"*{ending}")]
    return sorted({path.relative_to(folder).with_suffix("").as_posix() for path in files})


def find_study(name: object, root: Path) -> tuple[str, Path]:
    """Find a study file by its name under ``config/studies`` or by its path.

    Parameters
    ----------
    name
        ``taobao_villages``, ``replications/castle``, or a path that ends in ``.yaml``.
    root
        The top of the repository.

    Returns
    -------
    tuple of (str, pathlib.Path)
        The name under which results are kept, and the file.

    Raises
    ------
    StudyError
        If there is no such study, or its results would be mixed up with those of another.
    """
    known = available_studies(root)
    if not isinstance(name, str) or not name.strip():
        raise StudyError([Problem("config", f"is {name!r}; expected the name of a study", "study", nearest("", known))])
    if name.endswith(ENDINGS) and is_file(root / name):
        path = root / name
        try:
            inside = path.resolve().relative_to((root / STUDIES).resolve()).with_suffix("").as_posix()
            return _folder_of_its_own(inside, known), path
        except ValueError:
            if path.stem not in known:
                return _folder_of_its_own(path.stem, known), path
            what = f"would write over the results of the study `{path.stem}` in {STUDIES.as_posix()}"
            raise StudyError([Problem(name, what, "study", "give the file another name")]) from None
    if ".." not in Path(name).parts and not Path(name).is_absolute():
        for ending in ENDINGS:
            if is_file(root / STUDIES / f"{name}{ending}"):
                return _folder_of_its_own(Path(name).as_posix(), known), root / STUDIES / f"{name}{ending}"
    shown = name if len(name) < 80 else f"{name[:60]} …"
    shown = shown if shown.isprintable() else repr(shown)
    same_end = [each for each in known if each.rsplit("/", 1)[-1] == name.rsplit("/", 1)[-1]]
    hint = f"did you mean “{same_end[0]}”?" if same_end else nearest(name, known)
    raise StudyError([Problem(shown, "there is no such study", "study", hint)])


def _folder_of_its_own(name: str, known: Sequence[str]) -> str:
    """Give a study's name back, if the folder of results that is called so can hold nothing else."""
    parts = Path(name).parts
    around = [each for each in known if name.startswith(f"{each}/")]
    what = ""
    if any(not re.fullmatch(r"[\w][\w.-]*", part) for part in parts):
        what = "cannot be the name of a folder of results; use letters, digits, underscores and hyphens"
    elif parts[0].casefold() in NOT_OF_STUDIES:
        what = f"would have its results in results/{parts[0]}, which holds other things"
    elif around:
        what = f"would have its results among those of the study `{around[0]}`"
    if what:
        raise StudyError([Problem(name, what, "study", f"give the file another name in {STUDIES.as_posix()}")])
    return name


def configured_study(settings: Sequence[str], root: Path) -> str:
    """Read which study is meant from what stands behind ``--config``, as Snakemake would.

    Parameters
    ----------
    settings
        Such as ``study=replications/castle``; without any, ``config/config.yaml`` says which.
    root
        The top of the repository.

    Raises
    ------
    StudyError
        If a setting is not one of the configuration.
    """
    from yaml import safe_load

    given = dict(each.split("=", 1) for each in settings if "=" in each)
    unknown = [each for each in settings if "=" not in each] + [key for key in given if key not in CONFIGURATION]
    if unknown:
        hint = nearest(unknown[0], [f"{key}=" for key in CONFIGURATION])
        raise StudyError([Problem("--config", f"`{unknown[0]}` is not study=NAME", hint=hint)])
    stated = safe_load((root / CONFIGURED).read_text(encoding="utf-8"))
    return str(given.get("study", stated["study"]))


def load_study(name: str, root: Path = Path()) -> Study:
    """Load and check a study.

    Parameters
    ----------
    name
        Its name under ``config/studies`` or its path.
    root
        The top of the repository; raw files are looked for from here.

    Returns
    -------
    Study
        The checked study.

    Raises
    ------
    StudyError
        With every problem: unknown keys, wrong types and words, and what the parts say about each other as far as
        they can be understood. What is no YAML is reported first.
    """
    kept_as, path = find_study(name, root)
    file = read_yaml(path, shown_as=path.relative_to(root) if path.is_relative_to(root) else path)
    return checked_study(file, kept_as, root)


def checked_study(file: YamlFile, kept_as: str, root: Path) -> Study:
    """Check the contents of a study file, be it on disk yet or not.

    Parameters
    ----------
    file
        The contents.
    kept_as
        The name under which results are kept.
    root
        The top of the repository; raw files are looked for from here.

    Raises
    ------
    StudyError
        As :func:`load_study`.
    """
    try:
        study = Study.model_validate(file.data, context=context_of(file.data))
    except ValidationError as error:
        raise StudyError([*problems_of(error, file, Study), *_problems_beside(error, file, root)]) from None
    study = below_raw_folder(study)
    allowed = folders_outside(os.environ.get(OUTSIDE), os.environ.get(RAW_FOLDER))
    outside = list(files_outside(study, file, root, allowed))
    if outside:  # before any of them is read
        raise StudyError(outside)
    problems = [*problems_in(study, file, root), *inputs_where_output_goes(study, file, root, kept_as)]
    if problems:
        raise StudyError(problems)
    return study


def load_unchecked(name: str, root: Path = Path()) -> Study | None:
    """Load a study although its parts may not fit together, or its raw files be missing.

    Parameters
    ----------
    name
        Its name under ``config/studies`` or its path.
    root
        The top of the repository.

    Returns
    -------
    Study or None
        The study; None where a key or a type is wrong, so that there is no telling what it says.

    Raises
    ------
    StudyError
        If there is no such study, or its file is no YAML.
    """
    _, path = find_study(name, root)
    try:
        data = read_yaml(path).data
        return below_raw_folder(Study.model_validate(data, context=context_of(data)))
    except ValidationError:
        return None


def below_raw_folder(study: Study) -> Study:
    """Put the folder of raw files before the paths of a study's sources.

    Parameters
    ----------
    study
        A study. One without `raw_folder` is given back as it is, whatever the environment says.

    Returns
    -------
    Study
        The same with paths from the top of the repository, or from the top of the disk.

    Raises
    ------
    StudyError
        If the environment names a folder that there is not, or whose name has a character that paths here cannot have.
    """
    if study.raw_folder is None:
        return study
    named = os.environ.get(RAW_FOLDER)
    if named and (what := _no_folder_of_files(named)):
        raise StudyError([Problem(RAW_FOLDER, f"{named} {what}", hint="name the folder that holds the raw files")])
    folder = Path(named or study.raw_folder)
    sources = {
        name: source.model_copy(update={"path": (folder / source.path).as_posix()}) if source.path else source
        for name, source in study.sources.items()
    }
    return study.model_copy(update={"sources": sources})


def _no_folder_of_files(name: str) -> str:
    """Say why raw files cannot be read from a folder; nothing where they can."""
    if re.search(r"[{}*?]", name):
        return "has a character that file names here cannot have: { } * ?"
    return "" if is_directory(Path(name)) else "is no folder"


def problems_with(name: str, root: Path = Path()) -> list[Problem]:
    """List everything that is wrong with a study, as :func:`load_study` would raise it.

    Parameters
    ----------
    name
        Its name under ``config/studies`` or its path.
    root
        The top of the repository.
    """
    try:
        load_study(name, root)
    except StudyError as error:
        return error.problems
    return []


def _problems_beside(error: ValidationError, file: YamlFile, root: Path) -> list[Problem]:
    """Check how the parts fit together although some have wrong types, by leaving those parts out.

    Where a study cannot do without them, there is nothing more to say until they are mended.
    """
    places = places_of(error, file)
    entries = ("sources", "designation", "outcomes", "blocks")
    if any(len(place) == 2 and place[0] in entries for place in places) or any(
        place[:1] == ("tables",) for place in places
    ):
        return []  # without a whole entry, or a step of a table, everything that rests on it would seem wrong
    data = copy.deepcopy(file.data)
    for place in sorted(places, key=len, reverse=True):
        if len(place) == 4 and (place[0], place[2]) == ("sources", "columns"):
            data["sources"][place[1]]["columns"][place[3]] = {}  # it is there, whatever is wrong with its properties
        else:
            _remove(data, place)
    try:
        study = Study.model_validate(data, context=context_of(data))
    except ValidationError:
        return []
    allowed = folders_outside(os.environ.get(OUTSIDE), os.environ.get(RAW_FOLDER))
    if outside := list(files_outside(below_raw_folder(study), file, root, allowed)):
        return outside
    mended = {place[: max(1, len(place) - 1)] for place in places}
    return [
        problem
        for problem in problems_in(study, file, root)
        if not any(dotted(place) and problem.key.startswith(dotted(place)) for place in mended)
    ]


def _remove(data: Any, place: KeyPath) -> None:
    """Take a key or an item out of nested mappings and lists; nothing happens when it is not there."""
    try:
        for part in place[:-1]:
            data = data[part]
        del data[place[-1]]
    except (KeyError, IndexError, TypeError):
        return
