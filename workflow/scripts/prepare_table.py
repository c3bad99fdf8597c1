"""Door of the tables stage: typed tables of sources → one table made of them."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel.frames.periods.frequency import by_column
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.study.tables import Table
    from ruralpanel.tables.administrative_codes import AUDIT_KEY
    from ruralpanel.tables.prepare import NAMES_KEY, prepare_table
    from ruralpanel.tables.totals import TOTALS_KEY, compare_totals

    declaration = Table.model_validate_json(snakemake.params.declaration)
    periods = by_column(snakemake.params.periods)
    table, ledger, recode, names = prepare_table(
        name=snakemake.wildcards.table,
        declared=declaration,
        tables={name: load_table(path) for name, path in zip(declaration.reads, snakemake.input.tables, strict=True)},
        key=snakemake.params.key,
        decisions=Path(snakemake.input.decisions[0]) if snakemake.input.decisions else None,
        periods=periods,
    )
    totals = compare_totals(table, declaration.totals, snakemake.wildcards.table, periods)
    save_table(table, snakemake.output.table, key=snakemake.params.key)
    lines, minimum = ledger.frame(), snakemake.params.minimum_cell
    if minimum is not None:
        from ruralpanel.frames.small_cells import ledger_without_small

        lines = ledger_without_small(lines, minimum)
    save_table(lines, snakemake.output.ledger, key=["line"])
    save_table(recode, snakemake.output.recode, key=AUDIT_KEY)
    save_table(names, snakemake.output.names, key=[NAMES_KEY])
    save_table(totals, snakemake.output.totals, key=TOTALS_KEY, keep_order=True)
