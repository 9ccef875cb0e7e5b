"""How the schemes of truncation look, in every picture of this lesson."""

from __future__ import annotations

from ..pictures import COLOURS

STYLES = {  # colour and dashes of a line
    "sliding": {"color": COLOURS[4], "ls": "-"},
    "stride τ/2": {"color": COLOURS[8], "ls": ":"},
    "chunked": {"color": COLOURS[6], "ls": (0, (4, 1.5))},
}
WRONG = COLOURS[2]  # a longer window that is worse, a sign that is wrong
