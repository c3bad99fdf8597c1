rule score_claims:
    input:
        estimates=expand(f"{RESULTS}/estimates/{{block}}.csv", block=STUDY.blocks),
        diagnosis=f"{RESULTS}/diagnosis.csv",
    output:
        claims=f"{RESULTS}/claims.csv",
    log:
        f"{RESULTS}/logs/score_claims.log",
    priority: 2  # figures wait for it
    params:
        claims=lambda wildcards: {
            name: as_json(claim) for name, claim in STUDY.claims.items()
        },
        rules=lambda wildcards: {
            name: as_json(STUDY.rule.overridden(claim.rule))
            for name, claim in STUDY.claims.items()
        },
        treatments=STUDY.treatment_terms,
        code=lambda wildcards: code_digest("ruralpanel.verification.scorecard"),
        lock=LOCK,
    message:
        "verification  hold claims against estimates"
    script:
        "../scripts/score_claims.py"


# Apart from numbers, for a look at pictures takes longer, and depends on no title.
rule judge_figures:
    input:
        estimates=expand(f"{RESULTS}/estimates/{{block}}.csv", block=STUDY.blocks),
        published_figures=published_figure_files,
        drawn=figures_to_compare,
    output:
        figures=f"{RESULTS}/verdict.figures.csv",
        shown=f"{RESULTS}/verdict.figures.json",
    log:
        f"{RESULTS}/logs/judge_figures.log",
    params:
        figures=lambda wildcards: {
            name: exhibit_numbers(STUDY)[name] for name in FIGURES
        },
        published_figures=PUBLISHED_FIGURES,
        published_folder=str(PUBLISHED_FOLDER),
        exhibits=f"{RESULTS}/exhibits",
        pictures=f"{RESULTS}/pictures",
        code=lambda wildcards: code_digest(
            "ruralpanel.verification.figures",
            "ruralpanel.verification.figure_rows",
        ),
        lock=LOCK,
    message:
        "verification  compare with published figures"
    script:
        "../scripts/judge_figures.py"


rule judge:
    input:
        estimates=expand(f"{RESULTS}/estimates/{{block}}.csv", block=STUDY.blocks),
        published=published_file,
        figures=f"{RESULTS}/verdict.figures.csv",
        shown=f"{RESULTS}/verdict.figures.json",
        published_inputs=published_inputs_file,
        published_code=published_code_file,
        provenance=PROVENANCE,
        beside_sources=FILES_BESIDE_SOURCES,
        registered=REGISTERED,
        crosschecked=CROSSCHECKED,
        analyses=(
            expand(
                f"{RESULTS}/sensitivity/{{analysis}}.csv", analysis=STUDY.sensitivity
            )
            if CROSSCHECKED
            else []
        ),
        templates=TEMPLATES,
    output:
        csv=f"{RESULTS}/verdict.csv",
        html=f"{RESULTS}/verdict.html",
        facts=f"{RESULTS}/verdict.json",
    log:
        f"{RESULTS}/logs/judge.log",
    params:
        title=lambda wildcards: STUDY.title,
        standing=STUDY.data_standing,
        numbered=lambda wildcards: exhibits_by_number(STUDY),
        shown_in=lambda wildcards: exhibit_of_block(STUDY),
        inputs=INPUTS,
        published_inputs=str(published_inputs(PUBLISHED)),
        published_code=str(published_code(PUBLISHED)),
        modules=lambda wildcards: modules_of_numbers(STUDY),
        own_files=lambda wildcards: numbers_own_files(),
        twins=TWINS,
        plan=lambda wildcards: json.dumps(plan_of(STUDY)) if REGISTERED else "",
        code=lambda wildcards: code_digest(
            "ruralpanel.words.registration",
            "ruralpanel.words.crosscheck",
            "ruralpanel.crosscheck.facts",
            "ruralpanel.verification.verdict",
            "ruralpanel.verification.published",
            "ruralpanel.verification.inputs",
            "ruralpanel.verification.code",
            "ruralpanel.verification.html",
        ),
        lock=LOCK,
    message:
        "verification  compare with published values"
    script:
        "../scripts/judge.py"


