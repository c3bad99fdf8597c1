"""What a study file can tell of an address: its block, and the specifications, outcomes, estimators and terms."""

from __future__ import annotations

from collections.abc import Iterator

from ruralpanel.errors import nearest
from ruralpanel.study.addresses import NoSuchNumber, read_address
from ruralpanel.study.model import Study

JOINT_TESTS = "joint test"
"""How the terms of joint tests begin."""


def faults_of_address(study: Study, text: str) -> Iterator[NoSuchNumber]:
    """Say what is wrong with an address before anything is estimated.

    Parameters
    ----------
    study
        The study.
    text
        The address.
    """
    try:
        address = read_address(text)
    except NoSuchNumber as error:
        yield error
        return
    if address.block not in study.blocks:
        yield NoSuchNumber(f"`{address.block}` is not a block of this study", nearest(address.block, study.blocks))
        return
    equations = study.equations(address.block)
    words = {word for each in equations for word in (each.specification, each.outcome, each.estimator)}
    terms = {JOINT_TESTS} | {term for each in equations for term in (*each.treatment_terms, *each.regressors)}
    terms |= {f"{term}*{each}" for equation in equations for term in terms for each in equation.moderators}
    for part in address.parts:
        if not any(part.startswith(term) for term in terms) and part not in words | terms:
            # Averages of an estimator begin with their treatment.
            what = f"`{part}` is not a specification, outcome, estimator or term of {text}"
            yield NoSuchNumber(what, nearest(part, words | terms))
