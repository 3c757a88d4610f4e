"""Why this file exists: one look for all figures, and lessons without thirty lines of plotting in them.

Colors are told apart by people with any color vision (Okabe and Ito 2008), and shapes differ as well. Functions draw
into the Axes that they are given; whoever calls them ends the cell with `plt.show()`.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

BLUE, ORANGE, GREEN, PINK, SKY, RUST, GRAY = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#5F6B76"
INK = "#22303C"
CYCLE = [BLUE, RUST, GREEN, PINK, ORANGE, SKY, GRAY]
REGIONS = LinearSegmentedColormap.from_list("regions", ["#F6C9A8", "#FFFFFF", "#A9D3EE"])  # class 0, undecided, class 1

SIGNED = LinearSegmentedColormap.from_list("signed", [RUST, "#FFFFFF", BLUE])


def use_style():
    """Set the course's look for all figures that follow.   Chapter: 1."""
    plt.rcParams.update({
        "figure.figsize": (6.4, 3.6), "figure.dpi": 110, "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": plt.cycler(color=CYCLE), "axes.spines.top": False, "axes.spines.right": False,
        "axes.edgecolor": GRAY, "axes.labelcolor": INK, "axes.titlesize": 11,
        "axes.grid": True, "grid.color": "#E3E8EC", "grid.linewidth": 0.8, "axes.axisbelow": True, "axes.labelsize": 10,
        "xtick.color": GRAY, "ytick.color": GRAY, "font.size": 10, "lines.linewidth": 2.0, "legend.frameon": False,
        "image.cmap": "gray_r", "savefig.facecolor": "white",
    })


def points(ax, x, y, labels=("class 0", "class 1")):
    """Points of two classes in the plane: circles for 1, squares for 0.   Shapes:  x (M, 2), y (M,).   Chapter: 1."""
    for value, color, marker in ((0, RUST, "s"), (1, BLUE, "o")):
        ax.scatter(*x[y == value].T, s=60, c=color, marker=marker, edgecolors="white", linewidths=1.2, zorder=3,
                   label=labels[value])
    ax.set(xlabel="$x_1$", ylabel="$x_2$")


def regions(ax, score, limits=(-0.5, 1.5), levels=200):
    """Color the plane by a score from 0 to 1, with a line where it is 1/2.

    Shapes:  score maps (M, 2) to (M,).   Chapter: 1.
    """
    axis = np.linspace(*limits, levels)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    values = np.asarray(score(grid)).reshape(levels, levels)
    ax.contourf(axis, axis, values, levels=np.linspace(0, 1, 11), cmap=REGIONS, vmin=0, vmax=1)
    if values.min() < 0.5 < values.max():
        ax.contour(axis, axis, values, levels=[0.5], colors=INK, linewidths=1.5)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=limits, ylim=limits, aspect="equal")
    ax.grid(False)


