# Run by name only: what every estimator and kind of standard errors does in economies whose truth is known. A job makes
# some replications of one design, and what it has made stays made when a run is cut off or replications are added.
rule replicate:
    output:
        rows=f"{MONTE_CARLO}/replications/{{design}}/{{batch}}.csv",
    log:
        f"{MONTE_CARLO}/logs/replicate/{{design}}/{{batch}}.log",
    benchmark:
        f"{MONTE_CARLO}/benchmarks/replicate/{{design}}/{{batch}}.tsv"
    params:
        plan=as_json(PLAN.without_numbers()),
        code=replication_code(),
        lock=LOCK,
    message:
        "monte carlo   {wildcards.design}, replications {wildcards.batch}"
    script:
        "../scripts/replicate.py"


rule monte_carlo:
    input:
        expand(
            f"{MONTE_CARLO}/replications/{{design}}/{{batch}}.csv",
            design=[design.name for design in PLAN.designs()],
            batch=PLAN.batches(),
        ),
