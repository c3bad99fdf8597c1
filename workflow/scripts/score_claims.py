"""Door of the verification stage: estimates and claims → scorecard."""

from ruralpanel.stage import stage

with stage(snakemake):
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.study.claims import Claim
    from ruralpanel.verification.scorecard import score_claims

    claims = {name: Claim.model_validate_json(text) for name, text in snakemake.params.claims.items()}
    scored = score_claims(claims, load_estimates(snakemake.input.estimates))
    scored.to_csv(snakemake.output.claims, index=False, lineterminator="\n")
