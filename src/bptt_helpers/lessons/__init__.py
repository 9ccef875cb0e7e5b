"""What the notebooks show: one folder a notebook, with its explorers, their pictures, and the check of its exercise.

Nothing here is a widget. An explorer is data (`explorer.Explorer`): what can be moved, what is computed from it, the
picture and the sentence. `widgets` gives it sliders; tests walk its corners.
"""
