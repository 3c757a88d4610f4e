"""The network of lab 5a, which says what is where in a scene, beside two ways that do without it.

    python -m dlcourse.studies scene_reader

"reader" is the SceneReader of dlcourse/apps/detection.py, 67,826 numbers, which learns class, box and pixels together.
"components" thresholds the picture and takes each connected piece of ink as a candidate; "windows" cuts a window of
28 x 28 pixels around the middle of each of the 256 cells. In both a small convolutional network says of each candidate
which digit it is, or none; it learns from candidates of the same kind, cut from the same pictures. A component is its
own box; a window gets the mean box of its digit.

All learn the 4,000 pictures for fitting, in fonts of which five are held out, and three seeds decide first weights and
order. On the validation rows are chosen the threshold of ink for "components", and for each model and seed the score
from which an answer counts when glyphs are counted. How near a window has to lie to show a glyph was chosen there as
well, 0.75 cells and not 1 (mAP 0.81 against 0.77). The learning rate of the reader was chosen on validation rows of a
smaller set, out of 0.004, 0.01 and 0.02; so were the loss of the pixels and the last, full-sized layer. The scores
above 0.9 were added when a first run of the windows chose 0.9, the last one then.

Judged are the first 400 pictures of each part: validation, the same fonts, held-out fonts (test), and other pictures in
held-out fonts whose boxes may overlap by 0.3 (touching). The weights of a reader are rounded to half precision before
it is judged; those of seed 0 are stored, and `network` gives them.
"""

import time

import numpy as np
from safetensors.numpy import save_file
from scipy import ndimage

from dlcourse import data, nn, optim
from dlcourse import functional as F
from dlcourse.apps.boxes import Found, count_right, iou, mean_average_precision, mean_iou, suppress, truth
from dlcourse.apps.detection import (
    DIGITS,
    SIZE,
    STRIDE,
    SceneReader,
    decode,
    grid_targets,
    middles,
    read_scenes,
    scene_loss,
)
from dlcourse.checkpoint import load_state
from dlcourse.evaluate import predict
from dlcourse.lr_scheduler import OneCycleLR
from dlcourse.train import Batches, fit
from dlcourse.vision import conv_block

from .adding_problem import in_float32
from .table import FOLDER, write

SEEDS = range(3)
ROWS, JUDGED = 5000, 400
EPOCHS, BATCH, RATE = 6, 32, 0.01
INKS = [0.15, 0.25, 0.35]  # how dark a pixel of a component may have to be
LEAST = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995]  # from where answers may have to count
WINDOW, NOTHING = 28, DIGITS
NEAR, FAR = 0.75, 2.0  # cells from the middle of a glyph: up to here a window shows it, from there on it shows nothing
PARTS = ("validation", "same_fonts", "test", "touching")
WEIGHTS = FOLDER / "scene_reader.safetensors"


def scenes(part, n=None):
    """The pictures of a part, for "touching" those of another set: a Dataset."""
    if part == "touching":
        return data.load("scenes", n=3 * JUDGED, seed=1, overlap=0.3).test
    return getattr(data.load("scenes", n=n or ROWS), part)


def trained(model, batches, loss, epochs, rate=RATE):
    """The model after Adam and one cycle of the learning rate, in evaluation mode."""
    optimizer = optim.Adam(model.parameters())
    cycle = OneCycleLR(optimizer, rate, epochs=epochs, steps_per_epoch=len(batches))
    fit(model, batches, loss, optimizer, epochs=epochs, scheduler=cycle, step_scheduler="batch", progress=False)
    return model.eval()


def train_reader(seed, pictures, epochs=None):
    """A SceneReader that has learned some pictures."""
    targets = grid_targets(pictures.labels, pictures.boxes)
    batches = Batches(pictures.x, np.arange(len(pictures)), batch_size=BATCH, seed=seed)
    model = SceneReader(rng=np.random.default_rng(seed))
    return trained(model, batches, lambda out, rows: scene_loss(out, targets[rows], pictures.mask[rows]),
                   epochs or EPOCHS)


def in_half(model):
    """The numbers of a model in half precision, by name."""
    return {name: array.astype(np.float16) if array.dtype.kind == "f" else np.asarray(array)
            for name, array in model.state_dict().items()}


def network():
    """The stored network of seed 0, in evaluation mode and in the default dtype."""
    model = SceneReader(rng=np.random.default_rng(0))
    load_state(WEIGHTS, model)
    return model.eval()


# ---------------------------------------------------------------------------------------------- what is compared


