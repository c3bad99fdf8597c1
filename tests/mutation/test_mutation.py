from __future__ import annotations

import ast

from tests.mutation.mutants import mutants_of

SOURCE = '''
"""A module."""
LIMIT: int = 3


def within(value: float, share: float = 0.5) -> bool:
    """Say so."""
    return value < LIMIT and not value * share == -1
'''


def test_every_mutant_is_one_change_and_leaves_words_and_types_alone() -> None:
    mutants = mutants_of(SOURCE)
    whole = ast.unparse(ast.parse(SOURCE))
    changed = [ast.unparse(mutant.tree) for mutant in mutants]
    assert len(set(changed)) == len(mutants) and whole not in changed
    assert all('"""Say so."""' in each and "LIMIT: int" in each for each in changed)
    told = {mutant.what for mutant in mutants}
    assert {"value < LIMIT → value <= LIMIT", "3 → 4", "0.5 → 1.0", "value * share → value / share", "-1 → 1"} <= told
    for mutant in mutants:
        compile(mutant.tree, "mutant", "exec")
