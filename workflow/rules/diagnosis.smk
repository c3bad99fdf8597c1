# What could be wrong with the effects of treatments, looked for without being asked: one job an effect, so that another
# regressor of one equation is no reason to look at the effects of all.
rule diagnose_effect:
    input:
        panel=f"{RESULTS}/panel/panel.parquet",
        events=f"{RESULTS}/panel/designation.csv",
        estimates=lambda wildcards: expand(
            f"{RESULTS}/estimates/{{block}}.csv",
            block=sorted(SUBJECTS[wildcards.effect].blocks),
        ),
    output:
        diagnosis=f"{RESULTS}/diagnosis/{{effect}}.csv",
    log:
        f"{RESULTS}/logs/diagnose_effect/{{effect}}.log",
    priority: 2  # claims, most exhibits and the verdict wait for it
    resources:
        mem_mb=memory(900, 25),
        runtime=minutes(30, 1),
    params:
        settings=lambda wildcards: as_json(STUDY.diagnosis),
        subject=lambda wildcards: as_json(SUBJECTS[wildcards.effect]),
        designations=list(STUDY.designation),
        levels=STUDY.levels,
        seed=STUDY.seed,
        confidential=bool(STUDY.confidential),
        minimum_cell=STUDY.minimum_cell,
        code=lambda wildcards: diagnosis_code(SUBJECTS[wildcards.effect]),
        lock=LOCK,
    message:
        "diagnosis     what could be wrong with {wildcards.effect}"
    script:
        "../scripts/diagnose_effect.py"


rule diagnose:
    input:
        effects=found_in(SUBJECTS),
    output:
        diagnosis=f"{RESULTS}/diagnosis.csv",
    log:
        f"{RESULTS}/logs/diagnose.log",
    priority: 2
    params:
        code=lambda wildcards: code_digest("ruralpanel.diagnosis.finding"),
        lock=LOCK,
    message:
        "diagnosis     what could be wrong"
    script:
        "../scripts/diagnose.py"
