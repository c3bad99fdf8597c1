"""Door of the exhibits stage: what a figure reads → the figure as PNG, PDF and SVG, and the data it plots."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    from importlib import import_module
    from pathlib import Path

    from ruralpanel.diagnosis.finding import load_findings
    from ruralpanel.exhibits.caption import ExhibitDeclaration, caption_of, with_standing
    from ruralpanel.exhibits.facts import with_facts
    from ruralpanel.exhibits.flaws import with_warnings
    from ruralpanel.exhibits.inputs import load_inputs
    from ruralpanel.exhibits.style import save_figure
    from ruralpanel.frames.storage import save_json, without_formulas
    from ruralpanel.verification.pictures import keep_small
    from ruralpanel.words.frames import as_text, in_words

    declaration = with_facts(ExhibitDeclaration.model_validate_json(snakemake.params.declaration))
    if declaration.subjects:
        declaration = with_warnings(declaration, load_findings(snakemake.input.diagnosis))
    read = {name: files for name, files in snakemake.input.items() if name in declaration.exhibit.reads}
    figures = import_module(f"ruralpanel.exhibits.{declaration.exhibit.kind}")
    data = figures.plotted_data(declaration=declaration, **load_inputs(read))
    figure, notes = figures.draw(in_words(data, declaration.labels), declaration)
    save_figure(figure, snakemake.output.png, snakemake.output.pdf, snakemake.output.svg, declaration.fonts)
    keep_small(Path(snakemake.output.png), Path(snakemake.output.small))
    told = without_formulas(with_standing(as_text(data), declaration))
    told.to_csv(snakemake.output.csv, index=False, lineterminator="\n")
    save_json(caption_of(declaration, notes), snakemake.output.caption)
