"""Plans as code: what the interpreter of plans does, generated once for each plan."""

from graphwing.execution.compile.compile_plan import compile_plan
from graphwing.execution.compile.layout import Declined
from graphwing.execution.compile.program import Program
from graphwing.execution.compile.run_program import ProgramRun

__all__ = ["Declined", "Program", "ProgramRun", "compile_plan"]
