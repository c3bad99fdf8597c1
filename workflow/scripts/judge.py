"""Door of the verification stage: estimates, published ones, and what was found of figures → verdict."""

from ruralpanel.stage import stage

with stage(snakemake):
    import json
    from pathlib import Path

    from ruralpanel.crosscheck.facts import checks_of
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table, save_json
    from ruralpanel.lineage import file_digests
    from ruralpanel.study.registration import load_registrations
    from ruralpanel.verification.code import changed_code, read_published_code
    from ruralpanel.verification.html import verdict_page
    from ruralpanel.verification.inputs import changed_inputs, inputs_read, load_provenance, read_published_inputs
    from ruralpanel.verification.published import from_print, nothing_published, read_published
    from ruralpanel.verification.summary import code_sentence
    from ruralpanel.verification.verdict import judge, on_synthetic_twins
    from ruralpanel.words.crosscheck import crosscheck_words
    from ruralpanel.words.registration import registration_words

    published = read_published(Path(snakemake.input.published[0])) if snakemake.input.published else nothing_published()
    estimates = load_estimates(snakemake.input.estimates)
    verdict = judge(published, estimates, snakemake.params.numbered, snakemake.params.shown_in)
    verdict = on_synthetic_twins(verdict, snakemake.params.twins)
    verdict.to_csv(snakemake.output.csv, index=False, lineterminator="\n")
    changed = changed_inputs(
        inputs_read(snakemake.params.inputs, load_provenance(snakemake.input.provenance), Path()),
        read_published_inputs(Path(snakemake.params.published_inputs)),
        from_print=bool(from_print(published).any()),
        passed_over=snakemake.params.twins,
    )
    registered = [
        words
        for path in map(Path, snakemake.input.registered)
        for words in registration_words(load_registrations(path), json.loads(snakemake.params.plan), path)
    ]
    crosschecked = [
        check
        for path in map(Path, snakemake.input.crosschecked)
        for check in checks_of(path, [*map(Path, snakemake.input.estimates)], [*map(Path, snakemake.input.analyses)])
    ]
    code = file_digests(*snakemake.params.modules, files=map(Path, snakemake.params.own_files))
    code_changed = changed_code(code, read_published_code(Path(snakemake.params.published_code)))
    page = verdict_page(
        verdict,
        snakemake.params.title,
        snakemake.params.standing,
        load_table(snakemake.input.figures),
        json.loads(Path(snakemake.input.shown).read_text(encoding="utf-8")),
        [
            *registered,
            *crosscheck_words(crosschecked),
            *(each.sentence for each in changed),
            *([code_sentence(code_changed)] if code_changed else []),
        ],
    )
    Path(snakemake.output.html).write_text(page, encoding="utf-8")
    facts = {
        "data_standing": snakemake.params.standing,
        "synthetic_twins": list(snakemake.params.twins),
        "changed_inputs": [each.facts() for each in changed],
        "changed_code": code_changed,
        "registered": registered,
        "crosschecked": crosschecked,
    }
    save_json(facts, snakemake.output.facts)
