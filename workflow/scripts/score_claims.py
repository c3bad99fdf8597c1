"""Door of the verification stage: estimates, diagnosis and claims → scorecard."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    from ruralpanel.diagnosis.finding import load_findings
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.study.claims import Claim
    from ruralpanel.study.rule import Rule
    from ruralpanel.verification.scorecard import score_claims

    scored = score_claims(
        {name: Claim.model_validate_json(text) for name, text in snakemake.params.claims.items()},
        load_estimates(snakemake.input.estimates),
        load_findings(snakemake.input.diagnosis),
        {name: Rule.model_validate_json(text) for name, text in snakemake.params.rules.items()},
        snakemake.params.treatments,
    )
    scored.to_csv(snakemake.output.claims, index=False, lineterminator="\n")
