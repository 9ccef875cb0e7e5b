"""How the schemes of truncation look, in every picture: a colour and a line for each, and red for what goes wrong."""

from __future__ import annotations

from .pictures import COLOURS, INKS

SLIDING = {"color": COLOURS[4], "ls": "-"}
STRIDE = {"color": COLOURS[8], "ls": ":"}
CHUNKED = {"color": INKS[5], "ls": (0, (4, 1.5))}  # words have it too
RANDOM = {"color": COLOURS[6], "ls": (0, (12, 1, 1, 1))}
STYLES = {"sliding": SLIDING, "stride τ/2": STRIDE, "chunked": CHUNKED}  # by the names that a control gives them
# a sign that is wrong, a longer window that is worse, a run that is lost; and the area where it happens
WRONG, WRONG_AREA = COLOURS[2], "#f8e8e4"
