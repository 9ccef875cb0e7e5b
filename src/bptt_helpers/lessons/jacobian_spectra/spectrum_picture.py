"""Eigenvalues and singular values, what they promise for products of Jacobians, and what comes of it."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import MaxNLocator

from ..pictures import COLOURS, freeze_layout, house_style, new_figure, new_still, snap

PLANE = (1.4, 2.5, 4.5, 6, 8)  # half the side of the complex plane
Y_LIMITS = (3, 10, 30, 60, 100, 200, 350)
X_LIMITS = (10, 25, 50, 100, 200)
_CIRCLE = np.exp(1j * np.linspace(0, 2 * np.pi, 181))
EIGEN, SINGULAR, TRUE = COLOURS[0], COLOURS[1], "black"


class SpectrumPicture:
    """Left: eigenvalues and singular values of W. Right: log10 norm of products of Jacobians by their number.

    Attributes
    ----------
    figure : matplotlib Figure
    artists : list
        Those that move.
    """

    def __init__(self):
        self.figure, (self.left, self.right) = new_figure(height=4.3, ncols=2, width_ratios=[1, 1.35])
        self._draw_plane()
        self._draw_products()
        self.artists = [*self.circles, self.singular, self.eigen]
        # the true norm first: a dashed line on a full one shows both
        self.artists += [self.product, self.eigen_line, self.singular_line, self.peak]
        freeze_layout(self.figure)

    def _draw_plane(self):
        ax = self.left
        ax.set(xlabel="real part", ylabel="imaginary part", aspect="equal")
        ax.set(xlim=(-PLANE[-1], PLANE[-1]), ylim=(-PLANE[-1], PLANE[-1]))  # the widest labels, for the layout
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.grid(alpha=0.3)
        (self.eigen,) = ax.plot([], [], "o", color=EIGEN, ms=6, mec="black", label=r"eigenvalues $\lambda$")
        (self.singular,) = ax.plot([], [], "|", color=SINGULAR, ms=14, mew=2, label=r"singular values $\sigma$")
        (radius,) = ax.plot([], [], "--", color=EIGEN, lw=1.5, label=r"$\rho$")
        (largest,) = ax.plot([], [], ":", color=SINGULAR, lw=2, label=r"$\sigma_1$")
        (safe,) = ax.plot([], [], "-", color="0.35", lw=1.2, label=r"$1/\gamma$")
        self.circles = [safe, radius, largest]
        above = {"loc": "lower left", "bbox_to_anchor": (-0.15, 1.0), "ncols": 3, "columnspacing": 1.2}
        ax.legend(fontsize=9, frameon=False, handlelength=1.6, **above)

    def _draw_products(self):
        ax = self.right
        ax.set(
            xlim=(0, X_LIMITS[-1]),
            ylim=(-Y_LIMITS[-1], Y_LIMITS[-1]),
            xlabel="lag k: number of Jacobians in the product",
            ylabel=r"$\log_{10}$ of norm",
        )
        ax.grid(alpha=0.3)
        ax.axhline(0, color="0.35", lw=1.2)
        (self.eigen_line,) = ax.plot([], [], "--", color=EIGEN, lw=2, label=r"$(\gamma\rho)^k$")
        (self.singular_line,) = ax.plot([], [], ":", color=SINGULAR, lw=2.5, label=r"bound $(\gamma\sigma_1)^k$")
        (self.product,) = ax.plot([], [], "-", color=TRUE, lw=2, label="true norm")
        (self.peak,) = ax.plot([], [], "D", color="white", ms=8, mec=TRUE, mew=1.5, label="peak")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, fontsize=9, frameon=False)

    def show(self, data) -> None:
        """Move the artists.

        Parameters
        ----------
        data : object with
            ``eigenvalues`` ndarray (n, 2), real and imaginary parts; ``singular`` ndarray (n,), falling;
            ``radius``, ``largest_slope`` floats, ρ and γ; ``product``, ``eigen_line``, ``singular_line`` ndarrays (T,),
            log10 norms by lag; ``peak`` int, the lag at which `product` is largest.
        """
        radii = 1 / data.largest_slope, data.radius, data.singular[0]
        for circle, radius in zip(self.circles, radii, strict=True):
            circle.set_data(radius * _CIRCLE.real, radius * _CIRCLE.imag)
        self.eigen.set_data(data.eigenvalues.T)
        self.singular.set_data(data.singular, np.zeros_like(data.singular))
        half = snap(1.08 * max(radii), PLANE)
        self.left.set(xlim=(-half, half), ylim=(-half, half))

        lag = np.arange(len(data.product))
        self.eigen_line.set_data(lag, data.eigen_line)
        self.singular_line.set_data(lag, data.singular_line)
        self.product.set_data(lag, data.product)
        self.peak.set_data([data.peak], [data.product[data.peak]])
        values = data.product[np.isfinite(data.product)]
        top, bottom = snap(1.05 * values.max(), Y_LIMITS), snap(-values.min(), Y_LIMITS)
        self.right.set(xlim=(0, snap(lag[-1], X_LIMITS)), ylim=(-bottom, top))


@house_style()
def draw_alignment(angles, rates, sentence):
    """How a vector turns to the leading eigenvector when it is multiplied again and again.

    Parameters
    ----------
    angles : dict of str to ndarray (k + 1,)
        By matrix: the angle to the leading eigenvector in degrees after 0 … k products.
    rates : dict of str to float
        By matrix: |λ₂ / λ₁|, the factor by which small angles should shrink at every product.
    sentence : str
        What the picture shows.

    Returns
    -------
    Still
    """
    figure, ax = new_still(sentence, width=7, height=3.4)
    for (name, angle), colour, marker in zip(angles.items(), COLOURS, "os^v", strict=False):
        k = np.arange(len(angle))
        line = angle[-1] * rates[name] ** (k - k[-1])
        ax.plot(k, angle, marker, color=colour, ms=5, label=name)
        ax.plot(k[line <= 90], line[line <= 90], "-", color=colour, lw=1)
    ax.plot([], [], "-", color="0.35", lw=1, label="shrinks by |λ₂ / λ₁| a step")
    ax.set(yscale="log", xlabel="number of products k", ylabel="angle in degrees")
    ax.set_title("Angle to the leading eigenvector")
    ax.grid(alpha=0.3)
    ax.legend(loc="lower left", fontsize=9)
    return figure
