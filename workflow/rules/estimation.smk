# One job a block, not one a regression: importing the econometrics costs seconds a process.
rule estimate_block:
    input:
        panel=f"{RESULTS}/panel/panel.parquet",
    output:
        estimates=f"{RESULTS}/estimates/{{block}}.csv",
        ledger=f"{RESULTS}/estimates/{{block}}.ledger.csv",
        covariance=f"{RESULTS}/estimates/{{block}}.covariance.csv",
        matching=f"{RESULTS}/estimates/{{block}}.matching.csv",
        draws=f"{RESULTS}/estimates/{{block}}.draws.parquet",
    log:
        f"{RESULTS}/logs/estimate_block/{{block}}.log",
    priority: 3  # all else waits for estimates
    resources:
        mem_mb=memory(700, 25),
        runtime=minutes(30, 1),
    params:
        equations=lambda wildcards: equations_as_json(wildcards.block),
        designations=list(STUDY.designation),
        levels=STUDY.levels,
        folder=STUDY_FOLDER.as_posix(),
        minimum_cell=STUDY.minimum_cell,
        code=lambda wildcards: estimation_code(wildcards.block),
        lock=LOCK,
    message:
        "estimation    block {wildcards.block}"
    script:
        "../scripts/estimate_block.py"
