"""Can every query of the API be answered? Each field must be in reach wherever its type is."""

from graphwing.composition.satisfiability.check import check_satisfiability

__all__ = ["check_satisfiability"]
