"""What one step of a network is: its weights, its activation and the slope of that.

a_t = W_hx x_t + W_hh h_{t-1} + b_h,    h_t = f(a_t),    o_t = W_qh h_t + b_q
"""

from .params import Params, init_params

__all__ = ["Params", "init_params"]
