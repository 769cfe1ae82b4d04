"""How garbage is collected in a process that serves."""

from __future__ import annotations

import gc

# A request makes some hundred objects that are gone with it, most of them without any collection:
# to look for cycles after every 700, as is usual, costs a tenth of the time under load. More would
# keep what planning leaves behind in memory for longer.
_THRESHOLDS = (5_000, 10, 10)


def collect_less() -> None:
    """Keep what is there now for good, and look for garbage less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
