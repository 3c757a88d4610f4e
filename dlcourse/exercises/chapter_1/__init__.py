"""Why this package exists: the exercises of chapter 1, in the order in which they stand in the notebook."""

from .networks import NETWORKS
from .neurons import NEURONS

EXERCISES = NEURONS + NETWORKS
