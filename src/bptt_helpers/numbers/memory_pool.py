"""Let the C library keep the memory that freed arrays leave, for the next ones.

glibc returns freed memory above a limit to the system, which clears and maps every page again for the next array. A
gradient of some megabytes then spends as long on pages as on sums (T = 1000, batch 32, n = 16: 14 ms against 8). The
limit is twice the largest block ever freed that was mapped on its own, at most 64 MB in all; so one such block raises
it for good. The block is never touched, so it takes no memory. Elsewhere than with glibc this does nothing.
"""

import numpy as np


def keep_freed_memory() -> None:
    """Allocate just under 32 MB, the largest block that moves the limit, and free it."""
    np.empty(2**25 - 2**15, np.uint8)
