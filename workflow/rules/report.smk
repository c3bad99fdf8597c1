rule write_page:
    input:
        captions=expand(
            f"{RESULTS}/exhibits/{{exhibit}}.caption.json", exhibit=STUDY.exhibits
        ),
        exhibits=expand(f"{RESULTS}/exhibits/{{exhibit}}.csv", exhibit=STUDY.exhibits),
        tables=expand(f"{RESULTS}/exhibits/{{exhibit}}.html", exhibit=TABLES),
        pictures=expand(f"{RESULTS}/exhibits/{{exhibit}}.svg", exhibit=FIGURES),
        ledgers=[
            *expand(f"{RESULTS}/sources/{{source}}.ledger.csv", source=STUDY.sources),
            *expand(f"{RESULTS}/tables/{{table}}.ledger.csv", table=STUDY.tables),
            f"{RESULTS}/panel/panel.ledger.csv",
            *expand(f"{RESULTS}/estimates/{{block}}.ledger.csv", block=STUDY.blocks),
        ],
        events=f"{RESULTS}/panel/designation.csv",
        provenance=expand(
            f"{RESULTS}/sources/{{source}}.provenance.json", source=STUDY.sources
        ),
        codebook=f"{RESULTS}/panel/codebook.csv",
        missingness=f"{RESULTS}/panel/missingness.csv",
        legacies=f"{RESULTS}/panel/legacies.csv",
        capacities=f"{RESULTS}/panel/capacities.csv",
        balance=f"{RESULTS}/panel/balance.csv",
        totals=[f"{RESULTS}/tables/{table}.totals.csv" for table in TABLES_WITH_TOTALS],
        names=[f"{RESULTS}/tables/{table}.names.csv" for table in TABLES_WITH_NAMES],
        estimates=expand(f"{RESULTS}/estimates/{{block}}.csv", block=STUDY.blocks),
        claims=f"{RESULTS}/claims.csv",
        sensitivity=expand(
            f"{RESULTS}/sensitivity/{{analysis}}.csv", analysis=STUDY.sensitivity
        ),
        diagnosis=f"{RESULTS}/diagnosis.csv",
        verdict=f"{RESULTS}/verdict.csv",
        figures=f"{RESULTS}/verdict.figures.csv",
        verdict_facts=f"{RESULTS}/verdict.json",
        facts=list(STUDY.facts.values()),
        templates=TEMPLATES,
    output:
        page=f"{RESULTS}/report/index.html",
    log:
        f"{RESULTS}/logs/write_page.log",
    params:
        name=NAME,
        study=lambda wildcards: as_json(STUDY),
        estimation_code=lambda wildcards: {
            block: estimation_code(block) for block in STUDY.blocks
        },
        declared_at=lambda wildcards: exhibit_lines(),
        benchmarks=f"{RESULTS}/benchmarks",
        code=lambda wildcards: code_digest(
            "ruralpanel.report.page",
            "ruralpanel.report.exhibits",
            "ruralpanel.report.run_times",
        ),
        lock=LOCK,
    message:
        "report        page"
    script:
        "../scripts/write_page.py"


# What the paper and the LaTeX project are made from.
PAPER_INPUTS = {
    "captions": expand(
        f"{RESULTS}/exhibits/{{exhibit}}.caption.json", exhibit=STUDY.exhibits
    ),
    "tables": expand(f"{RESULTS}/exhibits/{{exhibit}}.json", exhibit=TABLES),
    "figures": expand(f"{RESULTS}/exhibits/{{exhibit}}.pdf", exhibit=FIGURES),
    "estimates": expand(f"{RESULTS}/estimates/{{block}}.csv", block=STUDY.blocks),
    "panel": f"{RESULTS}/panel/panel.parquet",
    "claims": f"{RESULTS}/claims.csv",
    "verdict": f"{RESULTS}/verdict.csv",
    "diagnosis": f"{RESULTS}/diagnosis.csv",
    "written": PAPER_FILES,
    "facts": list(STUDY.facts.values()),
}


rule write_paper:
    input:
        **PAPER_INPUTS,
        fonts=STUDY.fonts,
        layout=beside_modules("report/paper/layout.typ"),
    output:
        **PAPER,
    log:
        f"{RESULTS}/logs/write_paper.log",
    resources:
        mem_mb=memory(700, 20),
        runtime=minutes(10, 0.1),
    params:
        study=lambda wildcards: as_json(STUDY),
        code=lambda wildcards: code_digest("ruralpanel.report.paper.paper"),
        lock=LOCK,
    message:
        "report        paper"
    script:
        "../scripts/write_paper.py"


rule write_latex:
    input:
        **PAPER_INPUTS,
    output:
        project=directory(f"{RESULTS}/latex"),
    log:
        f"{RESULTS}/logs/write_latex.log",
    params:
        study=lambda wildcards: as_json(STUDY),
        code=lambda wildcards: code_digest("ruralpanel.report.latex.project"),
        lock=LOCK,
    message:
        "report        LaTeX project"
    script:
        "../scripts/write_latex.py"
