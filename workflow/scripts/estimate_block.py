"""Door of the estimation stage: one panel and the equations of a block → tidy estimates."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    import json
    from pathlib import Path

    from ruralpanel.estimation.block import DRAWS_KEY, block_results
    from ruralpanel.estimation.columns_read import columns_read
    from ruralpanel.estimation.covariance import COVARIANCE_KEY
    from ruralpanel.estimation.estimates import ROW
    from ruralpanel.estimation.matching_balance import BALANCE_KEY
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.study.blocks import Equation

    equations = [Equation.model_validate(each) for each in json.loads(snakemake.params.equations)]
    whom = (snakemake.params.designations, snakemake.params.levels)
    read = columns_read(snakemake.input.panel, equations, [each.estimator for each in equations], *whom)
    found = block_results(
        panel=load_table(snakemake.input.panel, columns=read),
        equations=equations,
        designations=snakemake.params.designations,
        levels=snakemake.params.levels,
        folder=Path(snakemake.params.folder),
    )
    estimates, ledger, minimum = found.estimates, found.ledger, snakemake.params.minimum_cell
    if minimum is not None:
        from ruralpanel.frames.small_cells import estimates_without_small, ledger_without_small

        estimates, ledger = (
            estimates_without_small(estimates, equations[0].unit, minimum),
            ledger_without_small(ledger, minimum),
        )
    save_table(estimates, snakemake.output.estimates, key=[ROW])
    save_table(ledger, snakemake.output.ledger, key=["line"])
    save_table(found.covariance, snakemake.output.covariance, key=COVARIANCE_KEY)
    save_table(found.draws, snakemake.output.draws, key=DRAWS_KEY)
    save_table(found.matching, snakemake.output.matching, key=BALANCE_KEY, keep_order=True)
