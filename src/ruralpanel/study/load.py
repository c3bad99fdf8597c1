"""Find a study, read it, and report everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ruralpanel.errors import Problem, StudyError, nearest
from ruralpanel.study.checks import problems_in
from ruralpanel.study.messages import problems_of
from ruralpanel.study.model import Study
from ruralpanel.study.yaml_file import read_yaml

STUDIES = Path("config/studies")


def available_studies(root: Path) -> list[str]:
    """List the studies of a repository by the names they can be run under."""
    folder = root / STUDIES
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))


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
        If there is no such study.
    """
    if not isinstance(name, str) or not name.strip():
        raise StudyError(
            [
                Problem(
                    "config",
                    f"is {name!r}; expected the name of a study",
                    "study",
                    nearest("", available_studies(root)),
                )
            ]
        )
    if name.endswith((".yaml", ".yml")):
        path = root / name
        if path.is_file():
            try:
                inside = path.resolve().relative_to((root / STUDIES).resolve())
            except ValueError:
                return path.stem, path
            return inside.with_suffix("").as_posix(), path
        raise StudyError([Problem(name, "there is no such file", "study", nearest(name, available_studies(root)))])
    path = root / STUDIES / f"{name}.yaml"
    if ".." in Path(name).parts or not path.is_file():
        place = (STUDIES / f"{name}.yaml").as_posix()
        raise StudyError([Problem(place, "there is no such study", "study", nearest(name, available_studies(root)))])
    return name, path


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
        With every problem of the first level that has any: the file and its YAML, then types and words, then
        what the parts of the study say about each other.
    """
    _, path = find_study(name, root)
    file = read_yaml(path, shown_as=path.relative_to(root) if path.is_relative_to(root) else path)
    try:
        study = Study.model_validate(file.data)
    except ValidationError as error:
        raise StudyError(problems_of(error, file, Study)) from None
    problems = problems_in(study, file, root)
    if problems:
        raise StudyError(problems)
    return study
