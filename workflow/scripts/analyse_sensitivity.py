"""Door of the sensitivity stage: estimates of a block, or the panel, and one analysis → what could be wrong."""

from ruralpanel.stage import stage

with stage(snakemake, follows=True):
    import json

    from pydantic import TypeAdapter

    from ruralpanel.estimation.columns_read import columns_read
    from ruralpanel.estimation.estimates import load_estimates
    from ruralpanel.frames.storage import load_table, save_table
    from ruralpanel.sensitivity.analysis import analyse
    from ruralpanel.sensitivity.results import ROW
    from ruralpanel.study.blocks import Equation
    from ruralpanel.study.sensitivity import AnySensitivity

    declared = TypeAdapter(AnySensitivity).validate_json(snakemake.params.declaration)
    equations = [Equation.model_validate(each) for each in json.loads(snakemake.params.equations)]

    def load_panel(path):
        estimators = [each.estimator for each in equations]
        treatments = [name for each in equations for name in each.treatments]
        return load_table(path, columns=columns_read(path, [declared, *equations], estimators, treatments))

    results = analyse(
        name=snakemake.wildcards.analysis,
        declared=declared,
        equations=equations,
        estimates=load_estimates([snakemake.input.estimates]),
        covariance=load_table(snakemake.input.covariance),
        panel=load_panel(snakemake.input.panel[0]) if snakemake.input.panel else None,
    )
    save_table(results, snakemake.output.results, key=[ROW])
