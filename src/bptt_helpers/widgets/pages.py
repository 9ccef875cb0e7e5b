"""An explorer on a page without a kernel: a slider of the page shows one of the frames drawn beforehand.

The frames are files beside the page, loaded when somebody moves something. The page itself carries the address of the
first one, and all sentences; it says what it leaves out. `pages.js` gives it life, `pages.css` its looks.
"""

from __future__ import annotations

import json
from html import escape

from ..lessons.catalogue import EXPLORERS
from ..lessons.explorer import Choice, Guess


def left_out(frames) -> str:
    """What a running notebook moves and the page does not, in words."""
    explorer = EXPLORERS[frames.name]
    shown = {frames.slider: len(frames.values), frames.menu: len(frames.options)}
    others, values = [], []
    for name, control in explorer.controls.items():
        if isinstance(control, Guess):
            continue
        if name not in shown:
            others.append(control.label)
        elif not isinstance(control, Choice) and shown[name] < len(control.stops):
            values.append(f"{shown[name]} of the {len(control.stops)} values of “{control.label}”")
    text = f"This page shows {' and '.join(values)}. " if values else ""
    if others:
        text += f"Left where they start: {', '.join(others)}. "
    return text + (
        f"In a running notebook the pointer moves the picture too. {explorer.touch}" if explorer.touch else ""
    )


PLAYER = """\
<figure class="bptt-frames" data-folder="{address}">
<div class="bptt-frames-controls" hidden>
<div><label><span>{label}</span> <input type="range" min="0" max="{last}" value="{at}" autocomplete="off"></label>
<span class="bptt-frames-value" aria-hidden="true">{value}</span></div>
{play}{menu}</div>
<div class="bptt-scroll"><img src="{address}/{row}-{at}.png" width="{width}" height="{height}" alt="{sentence}" \
loading="lazy"></div>
<figcaption>
<p class="bptt-frames-sentence" role="status">{sentence}</p>
<p class="bptt-frames-note">{note} {way}</p>
</figcaption>
<script type="application/json">{data}</script>
</figure>
"""
MENU = '<label><span>{label}</span> <select autocomplete="off">{options}</select></label>\n'
PLAY = '<button type="button">Play</button>\n'


def player(frames, address, way="") -> str:
    """The HTML of an explorer on a page.

    Parameters
    ----------
    frames : Frames
    address : str
        Of their folder, as seen from the page.
    way : str
        HTML: how a reader gets what the page leaves out.

    Returns
    -------
    str
        One ``<figure>``. Without a script it is the first frame with its sentence.
    """
    controls, (row, at) = EXPLORERS[frames.name].controls, frames.start
    menu = "".join(
        f"<option{' selected' if k == row else ''}>{escape(option)}</option>" for k, option in enumerate(frames.options)
    )
    data = json.dumps({"values": frames.values, "sentences": frames.sentences}, ensure_ascii=False)
    return PLAYER.format(
        address=escape(address),
        label=escape(controls[frames.slider].label),
        last=len(frames.values) - 1,
        at=at,
        row=row,
        value=escape(frames.values[at]),
        play=PLAY if getattr(controls[frames.slider], "plays", False) else "",
        menu=MENU.format(label=escape(controls[frames.menu].label), options=menu) if frames.menu else "",
        width=frames.size[0],
        height=frames.size[1],
        sentence=escape(frames.sentences[row][at]),
        note=escape(left_out(frames)),
        way=way,
        data=data.replace("<", "\\u003c"),
    )
