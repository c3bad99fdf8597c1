"""Door of the panel stage: the panel → its codebook, what is missing where, and who is observed when."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    import json

    from ruralpanel.frames.periods.frequency import frequency
    from ruralpanel.frames.small_cells import (
        balance_without_small,
        codebook_without_small,
        missingness_without_small,
    )
    from ruralpanel.frames.storage import ColumnsOf, load_table, save_table
    from ruralpanel.panel.balance import BALANCE_KEY, balance
    from ruralpanel.panel.codebook import CODEBOOK_KEY, MISSINGNESS_KEY, codebook, missingness
    from ruralpanel.study.panel import ColumnOrigin
    from ruralpanel.treatment_columns import cohort_column

    asked = json.loads(snakemake.params.declaration)
    minimum = asked["minimum_cell"]
    of = frequency(asked["frequency"])
    origins = {name: ColumnOrigin.model_validate(each) for name, each in asked["origins"].items()}
    columns = ColumnsOf(snakemake.input.panel)
    described = codebook(columns, origins)
    if minimum is not None:
        described = codebook_without_small(described, columns, columns[asked["unit"]], minimum)
    save_table(described, snakemake.output.codebook, key=CODEBOOK_KEY, keep_order=True)
    of_designations = [*asked["designations"], *map(cohort_column, asked["designations"]), *asked["levels"].values()]
    read = [asked["unit"], asked["period"], *asked["columns"], *of_designations]
    panel = load_table(snakemake.input.panel, columns=read)
    whom = (asked["designations"], asked["levels"])
    missing = missingness(panel, asked["unit"], asked["period"], asked["columns"], *whom, of)
    if minimum is not None:
        missing = missingness_without_small(missing, minimum)
    save_table(missing, snakemake.output.missingness, key=MISSINGNESS_KEY)
    observed = balance(panel, asked["unit"], asked["period"], *whom, of)
    if minimum is not None:
        observed = balance_without_small(observed, minimum)
    save_table(observed, snakemake.output.balance, key=BALANCE_KEY, keep_order=True)
