"""moderndid (https://pypi.org/project/moderndid)."""

import moderndid


def switching(panel):
    result = moderndid.did_multiplegt(
        panel, yname="y", idname="village", tname="year", dname="listed", cluster="county", effects=1, placebo=0
    )
    return float(result.effects.estimates[0]), float(result.effects.std_errors[0])
