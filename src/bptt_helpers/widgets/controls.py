"""Sliders and menus that check their start value and can be reset."""

from __future__ import annotations

import ipywidgets as W

from ..numbers.validate import choice, number, whole_number

# Google Colab has ipywidgets 7: other sliders in the page, and other names in Python
IPYWIDGETS_7 = W.__version__.startswith("7.")
_TOOLTIP = "description_tooltip" if IPYWIDGETS_7 else "tooltip"
_STYLE = {"description_width": "11em"}
_LAYOUT = {"width": "auto"}  # as wide as the panel's column


def int_slider(name, value, low, high, label) -> W.IntSlider:
    """A slider over whole numbers; `value` out of range is a ValueError that names `name`."""
    value = whole_number(name, value, low, high)
    return W.IntSlider(value, low, high, **_looks(label, f"{name}, from {low} to {high}"))


def float_slider(name, value, low, high, label, step=0.01) -> W.FloatSlider:
    """A slider over real numbers; `value` out of range is a ValueError that names `name`."""
    value = number(name, value, low, high)
    looks = _looks(label, f"{name}, from {low:g} to {high:g}")
    return W.FloatSlider(value, min=low, max=high, step=step, **looks)


def menu(name, value, options, label) -> W.Dropdown:
    """A choice of one among `options`; another `value` is a ValueError that names `name`."""
    value = choice(name, value, tuple(options))
    return W.Dropdown(options=list(options), value=value, **_looks(label, name))


def _looks(label, tooltip):
    return {"description": label, _TOOLTIP: tooltip, "style": _STYLE, "layout": _LAYOUT}


def check(name, value, control) -> None:
    """Raise a ValueError that names `name`, if `control` cannot take `value`."""
    if isinstance(control, W.Dropdown):
        choice(name, value, control.options)
    elif isinstance(control, W.IntSlider):
        whole_number(name, value, control.min, control.max)
    else:
        number(name, value, control.min, control.max)


def ends(control) -> list:
    """The extreme values of a control: both ends of a slider, all options of a menu. Tests drive them."""
    return list(control.options) if isinstance(control, W.Dropdown) else [control.min, control.max]


def panel(children, width) -> W.GridBox:
    """The controls of an explorer, in as many columns as there is room for."""
    columns = "repeat(auto-fit, minmax(24em, 1fr))"
    return W.GridBox(children, layout={"grid_template_columns": columns, "max_width": width})
