# What could be wrong with the effects of treatments, looked for without being asked: one job a study.
rule diagnose:
    input:
        panel=f"{RESULTS}/panel/panel.parquet",
        events=f"{RESULTS}/panel/designation.csv",
        estimates=lambda wildcards: expand(
            f"{RESULTS}/estimates/{{block}}.csv", block=diagnosed_blocks()
        ),
    output:
        diagnosis=f"{RESULTS}/diagnosis.csv",
    log:
        f"{RESULTS}/logs/diagnose.log",
    resources:
        mem_mb=memory(900, 25),
        runtime=minutes(30, 1),
    params:
        settings=lambda wildcards: as_json(STUDY.diagnosis),
        subjects=lambda wildcards: [as_json(each) for each in STUDY.subjects],
        designations=list(STUDY.designation),
        levels=STUDY.levels,
        seed=STUDY.seed,
        code=lambda wildcards: diagnosis_code(),
        lock=LOCK,
    message:
        "diagnosis     what could be wrong"
    script:
        "../scripts/diagnose.py"
