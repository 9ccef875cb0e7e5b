"""Sliders and menus for the controls of an explorer."""

from __future__ import annotations

from functools import singledispatch

import ipywidgets as W

from ..lessons.explorer import Choice, Real, Whole

# Google Colab has ipywidgets 7: other sliders in the page, and other names in Python
IPYWIDGETS_7 = W.__version__.startswith("7.")
_TOOLTIP = "description_tooltip" if IPYWIDGETS_7 else "tooltip"
_STYLE = {"description_width": "11em"}
_LAYOUT = {"width": "auto"}  # as wide as the panel's column


@singledispatch
def widget_for(control, name, value) -> W.Widget:
    """The widget that moves a `control` of this name, at `value`."""
    raise TypeError(f"{name}: want a Whole, Real or Choice, got {type(control).__name__}")


@widget_for.register
def _(control: Whole, name, value):
    looks = _looks(control, f"{name}, from {control.low} to {control.high}")
    return W.IntSlider(value, control.low, control.high, **looks)


@widget_for.register
def _(control: Real, name, value):
    looks = _looks(control, f"{name}, from {control.low:g} to {control.high:g}")
    return W.FloatSlider(value, min=control.low, max=control.high, step=control.step, **looks)


@widget_for.register
def _(control: Choice, name, value):
    return W.Dropdown(options=list(control.options), value=value, **_looks(control, name))


def _looks(control, tooltip):
    return {"description": control.label, _TOOLTIP: tooltip, "style": _STYLE, "layout": _LAYOUT}


def panel(children, width) -> W.GridBox:
    """The controls of an explorer, in as many columns as there is room for."""
    columns = "repeat(auto-fit, minmax(24em, 1fr))"
    return W.GridBox(children, layout={"grid_template_columns": columns, "max_width": width})
