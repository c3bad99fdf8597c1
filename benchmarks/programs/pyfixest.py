"""pyfixest (https://pypi.org/project/pyfixest)."""

from pyfixest.estimation import feols, fepois

from benchmarks.panels import REGRESSORS


def _term(fit, name):
    return float(fit.coef()[name]), float(fit.se()[name])


def two_way(panel):
    formula = f"y ~ listed + {' + '.join(REGRESSORS)} | village + year"
    return _term(feols(formula, panel, vcov={"CRV1": "county"}), "listed")


def multiway(panel):
    formula = f"y ~ listed + {' + '.join(REGRESSORS)} | village + province^year"
    return _term(feols(formula, panel, vcov={"CRV1": "county"}), "listed")


def poisson(panel):
    return _term(fepois("visits ~ listed + x1 | village + year", panel, vcov={"CRV1": "county"}), "listed")
