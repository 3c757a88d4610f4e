"""Why this file exists: what `backward` walks through can be looked at, drawn from the record itself.

The record exists from the forward pass until `backward` frees it: draw before that, or call backward with
retain_graph=True.
"""

from collections import Counter

import numpy as np

from .plots import GRAY, INK, RUST

SIGNS = {"add": "+", "sub": "−", "mul": "×", "div": "÷", "neg": "−", "matmul": "@"}


def nodes(root):
    """All tensors that `root` was computed from, itself included: leaves first, then operations in order of making.

    Returns: a list of Tensors; each `op` names the operation, "" for a leaf, and `parents` are its inputs.
    Chapter: 3.
    """
    found, waiting = {root: None}, [root]  # a dictionary keeps its order
    while waiting:
        for parent in waiting.pop().parents:
            if parent not in found:
                found[parent] = None
                waiting.append(parent)
    return sorted(found, key=lambda node: -1 if node.is_leaf else node.serial)


def columns(root):
    """In which column of a drawing each tensor stands: right of everything that it was computed from.

    A leaf stands just left of its first use.

    Returns: {tensor: column}.   Chapter: 3.
    """
    place, users = {}, _users(nodes(root))
    for node in users:
        place[node] = 1 + max((place[parent] for parent in node.parents), default=-1)
    for node in users:
        if node.is_leaf and users[node]:
            place[node] = min(place[user] for user in users[node]) - 1
    return place


def _users(tape):
    """Of each tensor, those that were computed from it; the same one twice if it used it twice."""
    users = {node: [] for node in tape}  # looked up by identity: == compares the numbers of two tensors
    for node in tape:
        for parent in node.parents:
            users[parent].append(node)
    return users


def draw(ax, root, names=None, gradients=None, digits=3):
    """Draw the record behind `root` from left to right: shaded boxes are leaves, white ones operations, with values.

    names      {tensor: text} for those that have a name; it stands before the operation: "p = sigmoid"
    gradients  {tensor: array} of gradients, given below the boxes

    Each column needs about 0.9 inches of width.

    Shapes:  tensors of any shape; one with more than one element shows its shape in place of its value
    Chapter: 3.
    """
    names, gradients, place = names or {}, gradients or {}, columns(root)
    rows = _rows(place)
    boxes = {}
    for node, x in place.items():
        sign = SIGNS.get(node.op, node.op)
        label = " = ".join(filter(None, (names.get(node), sign)))
        text = "\n".join(filter(None, (label, _shown(node.data, digits))))
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white" if node.op else "#E4EDF3", "edgecolor": INK}
        boxes[node] = ax.text(x, rows[node], text, ha="center", va="center", zorder=3, color=INK, fontsize=9.5,
                              linespacing=1.4, bbox=box)
        if node in gradients:
            ax.text(x, rows[node] - 0.4, f"grad {_shown(gradients[node], digits)}", ha="center", va="top", zorder=4,
                    color=RUST, fontsize=9.5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    for parent, users in _users(place).items():
        for node, times in Counter(users).items():
            _arrow(ax, boxes[parent], boxes[node], times)
    ax.set(xlim=(-0.6, max(place.values()) + 0.6), ylim=(min(rows.values()) - 0.8, max(rows.values()) + 0.6))
    ax.set_axis_off()


def _arrow(ax, start, end, times):
    """From one box to another; an arrow over several columns makes a bow, and one for two uses is thicker."""
    (x0, y0), (x1, y1) = start.get_position(), end.get_position()
    bow = 0.0 if x1 - x0 == 1 else 0.25 if y0 <= y1 else -0.25
    ax.annotate("", (x1, y1), (x0, y0), zorder=2, arrowprops={
        "arrowstyle": "-|>", "color": GRAY, "lw": 1.3 * times, "patchA": start.get_bbox_patch(),
        "patchB": end.get_bbox_patch(), "shrinkA": 1, "shrinkB": 1, "connectionstyle": f"arc3,rad={bow}"})


def _rows(place):
    """A height for each tensor: columns are centered, and each tensor stands near what it belongs to."""
    rows = {}
    for column in range(max(place.values()) + 1):
        here = [node for node in place if place[node] == column]
        here.sort(key=lambda node: np.mean([rows[parent] for parent in node.parents] or [0.0]))
        for position, node in enumerate(here):
            rows[node] = 1.25 * (position - (len(here) - 1) / 2)
    return rows


def _shown(array, digits):
    """A number with some digits, or the shape of an array: 2×3, or (4,) of a vector."""
    array = np.asarray(array)
    if array.size == 1:
        return f"{array.item():.{digits}g}".replace("-", "−")
    return "×".join(map(str, array.shape)) if array.ndim > 1 else f"({array.size},)"
