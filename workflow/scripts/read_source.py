"""Door of the sources stage: one raw file → one typed table."""

from ruralpanel.stage import stage

with stage(snakemake):
    from importlib.metadata import version
    from pathlib import Path

    from ruralpanel.frames.storage import save_json, save_table
    from ruralpanel.sources.retrieval import confirmed_digest, refuse_changed_while_read
    from ruralpanel.sources.table import QUARANTINE_KEY, read_source
    from ruralpanel.study.period_columns import PeriodColumn
    from ruralpanel.study.sources import Source

    source = Source.model_validate_json(snakemake.params.declaration)
    raw = Path(snakemake.input.raw[0]) if snakemake.input.raw else None
    before = raw.stat() if raw is not None else None
    digest = confirmed_digest(snakemake.wildcards.source, source, raw) if raw is not None else None
    periods = {name: PeriodColumn.model_validate_json(text) for name, text in snakemake.params.periods.items()}
    corrections = Path(snakemake.input.corrections[0]) if snakemake.input.corrections else None
    table, ledger, quarantine = read_source(
        snakemake.wildcards.source,
        source,
        raw,
        corrections,
        periods,
        snakemake.params.identifying,
        shows=snakemake.params.shows,
    )
    if before is not None:
        refuse_changed_while_read(snakemake.wildcards.source, raw, before)
    save_table(table, snakemake.output.table, key=source.key)
    lines, minimum = ledger.frame(), snakemake.params.minimum_cell
    if minimum is not None:
        from ruralpanel.frames.small_cells import ledger_without_small

        lines = ledger_without_small(lines, minimum)
    save_table(lines, snakemake.output.ledger, key=["line"])
    save_table(quarantine, snakemake.output.quarantine, key=QUARANTINE_KEY)
    read = {"rows": len(table), "columns": list(table.columns), "origin": source.origin}
    if digest is not None:
        read["sha256"] = digest
    else:
        package = str(source.loader).split(".")[0]
        read["package"] = f"{package} {version(package)}"
    if source.retrieve is not None and source.retrieve.address is not None:
        read["address"] = source.retrieve.address
    save_json(read, snakemake.output.provenance)
