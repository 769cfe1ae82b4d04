"""Whatever subgraphs are, composition answers properly; `python -m mutants` tries many more."""

from __future__ import annotations

import pytest

from mutants.promises import broken_promises
from mutants.run import BASES_OF_OUR_OWN, mutant


@pytest.mark.parametrize("seed", range(20))
def test_composition_keeps_its_promises_for_mutants(seed: int) -> None:
    for number in range(seed * 10, seed * 10 + 10):
        given = mutant(BASES_OF_OUR_OWN, number)

        assert list(broken_promises(given)) == [], given


def test_a_mutant_is_always_the_same() -> None:
    assert mutant(BASES_OF_OUR_OWN, 7) == mutant(BASES_OF_OUR_OWN, 7)
