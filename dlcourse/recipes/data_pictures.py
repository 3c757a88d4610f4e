"""Draw the picture on the page of each data set.

    python -m dlcourse.recipes.data_pictures

The pictures are stored beside the pages, in book/data/. Texts have no picture: their page shows their first rows.
"""

import argparse
import dataclasses
from collections.abc import Callable

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from dlcourse import data, plots
from dlcourse.data import spectrogram
from dlcourse.recipes import ROOT

FOLDER = ROOT / "book" / "data"
PARTS = ("fit", "validation", "test")
SERIES = {"sunspots": "relative sunspot number", "co2": "carbon dioxide (ppm)"}


@dataclasses.dataclass(frozen=True)
class Picture:
    """How a picture is drawn from the data set, and what somebody needs to know who does not see it."""

    draw: Callable
    alt: str


def _images(rows):
    images = rows.x.reshape(len(rows), -1)
    side = round(np.sqrt(images.shape[1]))
    return plots.digits(images[:36].reshape(-1, side, side), [rows.classes[label] for label in rows.y[:36]], columns=12)


def _scenes(scenes):
    figure, axes = plt.subplots(1, 4, figsize=(7.3, 2))
    for ax, picture, boxes, labels in zip(axes, scenes.x[:, 0], scenes.boxes, scenes.labels, strict=False):
        ax.imshow(picture, vmin=0, vmax=1, interpolation="nearest")
        for box, label in zip(boxes, labels, strict=True):
            if label >= 0:
                left, top, right, bottom = box
                corner = (left - 0.5, top - 0.5)
                ax.add_patch(plt.Rectangle(corner, right - left, bottom - top, fill=False, edgecolor=plots.RUST))
                ax.text(*corner, scenes.classes[label], color=plots.RUST, ha="right", va="top", fontsize=9)
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    return figure


def _speech(speech):
    figure, axes = plt.subplots(2, 4, figsize=(7.3, 3), sharex=True, height_ratios=[1, 2])
    for (above, below), digit in zip(axes.T, (1, 3, 6, 9), strict=True):
        clip = speech.train.x[speech.train.y == digit][0]
        times = np.arange(len(clip)) / speech.rate
        above.plot(times, clip, linewidth=0.5)
        above.set(title=f'"{speech.classes[digit]}"', ylim=(-1, 1), yticks=[-1, 1])
        mel = spectrogram.log_mel(clip)
        below.imshow(np.reshape(mel, mel.shape[-2:]).T, origin="lower", aspect="auto", cmap="magma",
                     extent=(0, times[-1], 0, mel.shape[-1]))  # fmt: skip
        below.set(xlabel="seconds", yticks=[])
        below.grid(False)
    axes[1, 0].set_ylabel("mel band, low to high")
    return figure


def _series(rows):
    figure, ax = plt.subplots(figsize=(7.3, 2.8))
    for name, color in zip(PARTS, (plots.BLUE, plots.GREEN, plots.RUST), strict=True):
        part = getattr(rows, name)
        ax.plot(part.year, part.value, color=color, linewidth=1.2, label=name)
    ax.set(xlabel="year", ylabel=SERIES[rows.card.name])
    ax.legend()
    return figure


def _points(rows):
    figure, ax = plt.subplots(figsize=(5.2, 3.2))
    part = rows.fit if rows.parts else rows
    plots.points(ax, part.x[:300], part.y[:300])
    ax.set(aspect="equal")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _sawtooth(rows):
    figure, ax = plt.subplots(figsize=(7.3, 2.4))
    order = np.argsort(rows.x[:, 0])
    ax.plot(rows.x[order, 0], rows.y[order], linewidth=1.2)
    ax.set(xlabel="x", ylabel="y")
    return figure


def _sequence(rows):
    figure, ax = plt.subplots(figsize=(7.3, 1.6))
    x, y = rows.x[0], rows.y[0]
    table = x.T if x.ndim == 2 else np.stack([x, y])
    ax.imshow(table, aspect="auto", cmap="Blues")
    names = ("value", "marker") if x.ndim == 2 else ("input", "target")
    ax.set(yticks=[0, 1], yticklabels=names, xlabel="step")
    for (i, j), value in np.ndenumerate(table):
        dark = value > 0.6 * table.max()
        ax.text(j, i, f"{value:.1f}" if x.ndim == 2 else int(value), ha="center", va="center", fontsize=7,
                color="white" if dark else plots.INK)  # fmt: skip
    ax.locator_params(axis="x", integer=True)
    ax.grid(False)
    return figure


