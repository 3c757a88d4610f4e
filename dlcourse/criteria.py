"""Why this file exists: a loss and its settings are kept in one object, which training calls with outputs and targets.

Each is a function of `losses.py`, where it is explained. The settings are attributes; weights are buffers, so that
`state_dict` saves them and nobody trains them.
"""

from . import losses
from .modules import Module


class _Loss(Module):
    """Calls `function` with what it is given and with the settings."""

    function = None

    def __init__(self, **settings):
        self._settings = tuple(settings)
        for name, value in settings.items():
            if name.endswith("weight"):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def forward(self, *inputs):
        return self.function(*inputs, **{name: getattr(self, name) for name in self._settings})


class CrossEntropyLoss(_Loss):
    """The mean of -log softmax(logits)[label], weighted by class; labels `ignore_index` do not count.

    Shapes:  logits (N, K, ...), target (N, ...) of integers, or of probabilities as the logits  ->  ()
    Chapter: 1.   Twin: torch.nn.CrossEntropyLoss.
    """

    function = staticmethod(losses.cross_entropy)

    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__(weight=weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing)


class NLLLoss(_Loss):
    """The mean of -log_probs[label], weighted by class.

    Shapes:  log_probs (N, K, ...), target (N, ...) of integers  ->  ().   Chapter: 1.   Twin: torch.nn.NLLLoss.
    """

    function = staticmethod(losses.nll_loss)

    def __init__(self, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__(weight=weight, ignore_index=ignore_index, reduction=reduction)


class BCELoss(_Loss):
    """Cross-entropy for two classes, from probabilities.   Chapter: 1.   Twin: torch.nn.BCELoss."""

    function = staticmethod(losses.binary_cross_entropy)

    def __init__(self, weight=None, reduction="mean"):
        super().__init__(weight=weight, reduction=reduction)


class BCEWithLogitsLoss(_Loss):
    """Cross-entropy for two classes, from logits; positives count `pos_weight` times.

    Chapter: 1.   Twin: torch.nn.BCEWithLogitsLoss.
    """

    function = staticmethod(losses.binary_cross_entropy_with_logits)

    def __init__(self, weight=None, reduction="mean", pos_weight=None):
        super().__init__(weight=weight, reduction=reduction, pos_weight=pos_weight)


class KLDivLoss(_Loss):
    """The mean of target (log target - x); only reduction="batchmean" gives the divergence.

    Chapter: 4.   Twin: torch.nn.KLDivLoss.
    """

    function = staticmethod(losses.kl_div)

    def __init__(self, reduction="mean", log_target=False):
        super().__init__(reduction=reduction, log_target=log_target)


class MSELoss(_Loss):
    """The mean squared difference.   Chapter: 1.   Twin: torch.nn.MSELoss."""

    function = staticmethod(losses.mse_loss)

    def __init__(self, reduction="mean"):
        super().__init__(reduction=reduction)


class L1Loss(_Loss):
    """The mean absolute difference.   Chapter: 1.   Twin: torch.nn.L1Loss."""

    function = staticmethod(losses.l1_loss)

    def __init__(self, reduction="mean"):
        super().__init__(reduction=reduction)


class HuberLoss(_Loss):
    """Squared for differences up to `delta`, straight beyond.   Chapter: 5.   Twin: torch.nn.HuberLoss."""

    function = staticmethod(losses.huber_loss)

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction, delta=delta)


class SmoothL1Loss(_Loss):
    """Huber's loss divided by `beta`.   Chapter: 5.   Twin: torch.nn.SmoothL1Loss."""

    function = staticmethod(losses.smooth_l1_loss)

    def __init__(self, reduction="mean", beta=1.0):
        super().__init__(reduction=reduction, beta=beta)


class CosineSimilarity(_Loss):
    """The cosine of the angle between vectors along `dim`.   Chapter: 4.   Twin: torch.nn.CosineSimilarity."""

    function = staticmethod(losses.cosine_similarity)

    def __init__(self, dim=1, eps=1e-8):
        super().__init__(dim=dim, eps=eps)


class CosineEmbeddingLoss(_Loss):
    """Pairs with target 1 shall point the same way, those with -1 shall not.

    Shapes:  x1 and x2 (N, D), target (N,)  ->  ().   Chapter: 4.   Twin: torch.nn.CosineEmbeddingLoss.
    """

    function = staticmethod(losses.cosine_embedding_loss)

    def __init__(self, margin=0.0, reduction="mean"):
        super().__init__(margin=margin, reduction=reduction)


class TripletMarginLoss(_Loss):
    """The positive shall be nearer to the anchor than the negative, by `margin`.

    Shapes:  three times (N, D)  ->  ().   Chapter: 4.   Twin: torch.nn.TripletMarginLoss.
    """

    function = staticmethod(losses.triplet_margin_loss)

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"):
        super().__init__(margin=margin, p=p, eps=eps, swap=swap, reduction=reduction)


class CTCLoss(_Loss):
    """-log of the probability that the outputs spell the target, whenever its labels are spoken.

    Shapes:  log_probs (T, N, K), targets (N, S), lengths (N,)  ->  ().   Chapter: 5.   Twin: torch.nn.CTCLoss.
    """

    function = staticmethod(losses.ctc_loss)

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(blank=blank, reduction=reduction, zero_infinity=zero_infinity)
