"""fereg (https://pypi.org/project/fereg): fixest's regressions in Python."""

import fereg

from benchmarks.panels import REGRESSORS, SUBSETS


def _term(fit, name):
    return float(fit.coef()[name]), float(fit.se()[name])


def two_way(panel):
    formula = f"y ~ listed + {' + '.join(REGRESSORS)} | village + year"
    return _term(fereg.feols(formula, panel, vcov={"CRV1": "county"}), "listed")


def multiway(panel):
    formula = f"y ~ listed + {' + '.join(REGRESSORS)} | village + province^year"
    return _term(fereg.feols(formula, panel, vcov={"CRV1": "county"}), "listed")


def specifications(panel):
    for subset in SUBSETS:
        formula = f"y ~ {' + '.join(['listed', *subset])} | village + year"
        fit = fereg.feols(formula, panel, vcov={"CRV1": "county"})
    return _term(fit, "listed")


def poisson(panel):
    return _term(fereg.fepois("visits ~ listed + x1 | village + year", panel, vcov={"CRV1": "county"}), "listed")


def event_study(panel):
    since = (panel["year"] - panel["cohort"]).where(panel["cohort"] > 0, -1).clip(-5, 5)
    frame = panel.assign(**{f"since_{time + 5}": (since == time).astype(float) for time in range(-5, 6) if time != -1})
    names = [name for name in frame if name.startswith("since_")]
    fit = fereg.feols(f"y ~ {' + '.join(names)} | village + year", frame, vcov={"CRV1": "county"})
    return _term(fit, "since_5")  # event time 0


def conley(panel):
    formula = "y ~ listed | village + year"
    places = {"lat": "latitude", "lon": "longitude", "cutoff": 50}
    return _term(fereg.feols(formula, panel, vcov="conley", vcov_kwargs=places), "listed")