def network(ax, layers, weights, biases):
    """Draw neurons as circles, with each weight on its edge and each bias below its neuron.

    Shapes:  layers a list of lists of names, weights [(O, D), ...], biases [(O,), ...], one of each between two layers
    Chapter: 1.
    """
    places = [[(2.2 * i, (len(names) - 1) / 2 - j) for j in range(len(names))] for i, names in enumerate(layers)]
    for before, after, matrix_, bias in zip(places[:-1], places[1:], weights, biases, strict=True):
        for o, (x1, y1) in enumerate(after):
            for d, (x0, y0) in enumerate(before):
                color = BLUE if matrix_[o][d] > 0 else RUST
                ax.plot([x0, x1], [y0, y1], color=color, linewidth=1.8, zorder=1)
                near = 0.34 + 0.1 * (o % 2)  # edges cross in the middle, so the numbers stand nearer to the start
                ax.text(x0 + near * (x1 - x0), y0 + near * (y1 - y0), f"{matrix_[o][d]:g}", ha="center", va="center",
                        color=color, bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"})
            ax.text(x1, y1 - 0.34, f"bias {bias[o]:g}", ha="center", va="top", fontsize=9, color=GRAY)
    for column, names in zip(places, layers, strict=True):
        for (x, y), name in zip(column, names, strict=True):
            ax.add_patch(plt.Circle((x, y), 0.27, facecolor="white", edgecolor=INK, linewidth=1.5, zorder=2))
            ax.text(x, y, name, ha="center", va="center", zorder=3)
    ax.set(xlim=(-0.5, 2.2 * len(layers) - 1.7), aspect="equal")
    ax.set_ylim(min(y for c in places for _, y in c) - 0.75, max(y for c in places for _, y in c) + 0.45)
    ax.set_axis_off()


def curves(ax, series, xlabel, ylabel, x=None, log=False):
    """Named curves over their index, or over x.   Shapes:  series {name: (M,)}, x (M,).   Chapter: 1."""
    for name, values in series.items():
        ax.plot(np.arange(1, len(values) + 1) if x is None else x, values, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel, **({"yscale": "log"} if log else {}))
    if len(series) > 1:
        ax.legend()


def intervals(ax, rows, xlabel, percent=True):
    """One line per model: its mean as a dot, each seed as a tick, an interval as a bar.

    Shapes:  rows {name: (values of the seeds, (low, high))}.   Chapter: 1.
    """
    scale = 100 if percent else 1
    for position, (_, (values, (low, high))) in enumerate(rows.items()):
        color = CYCLE[position % len(CYCLE)]
        values, ends = scale * np.asarray(values), [scale * low, scale * high]
        ax.plot(ends, [position] * 2, color=color, linewidth=5, alpha=0.3, solid_capstyle="round")
        ax.plot(values, [position] * len(values), "|", color=color, markersize=14, markeredgewidth=1.5)
        ax.plot(np.mean(values), position, "o", color=color, markersize=8, markeredgecolor="white")
    ax.set(yticks=range(len(rows)), yticklabels=list(rows), xlabel=xlabel, ylim=(len(rows) - 0.5, -0.5))
    ax.grid(axis="y", visible=False)


def digits(images, captions=None, wrong=None, columns=10, size=0.72):
    """A page of small pictures, each with a caption; the wrong ones are framed.

    Shapes:  images (M, h, w), captions M texts, wrong (M,) booleans
    Returns: the figure.   Chapter: 1.
    """
    rows = -(-len(images) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(size * columns, (size + 0.22) * rows), squeeze=False)
    for i, ax in enumerate(axes.flat):
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        ax.set_visible(i < len(images))
        if i >= len(images):
            continue
        bad = wrong is not None and bool(wrong[i])
        ax.imshow(images[i], vmin=0, vmax=1, interpolation="nearest")
        for spine in ax.spines.values():
            spine.set(visible=bad, color=RUST, linewidth=2.5)
        if captions is not None:
            look = {"color": RUST, "fontweight": "bold"} if bad else {"color": INK}
            ax.set_xlabel(captions[i], fontsize=10, labelpad=2, **look)
    return figure


def weights(rows, captions):
    """Each row of weights as a picture, blue where it is positive and orange where it is negative.

    Shapes:  rows (M, side * side), captions M texts
    Returns: the figure.   Chapter: 1.
    """
    side, most = round(np.sqrt(rows.shape[1])), np.abs(rows).max()
    figure, axes = plt.subplots(1, len(rows), figsize=(0.85 * len(rows), 1.15))
    for ax, row, caption in zip(np.atleast_1d(axes), rows, captions, strict=True):
        ax.imshow(row.reshape(side, side), cmap=SIGNED, vmin=-most, vmax=most, interpolation="nearest")
        ax.set(xticks=[], yticks=[], xlabel=caption)
        ax.spines[:].set_visible(False)
        ax.grid(False)
    return figure


def matrix(ax, values, xlabel, ylabel, ticks=None, hide_zero=True):
    """A matrix as numbers on a shade; zeros are left blank.   Shapes:  values (R, C).   Chapter: 1."""
    values = np.asarray(values)
    ax.imshow(np.log1p(np.abs(values)), cmap="Blues", aspect="auto")
    for i, j in np.ndindex(values.shape):
        if values[i, j] or not hide_zero:
            dark = np.log1p(abs(values[i, j])) > 0.6 * np.log1p(np.abs(values).max())
            color = "white" if dark else INK
            ax.text(j, i, f"{values[i, j]:g}", ha="center", va="center", fontsize=9, color=color)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if ticks is not None:
        ax.set(xticks=range(len(ticks)), xticklabels=ticks, yticks=range(len(ticks)), yticklabels=ticks)
    ax.grid(False)
