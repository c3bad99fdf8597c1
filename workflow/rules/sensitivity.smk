# What could be wrong with the estimates of a block: one job an analysis, of all the equations it is of.
rule analyse_sensitivity:
    input:
        estimates=lambda wildcards: f"{analysed_block(wildcards)}.csv",
        covariance=lambda wildcards: f"{analysed_block(wildcards)}.covariance.csv",
        panel=analysed_panel,
    output:
        results=f"{RESULTS}/sensitivity/{{analysis}}.csv",
    log:
        f"{RESULTS}/logs/analyse_sensitivity/{{analysis}}.log",
    resources:
        mem_mb=memory(700, 25),
        runtime=minutes(30, 1),
    params:
        declaration=lambda wildcards: as_json(STUDY.sensitivity[wildcards.analysis]),
        equations=lambda wildcards: analysed_equations_as_json(wildcards.analysis),
        code=lambda wildcards: sensitivity_code(wildcards.analysis),
        lock=LOCK,
    message:
        "sensitivity   {wildcards.analysis}"
    script:
        "../scripts/analyse_sensitivity.py"
