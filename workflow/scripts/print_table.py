"""Door of the exhibits stage: what a table reads → the table as HTML, LaTeX, Word, CSV and JSON."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    from importlib import import_module
    from pathlib import Path

    from ruralpanel.diagnosis.finding import load_findings
    from ruralpanel.exhibits.caption import ExhibitDeclaration, caption_of
    from ruralpanel.exhibits.facts import with_facts
    from ruralpanel.exhibits.flaws import with_warnings
    from ruralpanel.exhibits.inputs import load_inputs
    from ruralpanel.exhibits.latex import as_latex
    from ruralpanel.exhibits.printed_table import as_grid, as_html, as_plain
    from ruralpanel.exhibits.unasked import with_unasked
    from ruralpanel.exhibits.word import as_docx
    from ruralpanel.frames.storage import save_json, without_formulas
    from ruralpanel.words.frames import in_words

    declaration = with_facts(ExhibitDeclaration.model_validate_json(snakemake.params.declaration))
    if declaration.subjects:
        declaration = with_warnings(declaration, load_findings(snakemake.input.diagnosis))
    if snakemake.input.get("unasked"):
        declaration = with_unasked(declaration, load_inputs({"ledgers": snakemake.input.unasked})["ledgers"])
    read = {name: files for name, files in snakemake.input.items() if name in declaration.exhibit.reads}
    tables = import_module(f"ruralpanel.exhibits.{declaration.exhibit.kind}")
    inputs = {name: in_words(frame, declaration.labels) for name, frame in load_inputs(read).items()}
    table = tables.print_table(declaration=declaration, **inputs)
    Path(snakemake.output.html).write_text(as_html(table), encoding="utf-8")
    Path(snakemake.output.latex).write_text(as_latex(table, f"tab:{declaration.name}"), encoding="utf-8")
    Path(snakemake.output.docx).write_bytes(as_docx(table))
    without_formulas(as_grid(table)).to_csv(snakemake.output.csv, index=False, lineterminator="\n")
    save_json(as_plain(table), snakemake.output.json)
    save_json(caption_of(declaration, table.notes), snakemake.output.caption)
