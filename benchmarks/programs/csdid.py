"""csdid (https://pypi.org/project/csdid): R's did in Python."""

import contextlib
import io

from csdid.att_gt import ATTgt

KEYS = {"yname": "y", "tname": "year", "idname": "village", "gname": "cohort", "control_group": ["nevertreated"]}


def _on_entry(panel, **more):
    with contextlib.redirect_stdout(io.StringIO()):
        fitted = ATTgt(data=panel, **KEYS, **more).fit(bstrap=False, est_method="dr")
        total = fitted.aggte(typec="dynamic", bstrap=False).atte
    position = list(total["egt"]).index(0)
    return float(total["att_egt"][position]), float(total["se_egt"][position])


def callaway_santanna(panel):
    return _on_entry(panel)


def callaway_santanna_covariates(panel):
    return _on_entry(panel, xformla="y ~ x1 + x2")
