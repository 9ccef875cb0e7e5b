"""How this package compares with what a reader would use instead: `python -m benchmarks` writes README.md here.

    peers ─► gradients · gated · training_step · every_window · memory · floor · sliders ─► page (README.md, pictures)

Every section has `run`, which measures and returns plain rows, and `markdown`, which prints them.
"""
