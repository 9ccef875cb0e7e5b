"""Sliders and menus for the controls of an explorer."""

from __future__ import annotations

from functools import singledispatch

import ipywidgets as W

from ..lessons.explorer import Choice, Guess, Real, Stages, Whole

# Google Colab has ipywidgets 7: other sliders in the page, and other names in Python
IPYWIDGETS_7 = W.__version__.startswith("7.")
_TOOLTIP = "description_tooltip" if IPYWIDGETS_7 else "tooltip"
_STYLE = {"description_width": "11em"}
_LAYOUT = {"width": "auto", "flex": "1 1 auto"}  # as wide as the panel's column
PLAY_INTERVAL = 150  # milliseconds from one value to the next, while a control plays


@singledispatch
def widget_for(control, name, value) -> W.Widget:
    """The widget that moves a `control` of this name, at `value`."""
    raise TypeError(f"{name}: want a Whole, Real, Stages, Choice or Guess, got {type(control).__name__}")


@widget_for.register
def _(control: Whole, name, value):
    looks = _looks(control, f"{name}, from {control.low} to {control.high}")
    return W.IntSlider(value, control.low, control.high, **looks)


@widget_for.register
def _(control: Real, name, value):
    looks = _looks(control, f"{name}, from {control.low:g} to {control.high:g}")
    return W.FloatSlider(value, min=control.low, max=control.high, step=control.step, **looks)


@widget_for.register
def _(control: Stages, name, value):
    looks = _looks(control, f"{name}, from {control.values[0]:g} to {control.values[-1]:g}")
    return W.SelectionSlider(options=[(f"{stage:g}", stage) for stage in control.values], value=value, **looks)


@widget_for.register
def _(control: Guess, name, value):
    return W.Text(value, continuous_update=False, placeholder="a number", **_looks(control, name))


@widget_for.register
def _(control: Choice, name, value):
    return W.Dropdown(options=list(control.options), value=value, **_looks(control, name))


def _looks(control, tooltip):
    return {"description": control.label, _TOOLTIP: tooltip, "style": _STYLE, "layout": _LAYOUT}


def player_of(widget) -> tuple[W.Play, W.Widget]:
    """Buttons that let a slider run and stop, and the link that moves it, which works in the page without the kernel.

    The way back, from the slider to where its buttons start, is `InPage`'s. With a link for that, the page would tell
    the kernel of every move twice, which makes a picture 30 ms later.
    """
    if isinstance(widget, W.SelectionSlider):
        place, low, high = "index", 0, len(widget.options) - 1
    else:
        place, low, high = "value", widget.min, widget.max
    looks = {"layout": {"width": "74px", "flex": "0 0 auto"}, "show_repeat": False}
    play = W.Play(value=getattr(widget, place), min=low, max=high, interval=PLAY_INTERVAL, **looks)
    play.add_class("bptt-play")
    link = W.jslink if IPYWIDGETS_7 else W.jsdlink
    return play, link((play, "value"), (widget, place))


def panel(children, width) -> W.GridBox:
    """The controls of an explorer, in as many columns as there is room for."""
    columns = "repeat(auto-fit, minmax(24em, 1fr))"
    return W.GridBox(children, layout={"grid_template_columns": columns, "max_width": width})
