"""The notebook of the tests: one cell for each explorer, and further ones for what only its sliders' tests need."""

from bptt_helpers import widgets

EXPLORERS = [f"from bptt_helpers import widgets\nwidgets.{name}()" for name in widgets.__all__]
FURTHER = {
    "without names": "bare = widgets.explore_chain()\nbare.children = bare.children[:-1]\nbare",
    "first": "twice = widgets.explore_chain()\ntwice",
    "second": "twice",
    "hidden": "hidden = widgets.explore_chain()\nhidden.controls['factor'].readout = False\nhidden",
}
CELLS = [*EXPLORERS, *FURTHER.values()]
NUMBER = {name: number for number, name in enumerate([*widgets.__all__, *FURTHER])}
