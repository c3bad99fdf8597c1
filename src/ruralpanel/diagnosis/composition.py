"""Estimators of one effect that are of different samples, so that they differ for that reason too.

Some drop units that are not observed in all periods, or rows without a covariate; others use every row. What differs
between them is then not the method alone.
"""

from __future__ import annotations

from ruralpanel.diagnosis.finding import Finding, silent
from ruralpanel.diagnosis.subject import Subject
from ruralpanel.estimation.address import address_of
from ruralpanel.reasons import because
from ruralpanel.study.diagnosis import Composition

ITEM = "composition"

OVER_ALL = ("coefficient", "overall")
"""The kinds of rows that are of a whole sample."""


def diagnose(subject: Subject, settings: Composition) -> Finding:
    """Compare the rows behind the estimates that have the sample of the subject's equation.

    Parameters
    ----------
    subject
        The effect.
    settings
        The least share of rows that is no difference.

    Returns
    -------
    Finding
        With `share_of_rows_shared`, the rows of the estimator with the fewest as a share of the most that any has, or
        of all that are known where an estimator uses rows several times; it stands at those below the share.
    """
    rows, equation = subject.estimates, subject.equation
    same = (rows["sample"] == (equation.sample or "")) & rows["kind"].isin(OVER_ALL)
    rows = rows[same & rows["estimate"].notna() & rows["observations"].notna()]
    if len(rows) < 2:
        return silent(ITEM)
    used = rows["observations"].astype("float64").clip(upper=len(subject.adoption.sample))
    most = float(used.max())
    share = used / most
    few = rows[share < settings.shared]
    numbers = {"share_of_rows_shared": float(share.min())}
    if few.empty:
        return silent(ITEM, **numbers)
    fewest = str(rows["estimator"].iloc[int(used.to_numpy().argmin())])
    told = {"estimator": fewest, "rows": int(used.min()), "most": int(most)}
    flaw = because("different_samples", **told)
    addresses = tuple(address_of(row) for _, row in few.iterrows())
    return Finding(ITEM, "note", numbers, flaw, because("same_rows"), addresses)
