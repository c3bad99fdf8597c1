"""The code that is imported by name, and only when a study asks for it.

So a change to it reruns only the blocks that use it. The workflow reads this whenever it starts: nothing slow to load
belongs here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruralpanel.lineage import code_digest
from ruralpanel.study.estimators import ESTIMATORS, is_own
from ruralpanel.study.own_estimators import own_files
from ruralpanel.study.vcovs import covariance_module

if TYPE_CHECKING:
    from ruralpanel.study.blocks import Equation, Inference
    from ruralpanel.study.model import Study

ADJUSTMENT = "ruralpanel.estimation.adjustment"
"""Adjusts p-values."""

MATCHING = "ruralpanel.estimation.matching"
"""Matches units."""

PERMUTED_ANEW = "ruralpanel.estimation.permuted_anew"
"""Permutes cohorts, and estimates each time anew."""


def permutes_anew(equation: Equation) -> bool:
    """Tell whether an equation asks for permutations of an estimator that has to be estimated anew for each."""
    declared = ESTIMATORS[equation.estimator]
    asked = equation.inference.permutation is not None and "permutation" in declared.inference
    return asked and not declared.permutes_itself


def estimator_module(estimator: str) -> str:
    """Name the module of an estimator of the program.

    Raises
    ------
    ValueError
        If it is one of the study's own, which is no module.
    """
    if is_own(estimator):
        raise ValueError(f"{estimator} is a file of the study, and no module")
    return ESTIMATORS[estimator].module or f"ruralpanel.estimation.{estimator}"


def modules_of(estimators: Iterable[str]) -> list[str]:
    """Name the modules of those estimators that are the program's, in the order of their names."""
    return [estimator_module(name) for name in sorted(set(estimators)) if not is_own(name)]


def estimate_function(estimator: str, folder: Path | None = None) -> Callable[..., Any]:
    """Import the function of an estimator; one of the study's own is run by that.

    Parameters
    ----------
    estimator
        Its name.
    folder
        That of the study file, where the study has estimators of its own.

    Raises
    ------
    ValueError
        If it is one of the study's own and the folder is not given.
    """
    if not is_own(estimator):
        function: Callable[..., Any] = import_module(estimator_module(estimator)).estimate
        return function
    if folder is None:
        raise ValueError(f"{estimator} is a file of a study, and its folder is not given")
    file, _, name = estimator.partition(":")
    spec = spec_from_file_location(f"own_estimator_{file.removesuffix('.py')}", folder / file)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    own: Callable[..., Any] = getattr(module, name)
    return own


def covariance_modules(inferences: Iterable[Inference]) -> list[str]:
    """Name the modules that compute standard errors."""
    return sorted({covariance_module(each.variance, each.small_sample) for each in inferences})


def code_behind(study: Study, block: str) -> list[str]:
    """Name the modules behind the numbers of a block: those of the estimators that it uses, and not all there are.

    What reruns a block, the digest that the page and ``./run explain`` print, and the random draws that an archive
    lists are all of these modules and of what they import, and of the files of the study's own estimators.

    Parameters
    ----------
    study
        The study.
    block
        One of its blocks.

    Returns
    -------
    list of str
        Dotted names, for :func:`ruralpanel.lineage.code_digest` and :func:`ruralpanel.lineage.modules_behind`.
    """
    equations = study.equations(block)
    return [
        "ruralpanel.estimation.block",
        "ruralpanel.estimation.columns_read",
        *modules_of(equation.estimator for equation in equations),
        *covariance_modules(equation.inference for equation in equations),
        *([ADJUSTMENT] if any(equation.adjustment for equation in equations) else []),
        *([MATCHING] if any(equation.matching for equation in equations) else []),
        *([PERMUTED_ANEW] if any(map(permutes_anew, equations)) else []),
    ]


def modules_of_numbers(study: Study) -> list[str]:
    """Name the modules behind all numbers of a study, from raw files to estimates.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    list of str
        Dotted names, for :func:`ruralpanel.lineage.file_digests`.
    """
    names = {"ruralpanel.sources.table", "ruralpanel.panel.build"}
    names |= {"ruralpanel.tables.prepare"} if study.tables else set()
    names |= {module for source in study.sources.values() for module in source.opened_by}
    return sorted(names | {module for block in study.blocks for module in code_behind(study, block)})


def digest_behind(study: Study, block: str, folder: Path) -> str:
    """Compute the digest of the code behind a block, the files of the study's own estimators included.

    Parameters
    ----------
    study
        The study.
    block
        One of its blocks.
    folder
        That of the study file.
    """
    used = {equation.estimator for equation in study.equations(block)}
    return code_digest(*code_behind(study, block), files=own_files(used, folder))