# A verdict that is no match must end the run with an error, and must not take anything with it: so it is a job of its
# own that runs when all else is done, and leaves a file only when it is content.
rule accept:
    input:
        verdict=f"{RESULTS}/verdict.csv",
        figures=f"{RESULTS}/verdict.figures.csv",
        facts=f"{RESULTS}/verdict.json",
        page=f"{RESULTS}/report/index.html",
        ledgers=LEDGERS if STUDY.is_strict else [],
        provenance=PROVENANCE,
    output:
        accepted=f"{RESULTS}/accepted",
    log:
        f"{RESULTS}/logs/accept.log",
    params:
        code=lambda wildcards: code_digest(
            "ruralpanel.verification.inputs",
            "ruralpanel.verification.verdict",
            "ruralpanel.verification.summary",
            *(["ruralpanel.verification.strictness"] if STUDY.is_strict else []),
        ),
        inputs=[each for each in INPUTS if each[0] == RAW_FILE],
        strict=STUDY.strict,
        strict_blocks={
            name: block.strict
            for name, block in STUDY.blocks.items()
            if block.strict is not None
        },
    message:
        "verification  verdict"
    script:
        "../scripts/accept.py"


# Run by name only: makes today's numbers and figures the ones that later runs are verified against.
rule publish:
    input:
        estimates=expand(f"{RESULTS}/estimates/{{block}}.csv", block=STUDY.blocks),
        data=expand(f"{RESULTS}/exhibits/{{exhibit}}.csv", exhibit=FIGURES),
        pictures=expand(f"{RESULTS}/pictures/{{exhibit}}.png", exhibit=FIGURES),
        provenance=PROVENANCE,
        beside_sources=FILES_BESIDE_SOURCES,
    log:
        f"{RESULTS}/logs/publish.log",
    params:
        path=lambda wildcards: PUBLISHED,
        shown=lambda wildcards: [
            as_json(declared(STUDY, name))
            for name, exhibit in STUDY.exhibits.items()
            if exhibit.estimated_in
        ],
        study=NAME,
        inputs=INPUTS,
        reads=FILES_READ,
        modules=lambda wildcards: modules_of_numbers(STUDY),
        own_files=lambda wildcards: numbers_own_files(),
    message:
        "verification  keep today's numbers and figures as published"
    script:
        "../scripts/publish.py"


# Run by name only: the same for figures alone, where the numbers were typed from print and stay.
rule publish_figures:
    input:
        data=expand(f"{RESULTS}/exhibits/{{exhibit}}.csv", exhibit=FIGURES),
        pictures=expand(f"{RESULTS}/pictures/{{exhibit}}.png", exhibit=FIGURES),
    log:
        f"{RESULTS}/logs/publish_figures.log",
    params:
        path=PUBLISHED,
        reads=FILES_READ,
    message:
        "verification  keep today's figures as published"
    script:
        "../scripts/publish_figures.py"


# Run by name only: keeps which raw files and which code these are, where the numbers stay and all of them reproduce.
rule publish_inputs:
    input:
        accepted=f"{RESULTS}/accepted",
        published=published_file,
        provenance=PROVENANCE,
        beside_sources=FILES_BESIDE_SOURCES,
    log:
        f"{RESULTS}/logs/publish_inputs.log",
    params:
        path=PUBLISHED,
        inputs=INPUTS,
        reads=FILES_READ,
        modules=lambda wildcards: modules_of_numbers(STUDY),
        own_files=lambda wildcards: numbers_own_files(),
    message:
        "verification  keep the hashes of today's raw files and code beside the published numbers"
    script:
        "../scripts/publish_inputs.py"
