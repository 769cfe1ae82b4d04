"""Run a module and note what it does: `python -m bench.sampled OUTPUT MODULE ARGUMENTS…`.

SIGUSR1 begins, SIGUSR2 ends and writes what was found to the file OUTPUT; before that, nothing is
slower for it. Every few milliseconds of CPU time we look at the stack, and what is found goes to
the part that the innermost known frame belongs to. Unlike a tracing profiler, this does not make
many cheap calls look dear.
"""

from __future__ import annotations

import json
import runpy
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

SAMPLE_SECONDS = 0.004

OTHER = "HTTP server, event loop"

# The first that is in a path decides. What no line names, such as the standard library, counts to
# who called it.
PARTS = (
    ("/graphql/language/", "parse and validate"),
    ("/graphql/validation/", "parse and validate"),
    ("/graphql/utilities/", "GraphQL execution"),
    ("/graphql/", "GraphQL execution"),
    ("/strawberry/fastapi/", "application"),
    ("/strawberry/http/", "application"),
    ("/strawberry/dataloader", "resolvers and loaders"),
    ("/strawberry/", "GraphQL execution"),
    ("/site-packages/sqlalchemy/", "SQLAlchemy"),
    ("/site-packages/sqlmodel/", "SQLAlchemy"),
    ("/site-packages/asyncpg/", "asyncpg"),
    ("/site-packages/fastapi/", "application"),
    ("/site-packages/starlette/", "application"),
    ("/kit/src/kit/app", "application"),
    ("/kit/src/kit/direct", "application"),
    ("/kit/src/kit/cli", OTHER),
    ("/kit/src/kit/documents", "parse and validate"),
    ("/subgraphs/", "resolvers and loaders"),
    ("/graphwing/execution/loop_hold", OTHER),
    ("/graphwing/execution/transports/", "router: transports"),
    ("/graphwing/execution/", "router: execution"),
    ("/graphwing/", "router: server"),
    ("/site-packages/uvicorn/", OTHER),
    ("/runner/", OTHER),
)


def main() -> None:
    """Run the module that the arguments name, and write the samples when it ends."""
    output, module, *arguments = sys.argv[1:]
    counts: Counter[str] = Counter()

    def look(_number: int, frame: FrameType | None) -> None:
        counts[_part(frame)] += 1

    def begin(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(output).write_text(json.dumps(counts))

    signal.signal(signal.SIGPROF, look)
    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, end)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _part(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        for mark, part in PARTS:
            if mark in path:
                return part
        frame = frame.f_back
    return OTHER


if __name__ == "__main__":
    main()
