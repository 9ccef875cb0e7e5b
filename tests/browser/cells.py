"""The notebook of the tests: one cell for each explorer, and further ones for what only its sliders' tests need."""

from bptt_helpers import widgets

TOUCH = """
from matplotlib.figure import Figure
from bptt_helpers.lessons.explorer import Explorer, Guess, Stages
from bptt_helpers.lessons.pictures import data_place
from bptt_helpers.lessons.predict import marked
from bptt_helpers.widgets.live import Live

class Picture:
    def __init__(self):
        self.figure = Figure(figsize=(4, 2))
        self.ax = self.figure.add_axes((0.1, 0.2, 0.8, 0.7))
        self.ax.set(xlim=(0, 100), ylim=(0, 1))
        self.artists = self.ax.plot([0], [0.5], "o")
    def show(self, data):
        self.artists[0].set_data([data[0]], [0.5])
    def touched(self, x, y):
        place = data_place(self.ax, x, y)
        return {} if place is None else {"stage": place[0]}

Live(Explorer(
    "A dot.",
    {"stage": Stages(1, (1, 3, 10, 30, 100), "Stage", "S.", plays=True), "guess": Guess("Your guess", "G.")},
    ("stage",),
    lambda stage, guess: (stage, marked(guess)),
    Picture,
    lambda data: f"Stage {data[0]}, guess {data[1]:g}.",
    touch="Click or drag: the dot.",
))
"""
# Arguments of the live training: one that is small.
WATCHED = {"n_hidden": 8, "sequence_length": 12, "batch_size": 4}
EXPLORERS = [f"from bptt_helpers import widgets\nwidgets.{name}()" for name in widgets.EXPLORERS]
FURTHER = {
    "without names": "bare = widgets.explore_chain()\nbare.children = bare.children[:-1]\nbare",
    "first": "twice = widgets.explore_chain()\ntwice",
    "second": "twice",
    "hidden": "hidden = widgets.explore_chain()\nhidden.controls['factor'].readout = False\nhidden",
    "touch": TOUCH,
    "watch_training": f"from bptt_helpers import load_text\nwidgets.watch_training(load_text()[:3000], **{WATCHED})",
}
CELLS = [*EXPLORERS, *FURTHER.values()]
NUMBER = {name: number for number, name in enumerate([*widgets.EXPLORERS, *FURTHER])}
