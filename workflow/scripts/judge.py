"""Door of the verification stage: estimates and published values → verdict."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.storage import save_json
    from ruralpanel.verification.html import verdict_page
    from ruralpanel.verification.published import nothing_published, read_published
    from ruralpanel.verification.verdict import judge, on_synthetic_twins

    published = read_published(Path(snakemake.input.published[0])) if snakemake.input.published else nothing_published()
    verdict = judge(published, load_estimates(snakemake.input.estimates))
    verdict = on_synthetic_twins(verdict, snakemake.params.twins)
    verdict.to_csv(snakemake.output.csv, index=False, lineterminator="\n")
    page = verdict_page(verdict, snakemake.params.title, snakemake.params.standing)
    Path(snakemake.output.html).write_text(page, encoding="utf-8")
    facts = {"data_standing": snakemake.params.standing, "synthetic_twins": list(snakemake.params.twins)}
    save_json(facts, snakemake.output.facts)
