"""The benchmarks: a run with tiny sizes, and that a wrong peer never gets as far as a time."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def benchmarks(monkeypatch):
    """A function that imports a module of the benchmarks, which are no part of the package."""
    monkeypatch.syspath_prepend(ROOT)
    return lambda name: importlib.import_module(f"benchmarks.{name}")


def test_a_quick_run_writes_the_page_and_its_pictures(torch, tmp_path):
    pytest.importorskip("resource", reason="the memory benchmark reads peaks as POSIX keeps them")
    command = [sys.executable, "-m", "benchmarks", "--quick", "--output", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr[-2000:]
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    for name in (
        "this package, ms",
        "textbook loop",
        "PyTorch nn.RNN",
        "nn.LSTM",
        "whole update",
        "backward passes",
        "states alone",
    ):
        assert name in page
    for row in (
        "| lstm | float64 | 4 |",
        "| gru | float32 | 4 |",
        "| tanh | float32 | 4 | 3 |",
        "| 3 | 20 | 2 | + 0 |",
    ):
        assert row in page
    for picture in ("ratios", "growth", "memory"):
        assert (tmp_path / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
        assert f"({picture}.png)" in page
    assert not list(tmp_path.glob("*.json"))
    assert str(tmp_path) not in page
    assert str(ROOT) not in page


def wrong(answer, field, factor):
    loss, gradient = answer
    return loss, gradient._replace(**{field: factor * getattr(gradient, field)})


@pytest.mark.parametrize("field", ["W_hx", "W_hh", "b_h", "W_qh", "b_q"])
def test_a_wrong_peer_is_refused_before_it_is_timed(benchmarks, monkeypatch, field):
    gradients, peers, case = benchmarks("gradients"), benchmarks("peers"), benchmarks("case")
    monkeypatch.setattr(gradients, "in_turns", lambda *_, **__: pytest.fail("timed"))

    def planted(case):
        run, _ = peers.ours(case)
        return run, lambda answer: wrong(answer, field, 1 + 1e-9)

    with pytest.raises(case.DisagreementError, match="planted at T = 5, n = 3, B = 2: want the same loss and gradient"):
        gradients.measure(5, 3, 2, {peers.OURS: peers.ours, "planted": planted}, 0.01)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_wrong_gated_layer_is_refused_before_it_is_timed(torch, benchmarks, monkeypatch, cell, dtype):
    gated, peers, case, gradients = map(benchmarks, ("gated", "peers", "case", "gradients"))
    timed = []
    monkeypatch.setattr(
        gradients, "in_turns", lambda runs, budget, clock: timed.extend(runs) or dict.fromkeys(runs, 1.0)
    )
    gated.measure(cell, 5, 3, 2, dtype, gated.installed(cell), 0.01)
    assert timed == [peers.OURS, gated.PEERS[cell]]
    timed.clear()

    def planted(case):  # one bias too few: for the GRU the one within the reset, for the LSTM that of the gate o
        b_h = case.params.b_h.copy()
        b_h[-3:] = 0
        return peers.torch_layer(case._replace(params=case.params._replace(b_h=b_h)))

    wanted = "1e-10" if dtype == "float64" else "0.0001"
    with pytest.raises(case.DisagreementError, match=f"planted at .*: want the same .* to {wanted}, got"):
        gated.measure(cell, 5, 3, 2, dtype, {peers.OURS: peers.ours, "planted": planted}, 0.01)
    assert timed == []


def test_a_gated_layer_answers_the_same_when_it_is_called_again(torch, benchmarks):
    peers, case = benchmarks("peers"), benchmarks("case")
    for cell in ("lstm", "gru"):
        run, read = peers.torch_layer(case.make_case(5, 3, 2, cell=cell))
        first = read(run())
        kept = first[0], type(first[1])(*(g.copy() for g in first[1]))
        case.check(cell, read(run()), kept)


def test_the_table_of_gated_cells_stands_without_pytorch(benchmarks):
    gated = benchmarks("gated")
    row = {"cell": "gru", "T": 4, "n": 3, "B": 1, "dtype": "float64", "ms": 1.0, "ratio": {"this package": 1.0}}
    assert gated.markdown([row]).splitlines()[-1] == "| gru | float64 | 4 | 3 | 1 | 1 |  |"


@pytest.fixture
def training_step(benchmarks, monkeypatch):
    """The module, and a list of what was timed."""
    module, timed = benchmarks("training_step"), []

    def in_turns(runs, budget, clock):
        timed.append(list(runs))
        return dict.fromkeys(runs, np.ones(1))

    for where in (module, benchmarks("gradients")):
        monkeypatch.setattr(where, "in_turns", in_turns)
    return module, timed


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("cell", ["tanh", "lstm", "gru"])
def test_pytorch_makes_our_updates(torch, training_step, cell, dtype):
    module, timed = training_step
    row = module.measure(cell, 3, 4, 2, dtype, 0.01)
    assert timed == [["this package", "PyTorch"]] * 2
    assert row["update"] == {"ms": pytest.approx(1e3 / 87), "ratio": 1.0}  # 350 // 4 updates in a sample


PLANTED = {
    "twice as long steps": ("LEARNING_RATE", 2e-3, "weights W_hx"),
    "another clipping": ("CLIP_NORM", 0.9, "means W_hx"),
    "no clipping": ("CLIP_NORM", 100.0, "weights W_hx"),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_another_update_is_refused_before_it_is_timed(training_step, benchmarks, monkeypatch, fault):
    module, timed = training_step
    name, value, part = PLANTED[fault]

    def planted(case, count):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            return module.our_updates(case, count)

    wanted = f"^planted, tanh at T = 4, n = 3, B = 2: want the same change of the {part} in 3 updates to 1e-05, got"
    with pytest.raises(benchmarks("case").DisagreementError, match=wanted):
        module.measure("tanh", 3, 4, 2, "float64", 0.01, {"this package": module.our_updates, "planted": planted})
    assert timed == []


def test_nan_in_an_update_is_no_agreement(training_step, benchmarks):
    module, _ = training_step
    case = module.make_case("gru", 3, 4, 2, "float32")
    answer = module.our_updates(case, 3)()
    module.check_updates("itself", answer, answer, case.params)
    broken = answer[0]._replace(b_q=np.full_like(answer[0].b_q, np.nan)), answer[1]
    with pytest.raises(benchmarks("case").DisagreementError, match=r"weights b_q in 3 updates to 0\.001, got"):
        module.check_updates("planted", broken, answer, case.params)


def test_the_table_of_training_steps_shows_the_spread_and_stands_without_pytorch(training_step, benchmarks):
    module, _ = training_step
    part = {"ms": [1.0, 3.0, 2.0], "ratio": [1.5, 1.25, 1.751]}
    row = {"cell": "gru", "dtype": "float64", "T": 35, "n": 128, "gradient": part, "update": part}
    assert module.markdown([row]).splitlines()[-1] == (
        "| gru | float64 | 35 | 128 | 2 | 1.50 (1.25–1.75) | 2 | 1.50 (1.25–1.75) |"
    )
    alone = part | {"ratio": [None] * 3}
    table = benchmarks("page").training_section([row | {"gradient": alone, "update": alone | {"ms": [1.0] * 3}}])
    assert table.splitlines()[-1] == "| gru | float64 | 35 | 128 | 2 |  | 1 |  |"


def test_every_time_round_the_grid_is_kept(training_step, benchmarks, monkeypatch, tmp_path):
    module, _ = training_step
    counted = iter(range(100))
    part = lambda: {"ms": next(counted), "ratio": 1.0}  # noqa: E731
    monkeypatch.setattr(module, "measure", lambda *size: {"cell": size[0], "gradient": part(), "update": part()})
    monkeypatch.setattr(module, "GRID", module.GRID[:2])
    rows = module.run(lambda text: None, benchmarks("store").Store(tmp_path / "partial.json"))
    assert [row["cell"] for row in rows] == ["tanh", "lstm"]
    assert [row["gradient"]["ms"] for row in rows] == [[0, 4, 8], [2, 6, 10]]


def test_nan_is_no_agreement_and_a_wrong_loss_is_seen(benchmarks):
    case, peers = benchmarks("case"), benchmarks("peers")
    run, _ = peers.ours(case.make_case(4, 3, 2))
    loss, gradient = run()
    case.check("itself", (loss, gradient), (loss, gradient))
    for answer in [(loss * (1 + 1e-9), gradient), wrong((loss, gradient), "W_hh", np.nan)]:
        with pytest.raises(case.DisagreementError):
            case.check("planted", answer, (loss, gradient))


def test_a_wrong_curve_of_windows_is_refused(torch, benchmarks, monkeypatch):
    every_window, case = benchmarks("every_window"), benchmarks("case")
    right = every_window.gradient_by_window

    def shifted(*arguments, **options):  # the curve of the windows τ + 1
        curve = right(*arguments, **options)
        return curve._replace(log10_norm=np.append(curve.log10_norm[1:], curve.log10_norm[-1]))

    monkeypatch.setattr(every_window, "gradient_by_window", shifted)
    for scheme in ("sliding", "chunked"):
        with pytest.raises(case.DisagreementError, match="windows: want PyTorch's gradients"):
            every_window.measure(8, 3, scheme, "every", 0.01)


def test_a_wrong_report_is_refused_and_the_table_stands_without_pytorch(torch, benchmarks, monkeypatch):
    own_model, case = benchmarks("own_model"), benchmarks("case")
    alone = own_model.measure(3, 20, 2, 0, with_torch=False)
    assert own_model.markdown([alone]).splitlines()[-1].endswith("|  |")
    right = own_model.window_report
    wrong = lambda *a, **k: (report := right(*a, **k))._replace(error=report.error + 0.001)  # noqa: E731
    monkeypatch.setattr(own_model, "window_report", wrong)
    with pytest.raises(case.DisagreementError, match="report: want PyTorch's error of window 1 to 0"):
        own_model.measure(3, 20, 2, 0)


def test_what_is_measured_is_kept_and_not_measured_again(benchmarks, tmp_path):
    store = benchmarks("store").Store(tmp_path / "partial.json")
    assert store.get("a", lambda: {"ms": 1.5}) == {"ms": 1.5}
    with pytest.raises(KeyboardInterrupt):
        store.get("b", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    again = benchmarks("store").Store(tmp_path / "partial.json")
    assert again.get("a", lambda: pytest.fail("measured again")) == {"ms": 1.5}
    assert again.get("b", lambda: 2) == 2
    again.forget()
    assert not (tmp_path / "partial.json").exists()


def test_ratios_come_from_the_same_round(benchmarks):
    timing = benchmarks("timing")
    times = {"a": np.array([1.0, 10.0, 1.0]), "b": np.array([2.0, 20.0, 2.0])}  # the second round was disturbed
    assert timing.ratios(times, "a") == {"a": 1.0, "b": 2.0}
    calls = []
    timing.in_turns({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 0, rounds=(3, 3))
    assert calls.count("a") > 3
    assert calls.count("b") > 3


def test_exponents_are_those_of_power_laws(benchmarks):
    gradients = benchmarks("gradients")
    rows = [{"T": T, "n": 2, "B": 1, "ms": 3.0 * T, "ratio": {"this package": 1, "peer": T}} for T in (10, 100, 1000)]
    sizes, exponents = gradients.growth(rows, "T", n=2, B=1)
    assert sizes == [10, 100, 1000]
    assert exponents == pytest.approx({"this package": 1, "peer": 2})


def test_the_blockwise_backward_pass_is_the_backward_pass(benchmarks, monkeypatch):
    floor = benchmarks("floor")
    monkeypatch.setattr(floor, "installed", dict)  # JAX, once in this process, would make every later fork warn
    for T in (1, 31, 32, 33, 100):
        floor.measure(T, 3, 0)  # compares before it times
