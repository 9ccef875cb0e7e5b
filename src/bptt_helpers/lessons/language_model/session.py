"""The training of a character model, without widgets and threads: what it learns from, how, and how far it has come."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...cells.initial import init_params
from ...measures.bits import bits_per_character
from ...numbers.validate import choice, number, positive, shown, whole_number
from ...passes.backward import bptt
from ...passes.forward import forward
from ...tasks.losses import cross_entropy
from ...tasks.text import Vocabulary, check_text, load_text
from ...tasks.text_layouts import split_text, text_batches
from ...training.dropout import Dropout
from ...training.loop import UNLIMITED, train
from ...training.optimisers import Adam
from ...training.run import Run, start
from ...training.sampling import sample
from ..cures.cells_explorer import CELLS
from .curves import curves, few
from .page_picture import PAGE
from .schemes import SCHEMES, gradient, through_window
from .view import TrainingView

LAYOUTS = {
    "streams, carried": ("streams", True),
    "streams, from zero": ("streams", False),
    "in order, carried": ("in_order", True),
    "shuffled, carried": ("shuffled", True),
    "shuffled, from zero": ("shuffled", False),
}
TESTED, BEFORE = 4096, 200  # characters of held-out text that are tested, at most, and read before them
WRITTEN, PROMPT, TEMPERATURE = 120, 30, 0.7
LONGEST = 100_000  # sequence, and batch
RATE_OF_DROPOUT = 0.3  # for cells with gates


class Settings(NamedTuple):
    """How it trains; all but the first two take effect with the next update.

    Attributes
    ----------
    cell, layout : str
        Of the next run: one of `CELLS` and of `LAYOUTS`.
    scheme : str
        One of `SCHEMES`.
    window : int
        τ; with "random" the mean length of a piece.
    clip_norm : float
        inf: none.
    learning_rate : float
    """

    cell: str = "GRU"
    layout: str = "streams, carried"
    scheme: str = "full"
    window: int = 10
    clip_norm: float = 1.0
    learning_rate: float = 0.01

    def checked(self) -> Settings:
        """The same; a ValueError that names the first one that is out of range."""
        choice("cell", self.cell, tuple(CELLS))
        choice("layout", self.layout, tuple(LAYOUTS))
        choice("scheme", self.scheme, SCHEMES)
        window, rate = whole_number("window", self.window), positive("learning_rate", self.learning_rate)
        none = isinstance(self.clip_norm, float) and self.clip_norm == np.inf
        limit = np.inf if none else positive("clip_norm", self.clip_norm)
        return self._replace(window=window, clip_norm=limit, learning_rate=rate)


class Session:
    """One text, and one run at a time that learns it.

    The first nine tenths of the text are learned, the last is held out. Adam; a new network has orthogonal weights in
    float32.

    Parameters
    ----------
    text : str, optional
        Default: the embedded story.
    settings : Settings
    n_hidden, sequence_length, batch_size : int
        n, T and B.
    dropout : float, optional
        Of the outputs. Default: 0.3 for cells with gates, else none.
    seed : int
        Draws weights, batches, dropout and cuts; each update by its number alone.
    run : Run, optional
        To go on with. Its cell is that of the settings.

    Attributes
    ----------
    learned, held_out, page : str
        The page is the beginning of what is held out.
    vocabulary : Vocabulary
    settings : Settings
        May be replaced at any time.
    run : Run
    cell, layout : str
        Of `run`.
    tested : list of (int, float)
        Updates of `run`, and bits a character on the held-out text after them.
    written : str
        What it wrote at the last of these.
    state : str
        As in `TrainingView`, for whoever lets it train.

    Raises
    ------
    ValueError
        If the text is too short, the run does not fit it, or a number is out of range.
    """

    def __init__(
        self, text, settings, *, n_hidden=128, sequence_length=35, batch_size=32, dropout=None, seed=0, run=None
    ):
        self.n_hidden = whole_number("n_hidden", n_hidden, 1, 4096)
        self.length = whole_number("sequence_length", sequence_length, 1, LONGEST)
        self.batch_size = whole_number("batch_size", batch_size, 1, LONGEST)
        self.dropout = None if dropout is None else number("dropout", dropout, 0, 0.99)
        self.state = "ready"
        self.seed, self.settings = whole_number("seed", seed, 0), settings.checked()
        self._read(load_text() if text is None else text)
        self._page_read, self._felt = (None, None), (None, None, None)  # the last results, after what they belong to
        if run is None:
            self.begin()
        else:
            self._take(self._fitting(run))

    def _read(self, text):
        text = check_text("text", text)
        self.vocabulary = Vocabulary.of(text)
        if len(self.vocabulary) < 2:
            only = self.vocabulary.characters[0]
            raise ValueError(f"text: want at least two different characters, got nothing but {only!r}")
        learned, held_out = split_text(text)
        least = self.batch_size * (2 * self.length + 1)
        if len(learned) < least or len(held_out) < 2:
            raise ValueError(
                f"text: want at least {max(16, -(-10 * least // 9))} characters, of which nine tenths are learned in "
                f"batch_size = {self.batch_size} sequences of sequence_length = {self.length}, got {len(text)}; use a "
                "longer text, or a smaller batch_size or sequence_length"
            )
        self.learned, self.held_out, self.page = learned, held_out, held_out[:PAGE]

    def _fitting(self, run):
        """A run that can go on with this text, cell and batch."""
        if not isinstance(run, Run):
            raise ValueError(f"run: want a Run, as load_run reads it, got {shown(run)}")
        d, params = len(self.vocabulary), run.params
        if (params.n_in, params.n_out) != (d, d):
            came = f"a network with {params.n_in} inputs and {params.n_out} outputs"
            raise ValueError(f"run: want one that learned a text of {d} different characters, as this one, got {came}")
        if (own := cell_of(params)) != self.settings.cell:
            came = CELLS[self.settings.cell]
            raise ValueError(f"cell: want {CELLS[own]!r}, the cell of the run, or None, got {came!r}")
        if run.state is not None and len(run.state) != self.batch_size:
            raise ValueError(f"batch_size: want that of the run, {len(run.state)}, got {self.batch_size}")
        self.n_hidden = params.n_hidden
        return run

    def begin(self) -> None:
        """Make a new run, as the settings say."""
        d, cell = len(self.vocabulary), CELLS[self.settings.cell]
        params = init_params(d, self.n_hidden, d, cell=cell, init="orthogonal", rng=self.seed)
        self._take(start(params.astype(np.float32)))

    def _take(self, run):
        self.run, self.cell, self.layout = run, self.settings.cell, self.settings.layout
        layout, carried = LAYOUTS[self.layout]
        self._draw = text_batches(
            self.learned,
            self.length,
            self.batch_size,
            layout=layout,
            carried=carried,
            vocabulary=self.vocabulary,
            seed=self.seed,
            dtype=str(run.params.W_hh.dtype),
        )
        self.tested = []
        self._test()

    def advance(self, enough) -> None:
        """Train until somebody has had enough, at most to the next test, which is then made.

        Whatever ends it, the run is as if it had never been interrupted.

        Parameters
        ----------
        enough : callable () -> bool
            Asked after every update, and before the first one of a run that goes on.
        """
        last, _ = self.tested[-1]
        due = last + min(max(last // 4, 25), 200)
        rate = (0 if self.cell == "RNN" else RATE_OF_DROPOUT) if self.dropout is None else self.dropout
        run = train(
            self.run,
            self._draw,
            updates=due,
            learning_rate=lambda update: self.settings.learning_rate,
            optimiser=Adam(),
            clip_norm=lambda update: min(self.settings.clip_norm, UNLIMITED),
            cell=CELLS[self.cell],
            gradient=self._gradient,
            dropout=Dropout(rate, self.seed) if rate else None,
            stop=lambda history: enough(),
        )
        self.run = run._replace(solved=False)  # it was only asked to pause
        if run.updates == due:
            self._test()

    def _gradient(self, trace, dL_do, update):
        settings = self.settings
        return gradient(settings.scheme, settings.window, trace, dL_do, self._cuts(update))

    def _cuts(self, update):
        return np.random.default_rng([self.seed, update, 1])

    def _test(self):
        params, cell = self.run.params, CELLS[self.cell]
        bits = bits_per_character(
            params, self.held_out[:TESTED], self.vocabulary, cell=cell, before=self.learned[-BEFORE:]
        )
        self.tested.append((self.run.updates, bits))
        how = {"prefix": self.learned[-PROMPT:], "temperature": TEMPERATURE, "cell": cell, "rng": self.seed}
        self.written = sample(params, self.vocabulary, WRITTEN, **how)

    def view(self, picked, settings=None) -> TrainingView:
        """What there is to see now.

        Parameters
        ----------
        picked : int
            Character of the page whose loss is looked at, counted from 0, at most the last but one.
        settings : Settings, optional
            Default: the present ones.
        """
        run, settings = self.run, self.settings if settings is None else settings
        scheme, exact = settings.scheme, self._feels(run.params, picked)
        window = self.length if scheme == "full" else settings.window
        cuts = self._cuts(run.updates)  # those of the next update
        updates, bits, norms = curves(run.history)
        latest = run.history.norm[-100:]
        return TrainingView(
            exact=exact,
            windowed=through_window(exact, scheme, window, self.length, picked, cuts),
            picked=picked,
            updates=updates,
            bits=bits,
            norms=norms,
            tested=few(self.tested),
            clip_norm=settings.clip_norm,
            clipped=float(np.mean(latest > settings.clip_norm)) if len(latest) else 0.0,
            window=window,
            cell=self.cell,
            state=self.state,
            written=self.written,
            done=run.updates,
            scheme=scheme,
            length=self.length,
            rate=settings.learning_rate,
        )

    def _feels(self, params, picked):
        """log10 ‖dL_t/dh_s‖ of the picked loss, for all characters of the page."""
        of, t, exact = self._felt
        if of is not params or t != picked:
            trace, numbers = self._page_of(params)
            part = trace.part(0, picked + 1).astype(float)
            dL_do = np.zeros_like(part.o)
            dL_do[-1] = cross_entropy(part.o[-1:], numbers[picked + 1 : picked + 2, None])[1][0]
            exact = np.full(len(numbers), np.nan)
            # `influence` says the same in twice the time, which a slider would wait for; a page needs no 1e-308
            with np.errstate(divide="ignore"):
                exact[: picked + 1] = np.log10(np.linalg.norm(bptt(part, dL_do).dL_dh[:, 0], axis=1))
            self._felt = params, picked, exact
        return exact

    def _page_of(self, params):
        """The forward pass over the page, and the numbers of its characters."""
        of, read = self._page_read
        if of is not params:
            numbers = self.vocabulary.encode(self.page)
            read = forward(params, self._draw.vectors[numbers[:-1], None], cell=CELLS[self.cell]), numbers
            self._page_read = params, read
        return read


def cell_of(params) -> str:
    """The cell that has weights of these shapes, as the menu calls it."""
    gates = len(params.W_hh) // params.n_hidden
    return {3: "GRU", 4: "LSTM"}.get(gates, "RNN")
