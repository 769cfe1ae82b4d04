"""Plans as code: what the interpreter of plans does, generated once for each plan."""

from graphwing.execution.compile.layout import Declined
from graphwing.execution.compile.program import Program, compile_plan

__all__ = ["Declined", "Program", "compile_plan"]
