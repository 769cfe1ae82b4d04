"""Turn one operation into a plan of subgraph fetches. Pure: no I/O, no clock, no globals."""

from graphwing.planner.budget import Limits, TakesLongerError
from graphwing.planner.explain import explain
from graphwing.planner.planner import Planner
from graphwing.planner.render import render_json, render_text

__all__ = ["Limits", "Planner", "TakesLongerError", "explain", "render_json", "render_text"]
