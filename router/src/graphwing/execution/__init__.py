"""Run a plan against the subgraphs and complete the response. I/O only in `transports`."""

from graphwing.execution.compiler import Compiler
from graphwing.execution.counts import Counts
from graphwing.execution.execute import ExecutionResult, Executor
from graphwing.execution.incremental import (
    Completed,
    FirstPart,
    Increment,
    NextPart,
    Pending,
    ResponsePart,
    SendPart,
)
from graphwing.execution.operation import Operation
from graphwing.execution.response_errors import stream_errors
from graphwing.execution.transport import (
    Endpoint,
    RawAnswer,
    Reconnect,
    SubgraphAnswer,
    SubgraphRequest,
    Transport,
)

__all__ = [
    "Compiler",
    "Completed",
    "Counts",
    "Endpoint",
    "ExecutionResult",
    "Executor",
    "FirstPart",
    "Increment",
    "NextPart",
    "Operation",
    "Pending",
    "RawAnswer",
    "Reconnect",
    "ResponsePart",
    "SendPart",
    "SubgraphAnswer",
    "SubgraphRequest",
    "Transport",
    "stream_errors",
]