def _cartpole(rows):
    figure, axes = plt.subplots(1, 2, figsize=(7.3, 2.6))
    for episode in range(8):
        part = rows[rows.episode == episode]
        axes[0].plot(part.x[:, 0])
        axes[1].plot(np.degrees(part.x[:, 2]))
    axes[0].set(xlabel="step", ylabel="cart's position (m)")
    axes[1].set(xlabel="step", ylabel="pole's angle (degrees)")
    return figure


def _boards(rows):
    figure, axes = plt.subplots(1, 6, figsize=(7.3, 1.7))
    for ax, (mover, other), value in zip(axes, rows.x[:: len(rows) // 6], rows.y[:: len(rows) // 6], strict=False):
        height, width = mover.shape
        for stones, color, marker in ((mover, plots.BLUE, "o"), (other, plots.RUST, "s")):
            i, j = np.nonzero(stones)
            ax.plot(j, i, marker, color=color, markersize=80 / width / 2.5)
        ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal", xlabel=f"y = {value:g}",
               xticks=np.arange(width + 1) - 0.5, yticks=np.arange(height + 1) - 0.5)  # fmt: skip
        ax.tick_params(labelbottom=False, labelleft=False, length=0)
    return figure


BOARDS = "Six {}: the stones of the player to move are round, the other's are square, the value stands below."
PICTURES = {
    "digits": Picture(_images, "The first 36 digits in coarse gray pixels, each with its label."),
    "glyphs": Picture(_images, "36 rendered digits, turned, bent, thin or fat, pale or noisy, each with its label."),
    "scenes": Picture(_scenes, "Four scenes of one to three digits among clutter, with a frame around each digit."),
    "speech": Picture(_speech, "Four spoken digits, above as waves and below as log-mel spectrograms with formants."),
    "sunspots": Picture(_series, "Sunspot numbers by year: peaks of changing height about every eleven years."),
    "co2": Picture(_series, "Carbon dioxide by month: a steady rise with a wave in each year."),
    "cartpole": Picture(_cartpole, "Eight episodes of random pushes: the cart drifts a little, the pole soon falls."),
    "tic_tac_toe": Picture(_boards, BOARDS.format("positions of tic-tac-toe")),
    "connect_four": Picture(_boards, BOARDS.format("positions of Connect Four")),
    "moons": Picture(_points, "Points of two classes in two half circles that reach into each other."),
    "spirals": Picture(_points, "Points of two classes on two spirals that wind around each other."),
    "xor": Picture(_points, "Points around four corners; corners that lie across from each other share a class."),
    "gates": Picture(_points, "The four corners of a square; the two with different inputs have class 1."),
    "sawtooth": Picture(_sawtooth, "A zigzag between 0 and 1 with four equal teeth."),
    "adding": Picture(_sequence, "One sequence: a row of numbers, and below it markers, of which two are 1."),
    "copy": Picture(_sequence, "Symbols, blanks and a signal in the input, the symbols again in the target."),
}


def draw(name, folder):
    """Draw the picture of one data set into a folder."""
    with plt.rc_context():
        plots.use_style()
        figure = PICTURES[name].draw(data.load(name))
        # Nothing in the file says when or by which version it was drawn, so that drawing it again changes nothing.
        figure.savefig(folder / f"{name}.png", metadata={"Software": None})
        plt.close(figure)


def main(arguments=None):
    """The command."""
    parser = argparse.ArgumentParser(description="Draw the pictures of the data sets.")
    parser.add_argument("names", nargs="*", help="some of them; all when none is named")
    names = parser.parse_args(arguments).names or list(PICTURES)
    if unknown := set(names) - PICTURES.keys():
        parser.error(f"expected some of {', '.join(PICTURES)}, got {', '.join(sorted(unknown))}")
    matplotlib.use("Agg")
    for name in names:
        draw(name, FOLDER)


if __name__ == "__main__":
    main()
