"""Can every query of the API be answered? Each field must be in reach wherever its type is."""

from graphwing.composition.satisfiability.check import MOST_STEPS, check_satisfiability

__all__ = ["MOST_STEPS", "check_satisfiability"]
