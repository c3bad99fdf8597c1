"""Door of `./run publish`: today's numbers and figures become the published ones."""

from ruralpanel.stage import stage

with stage(snakemake):
    from pathlib import Path

    from ruralpanel import __version__
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.exhibits.caption import ExhibitDeclaration
    from ruralpanel.lineage import file_digests
    from ruralpanel.placement import replacing
    from ruralpanel.study.published_files import places_to_publish
    from ruralpanel.verification.cell_labels import cell_labels
    from ruralpanel.verification.code import code_frame, read_published_code
    from ruralpanel.verification.figures import keep_figures
    from ruralpanel.verification.inputs import (
        inputs_frame,
        inputs_read,
        load_provenance,
        read_published_inputs,
        refuse_changed,
    )
    from ruralpanel.verification.published import RUN, ShownIn, keep_as_published, refuse_to_replace_print

    places = places_to_publish(snakemake.params.path, Path(), snakemake.params.reads)
    refuse_to_replace_print(places.numbers)
    read_published_inputs(places.inputs)  # a file of another kind is not replaced
    read_published_code(places.code)
    estimates = load_estimates(snakemake.input.estimates)
    shown = []
    for declaration in map(ExhibitDeclaration.model_validate_json, snakemake.params.shown):
        exhibit, blocks = declaration.exhibit, declaration.exhibit.estimated_in
        of_exhibit = estimates[estimates["block"].isin(blocks) & estimates["outcome"].map(exhibit.shows_outcome)]
        labels = cell_labels(of_exhibit, declaration)
        decimals = getattr(exhibit, "decimals", 3)
        shown.append(ShownIn(declaration.number, blocks, decimals, labels, exhibit.shows_outcome))
    published = keep_as_published(
        estimates,
        shown,
        source=f"{RUN}{snakemake.params.study} with ruralpanel {__version__}",
    )
    inputs = inputs_read(snakemake.params.inputs, load_provenance(snakemake.input.provenance), Path())
    refuse_changed(inputs, Path(), snakemake.input.provenance)
    code = file_digests(*snakemake.params.modules, files=map(Path, snakemake.params.own_files))
    with (
        replacing(places.numbers) as numbers,
        replacing(places.inputs) as beside,
        replacing(places.code) as code_beside,
    ):
        published.to_csv(numbers, index=False, lineterminator="\n")
        inputs_frame(inputs).to_csv(beside, index=False, lineterminator="\n")
        code_frame(code).to_csv(code_beside, index=False, lineterminator="\n")
        keep_figures(snakemake.input.data, snakemake.input.pictures, places.figures)
    for path in (places.numbers, places.inputs, places.code, *([places.figures] if snakemake.input.data else [])):
        print(path.as_posix())
