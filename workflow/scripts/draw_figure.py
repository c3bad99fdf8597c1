"""Door of the exhibits stage: estimates → one figure as PNG and PDF, and the data it plots."""

from ruralpanel.stage import stage

with stage(snakemake.log[0]):
    from importlib import import_module

    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.exhibits.caption import ExhibitDeclaration, full_title, with_standing
    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.storage import save_json

    declaration = ExhibitDeclaration.model_validate_json(snakemake.params.declaration)
    figures = import_module(f"ruralpanel.exhibits.{declaration.exhibit.kind}")
    data = figures.plotted_data(load_estimates(snakemake.input.estimates))
    figure, notes = figures.draw(data, declaration)
    save_figure(figure, snakemake.output.png, snakemake.output.pdf)
    with_standing(data, declaration).to_csv(snakemake.output.csv, index=False, lineterminator="\n")
    caption = {"number": declaration.number, "title": full_title(declaration), "notes": " ".join(notes)}
    save_json(caption, snakemake.output.caption)
