"""Why this package exists: the exercises of chapter 6, in the order in which they stand in the notebook."""

from .kernels import KERNELS
from .networks import NETWORKS
from .shifts import SHIFTS

EXERCISES = tuple(sorted(KERNELS + SHIFTS + NETWORKS, key=lambda exercise: int(exercise.number.split(".")[1])))
