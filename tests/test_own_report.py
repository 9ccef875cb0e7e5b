"""Notebook 13: the figure of a report on windows."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from bptt_helpers import cross_entropy, forward, init_params
from bptt_helpers.lessons.own_model.report_picture import by_lag, draw_report
from bptt_helpers.lessons.truncation.chain_pictures import colours_of
from bptt_helpers.training.window_report import WindowReport, window_report
from bptt_helpers.truncation.cuts import Cut

T, K = 60, 40


def report_of(**other):
    """A report with numbers that nobody measured."""
    lag, losses = np.arange(K), np.array([0, 20, 40, 59])
    back = losses[:, None] - np.arange(T)
    sent = np.where(back >= 0, -0.1 * back - 2 + losses[:, None] / 100, np.nan)
    values = {
        "cell": "gru",
        "n_hidden": 12,
        "sequence_length": T,
        "batch_size": 3,
        "dtype": "float32",
        "errors": (0.1, 0.05, 0.01),
        "window": lag + 1,
        "error": 10 ** (-0.1 * (lag + 1)),
        "cosine": 1 - 10 ** (-0.2 * (lag + 1)) / 2,
        "length": 1 - 10 ** (-0.1 * (lag + 1)) / 2,
        "left": 10 ** (-0.1 * lag),
        "needed": (10, 14, 20),
        "bound": np.where(lag > 4, 10 ** (1.5 - 0.1 * lag), np.inf),
        "safe": (25, None, 44),
        "sequence": 2,
        "losses": losses,
        "influence": sent,
        "stored": (Cut(T, T, 0, 1000, 4000), *(Cut(w, 5, 0.01, 20 * w, 200 * w) for w in (10, 14, 25))),
        "blocks": tuple(Cut(w, w, error, 10 * w, 100 * w) for w, error in ((10, 0.4), (14, 0.2), (20, 0.035))),
        "complete": True,
        "seconds": 0.1,
    }
    return WindowReport(**values | other)


def texts_of(figure):
    return [text.get_text() for text in figure.texts]


def below(figure):
    return next(ax for ax in figure.axes if "window" in ax.get_xlabel())


def lines_of(ax):
    return {line.get_label(): line.get_xydata() for line in ax.lines}


def test_rows_begin_at_their_own_loss():
    report = report_of()
    rows = by_lag(report.influence, report.losses, 30)
    for row, t in zip(rows, report.losses, strict=True):
        there = min(t + 1, 30)
        np.testing.assert_allclose(row[:there], -0.1 * np.arange(there), atol=1e-12)
        assert np.isnan(row[there:]).all()
    assert np.isnan(by_lag(np.full((1, 5), -np.inf), [4], 3)).all()  # a loss that does not count


def test_what_the_window_cuts_is_grey():
    report = report_of()
    figure = draw_report(report)
    image = next(ax.images[0] for ax in figure.axes if ax.images and ax.get_xlim() == (60, 0))
    shares = by_lag(report.influence, report.losses, 60)
    kept = np.broadcast_to(np.arange(60) < 20, shares.shape)
    np.testing.assert_array_equal(np.ma.getdata(image.get_array()), colours_of(shares, kept)[:, ::-1])
    assert "4 losses of sequence 3, one a row: how far back each is felt (grey: cut)" in texts_of(figure)
    assert [label.get_text() for label in image.axes.get_yticklabels()] == ["loss 1", "loss 60"]
    assert [text.get_text() for text in image.axes.texts] == ["before step 1"]


def test_curves_and_marks_are_the_report():
    report = report_of()
    ax = below(draw_report(report))
    lines = lines_of(ax)
    np.testing.assert_allclose(lines["error if cut here"], np.column_stack([report.window, np.log10(report.error)]))
    np.testing.assert_allclose(
        lines["signal that remains"], np.column_stack([np.arange(K) + 0.5, np.log10(report.left)])
    )
    (dotted,) = [line.get_ydata() for line in ax.lines if line.get_ls() == ":" and len(line.get_xdata())]
    np.testing.assert_allclose(dotted[5:], 1.5 - 0.1 * np.arange(5, K))
    assert np.isnan(dotted[:3]).all()
    blocks = [(10, np.log10(0.4)), (14, np.log10(0.2)), (20, np.log10(0.035))]
    np.testing.assert_allclose(lines["cut into blocks of τ"], blocks)
    assert ax.get_xlim() == (60, 0)  # the loss at the right
    points = [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_xydata().shape == (1, 2)]
    wanted = [(10, -1), (25, -1), (14, np.log10(0.05)), (20, -2), (44, -2)]
    np.testing.assert_allclose(sorted(points), sorted(wanted))
    (upright,) = [line for line in ax.lines if np.array_equal(line.get_xdata(), [20, 20])]
    assert upright.get_ydata() == [0, 1]  # of the axes


@pytest.mark.parametrize("model", ["steep", "flat"])
def test_names_stand_at_their_curves_and_on_nothing(model):
    lag = np.arange(K)
    flat = {"error": 1 - (lag + 1) / K, "left": 1 - lag / 2 / K, "safe": (None, None, None), "needed": (36, 38, 40)}
    figure = draw_report(report_of(**flat if model == "flat" else {}))
    ax = below(figure)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = {text.get_text(): text.get_window_extent(renderer) for text in ax.texts}
    names = ["cut into blocks of τ", "bound that is safe", "error if cut here", "signal that remains"]
    assert list(boxes) == names
    for name, box in boxes.items():
        assert not any(box.overlaps(other) for one, other in boxes.items() if one != name)
        near = {}
        for line in ax.lines:
            if len(line.get_xdata()) > 2 or line.get_marker() not in ("None", None):
                data = line.get_xydata()
                data = data[np.isfinite(data).all(1)]
                if line.get_ls() != "None":
                    fine = np.linspace(0, len(data) - 1, 1000)
                    data = np.column_stack([np.interp(fine, np.arange(len(data)), part) for part in data.T])
                at = ax.transData.transform(data)
                outside = np.maximum(np.maximum(box.min - at, at - box.max), 0)
                near[line.get_label()] = np.hypot(*outside.T).min(initial=np.inf) / figure.dpi
        assert min(near.values()) > 0  # inches
        assert near[name] < 0.9
        assert (box.min > ax.get_window_extent().min).all()
        assert (box.max < ax.get_window_extent().max).all()


def test_headline_table_and_cost_say_the_numbers():
    figure = draw_report(report_of())
    words = texts_of(figure)
    assert "Look back 20 steps" in words
    assert "of 60, for a gradient within 1 % of the exact one" in words
    assert "GRU, 12 units\nbatch 3, float32" in words
    for row in (("≤ 10 %", "10", "25", "40 %"), ("≤ 5 %", "14", "none", "20 %"), ("≤ 1 %", "20", "44", "3.5 %")):
        start = words.index(row[0])
        assert words[start : start + 4] == list(row)
    costs = "window=25, stride=5:\n5 losses walk back together,\neach at least 21 steps.\n"
    costs += "Compared with the exact gradient:\n50 % of the numbers kept,\n1.2 times the multiply-adds"
    assert costs in words
    assert figure.sentence == report_of().sentence
    bar = next(ax for ax in figure.axes if len(ax.patches) == 2 and ax.get_xlim() == (0, T))
    assert bar.patches[1].get_x() == T - 20
    assert bar.patches[1].get_width() == 20


def test_the_headline_is_about_the_smallest_error_wherever_it_stands():
    figure = draw_report(report_of(errors=(0.01, 0.1, 0.05), needed=(20, 10, 14), safe=(None, None, None)))
    assert "Look back 20 steps" in texts_of(figure)


@pytest.mark.parametrize(
    ("needed", "says", "more"),
    [
        (1, "Look back 1 step", "of 60, for"),
        (60, "Look back 60 steps", "all 60, for"),
        (None, "Not found within 40 steps", "of 60: the search was interrupted"),
    ],
)
def test_the_ends_of_what_may_be_found(needed, says, more):
    report = report_of(needed=(1, 1, needed), safe=(None, None, None), complete=needed is not None)
    if needed is None:
        report = report._replace(stored=(*report.stored[:3], None), blocks=(*report.blocks[:2], None))
    figure = draw_report(report)
    words = texts_of(figure)
    assert says in words
    assert any(word.startswith(more) for word in words)
    assert any(word.startswith("window=") for word in words) == (needed is not None)
    figure._repr_mimebundle_()


def test_steps_have_stages_and_one_scale_serves_all_sequences():
    limits = {}
    for needed in (3, 9, 30, 60):
        ax = below(draw_report(report_of(needed=(1, 1, needed), safe=(2, 2, 2))))
        limits[needed] = ax.get_xlim()[0], ax.get_ylim()
    assert [x for x, _ in limits.values()] == [10, 20, 50, 60]
    assert len({y for _, y in limits.values()}) == 1


def test_what_is_no_report_is_refused():
    with pytest.raises(ValueError, match=r"report: want what window_report returns, got 3"):
        draw_report(3)


def test_the_report_of_a_network_is_drawn():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 2, 3)), rng.integers(0, 4, (12, 2))
    for cell in ("tanh", "gru", "lstm"):
        trace = forward(init_params(3, 5, 4, cell=cell, rng=1), x, cell=cell)
        report = window_report(trace, cross_entropy(trace.o, y)[1], errors=(0.2, 0.02), progress=False)
        words = texts_of(draw_report(report))
        assert f"Look back {report.needed[1]} steps" in words
        assert any(word.endswith("2 %") for word in words)
