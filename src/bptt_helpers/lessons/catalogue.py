"""All explorers by name, in the order of the notebooks."""

from __future__ import annotations

from .chain_rule.backward_explorer import BACKWARD_PASS
from .chain_rule.step_size_explorer import GRADIENT_CHECK
from .chaos.explorer import CHAOS
from .cures.attention_explorer import ATTENTION
from .cures.cells_explorer import CELLS_EXPLORER
from .cures.defaults_explorer import DEFAULTS
from .cures.sensitivity_explorer import SENSITIVITY
from .gradient_clipping.explorer import CLIPPING
from .gradient_norms.influence_explorer import INFLUENCE
from .gradient_norms.profiles_explorer import PROFILES
from .jacobian_spectra.powers_explorer import MATRIX_POWERS
from .jacobian_spectra.spectrum_explorer import JACOBIAN_SPECTRUM
from .language_model.writing_explorer import WRITING
from .own_model.window_explorer import OWN_WINDOW
from .playground.explorer import PLAYGROUND
from .randomized_truncation.chain_explorer import CHAIN
from .randomized_truncation.explorer import RANDOMIZED
from .start_here.explorer import FIRST_LOOK
from .truncation.pushes_explorer import PUSHES
from .truncation.window_explorer import TRUNCATION
from .unrolling.cost_explorer import GRADIENT_COST
from .unrolling.nudge_explorer import NUDGE
from .unrolling.unfold_explorer import UNROLLING

EXPLORERS = {
    "first_look": FIRST_LOOK,
    "unrolling": UNROLLING,
    "nudge": NUDGE,
    "gradient_cost": GRADIENT_COST,
    "backward_pass": BACKWARD_PASS,
    "gradient_check": GRADIENT_CHECK,
    "profiles": PROFILES,
    "influence": INFLUENCE,
    "matrix_powers": MATRIX_POWERS,
    "jacobian_spectrum": JACOBIAN_SPECTRUM,
    "chaos": CHAOS,
    "truncation": TRUNCATION,
    "pushes": PUSHES,
    "randomized": RANDOMIZED,
    "chain": CHAIN,
    "clipping": CLIPPING,
    "defaults": DEFAULTS,
    "cells": CELLS_EXPLORER,
    "attention": ATTENTION,
    "sensitivity": SENSITIVITY,
    "writing": WRITING,
    "own_window": OWN_WINDOW,
    "playground": PLAYGROUND,
}
