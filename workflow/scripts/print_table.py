"""Door of the exhibits stage: estimates → one table as HTML, LaTeX and CSV."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from pathlib import Path

    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.exhibits.caption import ExhibitDeclaration
    from ruralpanel.exhibits.regression_table import as_grid, as_html, as_latex, print_table
    from ruralpanel.storage import save_json

    declaration = ExhibitDeclaration.model_validate_json(snakemake.params.declaration)
    table = print_table(load_estimates(snakemake.input.estimates), declaration)
    Path(snakemake.output.html).write_text(as_html(table), encoding="utf-8")
    Path(snakemake.output.latex).write_text(as_latex(table), encoding="utf-8")
    as_grid(table).to_csv(snakemake.output.csv, index=False, lineterminator="\n")
    caption = {"number": declaration.number, "title": table.title, "notes": " ".join(table.notes)}
    save_json(caption, snakemake.output.caption)
