"""Door of the panel stage: typed tables → one panel, what yearly lists say of units, how capacities were measured."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel.frames.feature_files import read_lines
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.panel.build import build_panel
    from ruralpanel.panel.joins import MATCH_KEY
    from ruralpanel.panel.legacies.capacities import CORRELATION_KEY, MEASURE_KEY
    from ruralpanel.panel.lists import EVENT_KEY
    from ruralpanel.study.designation import Designation
    from ruralpanel.study.legacies import Legacy
    from ruralpanel.study.panel import Panel

    declaration = Panel.model_validate_json(snakemake.params.panel)
    panel, ledger, events, matches, legacies, capacities = build_panel(
        tables={
            name: load_table(path) for name, path in zip(snakemake.params.sources, snakemake.input.tables, strict=True)
        },
        panel=declaration,
        base=snakemake.params.base,
        designations={
            name: Designation.model_validate_json(text) for name, text in snakemake.params.designation.items()
        },
        lines={path: read_lines(Path(path)) for path in snakemake.input.lines},
        legacies={name: Legacy.model_validate_json(text) for name, text in snakemake.params.legacies.items()},
        periods=snakemake.params.periods,
    )
    save_table(panel, snakemake.output.panel, key=[declaration.unit, declaration.period])
    lines, minimum = ledger.frame(), snakemake.params.minimum_cell
    if minimum is not None:
        from ruralpanel.frames.small_cells import ledger_without_small, matches_without_small

        lines, matches = ledger_without_small(lines, minimum), matches_without_small(matches, "rows", minimum)
    save_table(lines, snakemake.output.ledger, key=["line"])
    save_table(events, snakemake.output.events, key=EVENT_KEY)
    save_table(matches, snakemake.output.matches, key=MATCH_KEY)
    save_table(legacies, snakemake.output.legacies, key=MEASURE_KEY, keep_order=True)
    save_table(capacities, snakemake.output.capacities, key=CORRELATION_KEY, keep_order=True)
