"""``./run simulate``: the raw files of the simulated village economy, or of another with a study file that reads it.

``./run simulate --survey cfps`` writes the synthetic twin of a survey that cannot be passed on.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ruralpanel.errors import Problem, StudyError
from ruralpanel.placement import add_files
from ruralpanel.simulation.parameters import Parameters, load_parameters
from ruralpanel.study.load import RAW_FOLDER, STUDIES
from ruralpanel.study.yaml_file import read_yaml

SHIPPED = "taobao_villages"
"""The study whose raw files are tracked, and after which those of other economies are made."""

RAW = Path("data/raw")

OTHERS = "simulated"
"""The folder of raw files, and that of studies, in which economies are that are not shipped; neither is tracked."""

FEWEST_COUNTIES, FEWEST_VILLAGES_A_COUNTY = 10, 5
"""Below them there is no province to compare villages in, or no county with somebody who is not listed."""

MOST_VILLAGES_A_COUNTY = 500
"""Above them a county would have more people than the checks of the study believe."""


def main(arguments: Sequence[str]) -> int:
    """Write raw files that are not there yet; the status is 0 where all are there then."""
    from ruralpanel.simulation.economy import simulate
    from ruralpanel.simulation.raw_files import write_raw_files
    from ruralpanel.simulation.survey_twins import SURVEYS

    if not (STUDIES / f"{SHIPPED}.yaml").is_file():
        what = f"economies are made after the study {SHIPPED}, which comes with a checkout of the program"
        raise StudyError([Problem("simulate", what, hint="call it there: ./run simulate")])
    shipped = read_yaml(STUDIES / f"{SHIPPED}.yaml")
    usual = load_parameters()
    parser = ArgumentParser(prog="./run simulate", description=__doc__)
    parser.add_argument("--preset", default=usual.preset, help="mixed, null, negative or strong_moderation")
    parser.add_argument("--seed", type=int, default=shipped.data["seed"], help="which economy of its kind")
    parser.add_argument("--villages", type=int, default=usual.villages, help=f"how many; {usual.villages} if left out")
    parser.add_argument("--counties", type=int, default=usual.counties, help=f"how many; {usual.counties} if left out")
    parser.add_argument(
        "--survey",
        choices=list(SURVEYS),
        help="in place of an economy: files like those of a restricted survey, which its study under "
        f"{STUDIES.as_posix()}/restricted reads; of the options above, only --seed goes with it",
    )
    chosen = parser.parse_args(list(arguments))
    if chosen.survey is not None:
        return _twin(chosen.survey, chosen.seed)
    parameters = _sized(load_parameters(chosen.preset), chosen.villages, chosen.counties, chosen.seed)
    name = name_of(parameters, chosen.seed)
    is_shipped = parameters == usual and chosen.seed == shipped.data["seed"]
    with TemporaryDirectory() as made:
        folder = RAW / SHIPPED if is_shipped else RAW / OTHERS / name
        write_raw_files(simulate(parameters, chosen.seed), Path(made) / folder)
        if not is_shipped:
            study = Path(made) / STUDIES / OTHERS / f"{name}.yaml"
            study.parent.mkdir(parents=True)
            study.write_text(study_text(shipped.path.read_text(encoding="utf-8"), name, chosen.seed), encoding="utf-8")
        print("written:", ", ".join(add_files(Path(made), Path())) or "nothing, all files are there already")
    if not is_shipped:
        print(f"./run --config study={OTHERS}/{name}")
    return 0


def _twin(survey: str, seed: int) -> int:
    """Write the twin of a survey where it is not there yet, and say how to run its study on it."""
    from ruralpanel.simulation.survey_twins import write_twin

    with TemporaryDirectory() as made:
        folder = RAW / OTHERS / survey
        write_twin(survey, seed, Path(made) / folder)
        print("written:", ", ".join(add_files(Path(made), Path())) or "nothing, all files are there already")
    print(f"{RAW_FOLDER}={folder.as_posix()} ./run --config study=restricted/{survey}")
    return 0


def name_of(parameters: Parameters, seed: int) -> str:
    """Name an economy by its preset and seed, and by its size where that is not the usual one."""
    usual = load_parameters()
    size = (parameters.villages, parameters.counties)
    sizes = "" if size == (usual.villages, usual.counties) else f"_{size[0]}_villages_{size[1]}_counties"
    return f"{parameters.preset}_{seed}{sizes}"


def study_text(shipped: str, name: str, seed: int) -> str:
    """Write the study file of an economy after that of the shipped one.

    Parameters
    ----------
    shipped
        The text of the shipped study.
    name, seed
        The economy's.

    Returns
    -------
    str
        The same study on the economy's raw files, without the paper, whose text is about the shipped numbers, and what
        its authors say of its archive.
    """
    text = shipped.replace(f"{RAW.as_posix()}/{SHIPPED}/", f"{RAW.as_posix()}/{OTHERS}/{name}/")
    text = re.sub(r"^study: .*$", f"study: {name}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^seed: .*$", f"seed: {seed}", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^(?:paper|archive):.*\n(?:[ #].*\n|\n)*", "", text, flags=re.MULTILINE)
    return text.replace("$schema=../schema.json", "$schema=../../schema.json", 1)


def _sized(parameters: Parameters, villages: int, counties: int, seed: int) -> Parameters:
    """Give the economy its size, or say what no economy can have."""
    problems = []
    if counties < FEWEST_COUNTIES:
        problems.append(Problem("--counties", f"is {counties}; an economy has at least {FEWEST_COUNTIES}"))
    if villages < FEWEST_VILLAGES_A_COUNTY * counties:
        fewest = f"{FEWEST_VILLAGES_A_COUNTY} villages for each county"
        problems.append(Problem("--villages", f"is {villages}, and there are {counties} counties; at least {fewest}"))
    if villages > MOST_VILLAGES_A_COUNTY * counties:
        most = f"{MOST_VILLAGES_A_COUNTY} villages for each county"
        problems.append(Problem("--villages", f"is {villages}, and there are {counties} counties; at most {most}"))
    if not 0 <= seed < 2**63:
        problems.append(Problem("--seed", f"is {seed}; it is a whole number from 0 up to 2^63"))
    if problems:
        raise StudyError(problems)
    return parameters.model_copy(update={"villages": villages, "counties": counties})