def glyph_namer(seed):
    """Names what is in the middle of 28 x 28 pixels: ten digits, or nothing.   (N, 1, 28, 28)  ->  (N, 11)."""
    rng = np.random.default_rng(seed)
    return nn.Sequential(conv_block(1, 12, stride=2, rng=rng), conv_block(12, 24, stride=2, rng=rng),
                         conv_block(24, 32, rng=rng), nn.Flatten(), nn.Linear(32 * 7 * 7, DIGITS + 1, rng=rng))


def components(picture, ink):
    """The boxes of all connected pieces of at least 12 pixels that are darker than `ink`.   (h, w)  ->  (K, 4)."""
    pieces, _ = ndimage.label(picture > ink, structure=np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel())
    places = [place for k, place in enumerate(ndimage.find_objects(pieces), start=1) if sizes[k] >= 12]
    return np.array([[across.start, down.start, across.stop, down.stop] for down, across in places],
                    float).reshape(-1, 4)


def crops(picture, boxes):
    """What each box shows, in the middle of 28 x 28 pixels of paper; of a larger box the middle part.

    Shapes:  picture (h, w), boxes (K, 4)  ->  (K, 1, 28, 28)
    """
    cut = np.zeros((len(boxes), 1, WINDOW, WINDOW), picture.dtype)
    for k, (left, top, right, bottom) in enumerate(boxes.astype(int)):
        piece = picture[top:bottom, left:right]
        skip = [max(0, (side - WINDOW) // 2) for side in piece.shape]
        piece = piece[skip[0] : skip[0] + WINDOW, skip[1] : skip[1] + WINDOW]
        at = [(WINDOW - side) // 2 for side in piece.shape]
        cut[k, 0, at[0] : at[0] + piece.shape[0], at[1] : at[1] + piece.shape[1]] = piece
    return cut


def windows(picture):
    """28 x 28 pixels around the middle of each cell, paper beyond the edge.   (64, 64)  ->  (256, 1, 28, 28)."""
    padded = np.pad(picture, WINDOW // 2)
    start = slice(STRIDE // 2, STRIDE // 2 + SIZE, STRIDE)  # the middle of a cell in `padded`, less half a window
    every = np.lib.stride_tricks.sliding_window_view(padded, (WINDOW, WINDOW))[start, start]
    return every.reshape(-1, 1, WINDOW, WINDOW)


def inked(cut):
    """Which windows have ink in their middle 12 x 12 pixels; nobody asks about the others.   ->  booleans."""
    return cut[:, 0, 8:20, 8:20].max(axis=(1, 2)) > INKS[0]


def component_examples(pictures, ink):
    """Crops of all components, and the digit of the true box that each is (IoU at least 0.5), or nothing."""
    cut, names = [], []
    for picture, fact in zip(pictures.x[:, 0], truth(pictures.labels, pictures.boxes), strict=True):
        boxes = components(picture, ink)
        overlap = iou(boxes, fact.boxes)
        cut.append(crops(picture, boxes))
        names.append(np.where(overlap.max(axis=1) >= 0.5, fact.labels[overlap.argmax(axis=1)], NOTHING))
    return np.concatenate(cut), np.concatenate(names)


def window_examples(pictures, seed):
    """Of every second picture the inked windows near a glyph, and as many of those far from all."""
    rng, (across, down), cut, names = np.random.default_rng(seed), middles(), [], []
    for picture, fact in zip(pictures.x[::2, 0], truth(pictures.labels, pictures.boxes)[::2], strict=True):
        left, top, right, bottom = fact.boxes.T[..., None, None]
        away = np.hypot(across - (left + right) / 2, down - (top + bottom) / 2).reshape(len(fact), -1) / STRIDE
        every = windows(picture)
        near = np.flatnonzero(away.min(axis=0) <= NEAR)
        far = np.flatnonzero((away.min(axis=0) >= FAR) & inked(every))
        far = rng.choice(far, min(len(near), len(far)), replace=False)
        cut.append(every[np.concatenate([near, far])])
        names.append(np.concatenate([fact.labels[away[:, near].argmin(axis=0)], np.full(len(far), NOTHING)]))
    return np.concatenate(cut), np.concatenate(names)


def mean_sizes(pictures):
    """Width and height of the mean box of each digit.   ->  (10, 2)."""
    sizes = pictures.boxes[..., 2:] - pictures.boxes[..., :2]
    return np.stack([sizes[pictures.labels == digit].mean(axis=0) for digit in range(DIGITS)])


def named(namer, cut, boxes_of):
    """What the namer says of some crops: their most probable digit, its probability, and boxes_of(digits)."""
    logits = predict(namer, cut) if len(cut) else np.zeros((0, DIGITS + 1))
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = (p / p.sum(axis=1, keepdims=True))[:, :DIGITS]
    digit = p.argmax(axis=1)
    found = Found(boxes_of(digit), digit, p.max(axis=1))
    found = found[found.scores >= 0.05]
    return found[suppress(found.boxes, found.scores, 0.4)]


def found_by_components(namer, x, ink):
    """Shapes:  x (M, 1, 64, 64)  ->  M times Found."""
    found = []
    for picture in x[:, 0]:
        boxes = components(picture, ink)
        found.append(named(namer, crops(picture, boxes), lambda digit, boxes=boxes: boxes))
    return found


def found_by_windows(namer, x, sizes):
    """Shapes:  x (M, 1, 64, 64), sizes (10, 2)  ->  M times Found."""
    across, down = (grid.reshape(-1) for grid in np.broadcast_arrays(*middles()))
    middle, found = np.stack([across, down], axis=1), []
    for picture in x[:, 0]:
        every = windows(picture)
        asked = inked(every)
        found.append(named(namer, every[asked], lambda digit, asked=asked: np.clip(np.concatenate(
            [middle[asked] - sizes[digit] / 2, middle[asked] + sizes[digit] / 2], axis=1), 0, SIZE)))
    return found


# ---------------------------------------------------------------------------------------------- the table


def judged(found, pictures, least):
    """What the table says about the answers to some pictures."""
    true = truth(pictures.labels, pictures.boxes)
    return {"map_50": mean_average_precision(found, true, DIGITS), "count_right": count_right(found, true, least),
            "map_75": mean_average_precision(found, true, DIGITS, 0.75)}


def best_least(found, pictures):
    """The score from which answers count: the one by which most pictures are counted right, of ties the lowest."""
    true = truth(pictures.labels, pictures.boxes)
    return max(LEAST, key=lambda least: (count_right(found, true, least), -least))


def rows_of(model, seed, answer, pictures, seconds, **more):
    """One row for each part; `answer(x)` gives the boxes and the mask, which may be None."""
    rows, least = [], None
    for part in PARTS:
        found, mask = answer(pictures[part].x)
        least = best_least(found, pictures[part]) if part == "validation" else least
        found = judged(found, pictures[part], least)
        found["mask_iou"] = np.nan if mask is None else mean_iou(mask, pictures[part].mask, DIGITS + 1)
        rows.append({"model": model, "seed": seed, "part": part}
                    | {name: round(float(value), 4) for name, value in found.items()}
                    | {"least": least, "ink": more.get("ink", ""), "seconds": round(seconds)})
    return rows


def reader_rows(seed, fit_on, pictures):
    """Train a reader, round it to half precision, and judge it; the reader, and its rows."""
    started = time.process_time()
    model = train_reader(seed, fit_on)
    seconds = time.process_time() - started
    model.load_state_dict({name: array.astype(np.float32) if array.dtype.kind == "f" else array
                           for name, array in in_half(model).items()})

    def answer(x):
        grid, mask = read_scenes(model, x)
        return decode(grid), mask

    return model, rows_of("reader", seed, answer, pictures, seconds)


def component_rows(seed, ink, fit_on, pictures):
    """Train the namer on components and judge it with them."""
    started = time.process_time()
    cut, names = component_examples(fit_on, ink)
    namer = trained(glyph_namer(seed), Batches(cut, names, batch_size=64, seed=seed), F.cross_entropy, 4)
    seconds = time.process_time() - started
    return rows_of("components", seed, lambda x: (found_by_components(namer, x, ink), None), pictures, seconds, ink=ink)


def window_rows(seed, fit_on, pictures):
    """Train the namer on windows and judge it with them."""
    started = time.process_time()
    cut, names = window_examples(fit_on, seed)
    namer = trained(glyph_namer(seed), Batches(cut, names, batch_size=64, seed=seed), F.cross_entropy, 4)
    seconds, sizes = time.process_time() - started, mean_sizes(fit_on)
    return rows_of("windows", seed, lambda x: (found_by_windows(namer, x, sizes), None), pictures, seconds)


@in_float32()
def remake():
    """Train all, store the first reader and the table."""
    started, rows = time.perf_counter(), []
    fit_on, pictures = scenes("fit"), {part: scenes(part)[:JUDGED] for part in PARTS}
    for seed in SEEDS:
        model, some = reader_rows(seed, fit_on, pictures)
        rows += some
        if seed == SEEDS[0]:
            save_file(in_half(model), WEIGHTS, {"format": "pt"})
    tried = {ink: component_rows(SEEDS[0], ink, fit_on, pictures) for ink in INKS}
    ink = max(INKS, key=lambda ink: tried[ink][0]["map_50"])  # the first row is that of the validation part
    rows += tried[ink] + [row for seed in SEEDS[1:] for row in component_rows(seed, ink, fit_on, pictures)]
    rows += [row for seed in SEEDS for row in window_rows(seed, fit_on, pictures)]
    write("scene_reader", rows, "python -m dlcourse.studies scene_reader", started)
