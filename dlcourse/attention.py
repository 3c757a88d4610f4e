"""Why this file exists: attention lets every position look at every other, and a transformer is little else.

`F.scaled_dot_product_attention` is the one formula. Here are the layers around it, with PyTorch's names: several heads,
the block of attention and a small network on each position, and a stack of such blocks.
"""

import copy
import math

import numpy as np

from . import functional as F
from . import init
from .containers import ModuleList
from .modules import Dropout, Linear, Module, empty_parameter
from .norms import LayerNorm
from .ops import cat
from .tensor import as_array


def _require_batch_first(layer, batch_first):
    if not batch_first:
        raise ValueError(f"{type(layer).__name__} expected batch_first=True: sequences are (N, T, D) here, examples "
                         "first, as everywhere else in the course; PyTorch's default False means (T, N, D)")


def _added(mask, dtype):
    """A mask as numbers to add to the scores: where a boolean one is True nobody may look, and -inf is added."""
    mask = as_array(mask)
    return np.where(mask, -math.inf, 0).astype(dtype) if mask.dtype == bool else mask.astype(dtype, copy=False)


def multihead_attention_by_heads(query, key, value, in_proj_weight, in_proj_bias, out_weight, out_bias, num_heads,
                                 mask=None):
    """What MultiheadAttention computes, one head at a time.

    Head a has its own d rows of the three projections, attends by itself, and gives d columns of what goes into the
    last layer. `mask` (T, S) is added to the scores.

    Shapes:  query (N, T, D), key and value (N, S, D)  ->  (N, T, D)
    Source:  Vaswani et al. 2017, sec. 3.2.2.   Chapter: 7.
    """
    D = query.shape[-1]
    d, heads = D // num_heads, []
    for a in range(num_heads):
        q, k, v = (F.linear(x, in_proj_weight[rows : rows + d], in_proj_bias[rows : rows + d])
                   for x, rows in ((query, a * d), (key, D + a * d), (value, 2 * D + a * d)))  # (N, T, d), (N, S, d)
        scores = q @ k.transpose(-1, -2) / math.sqrt(d)  # (N, T, S)
        heads.append(F.softmax(scores if mask is None else scores + mask) @ v)  # (N, T, d)
    return F.linear(cat(*heads, dim=-1), out_weight, out_bias)  # (N, T, D)


class MultiheadAttention(Module):
    """Several heads attend at once, each with its own projections to D / num_heads dimensions; D is embed_dim.

    in_proj_weight (3D, D) holds the projections of query, key and value below each other, each with the rows of one
    head together; in_proj_bias (3D,), out_proj.weight (D, D), out_proj.bias (D,). Self-attention, where query is
    key is value, takes one product for all three.

    In the masks, True means: may NOT look there, as in PyTorch (F.scaled_dot_product_attention says the opposite), and
    numbers are added to the scores. key_padding_mask (N, S) is about the keys; attn_mask is (T, S) or (N num_heads, T,
    S). `is_causal` without attn_mask keeps each position from those after it. With `need_weights` the weights come back
    too, averaged over the heads unless told otherwise; without, it is faster, and None comes back. A query that may
    look nowhere gets NaN with weights and 0 without, as in PyTorch.

    Shapes:  query (N, T, D), key and value (N, S, D)  ->  (N, T, D), weights (N, T, S) or (N, num_heads, T, S)
    Raises:  ValueError unless batch_first=True, if num_heads does not divide D, or for other shapes.
    Source:  Vaswani et al. 2017, sec. 3.2.2.   Chapter: 7.   Twin: torch.nn.MultiheadAttention.
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, *, batch_first=False, rng=None):
        _require_batch_first(self, batch_first)
        if embed_dim % num_heads:
            raise ValueError("MultiheadAttention expected embed_dim as a multiple of num_heads, "
                             f"got {embed_dim} and {num_heads}")
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.in_proj_weight = init.xavier_uniform_(empty_parameter(3 * embed_dim, embed_dim), rng=rng)
        self.in_proj_bias = init.zeros_(empty_parameter(3 * embed_dim)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, rng=rng)
        if bias:
            init.zeros_(self.out_proj.bias)
        self.rng = rng

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False):
        q, k, v = self._project(query, key, value)  # (N, A, T, d), (N, A, S, d) twice
        N, A, T, d = q.shape
        S, p = k.shape[2], self.dropout if self.training else 0.0
        causal = is_causal and attn_mask is None
        if causal and (need_weights or key_padding_mask is not None):
            attn_mask, causal = F.causal_mask(T, S, q.dtype), False
        mask = self._mask((N, A, T, S), q.dtype, key_padding_mask, attn_mask)
        if need_weights:
            scores = q @ k.transpose(-1, -2) / math.sqrt(d)  # (N, A, T, S)
            weights = F.dropout(F.softmax(scores if mask is None else scores + mask), p, rng=self.rng)
            y = weights @ v  # (N, A, T, d)
            weights = weights.mean(1) if average_attn_weights else weights
        else:
            y, weights = F.scaled_dot_product_attention(q, k, v, mask, p, causal, rng=self.rng), None
        return self.out_proj(y.transpose(1, 2).reshape(N, T, A * d)), weights

    def _project(self, query, key, value):
        D, A = self.embed_dim, self.num_heads
        for name, x in (("query", query), ("key", key), ("value", value)):
            if len(x.shape) != 3 or x.shape[2] != D:
                raise ValueError(f"MultiheadAttention expected a {name} (N, T, {D}), got {x.shape}"
                                 + (": for one sequence, x[None]?" if len(x.shape) == 2 else ""))
        if query is key is value:
            N, T, _ = query.shape
            three = F.linear(query, self.in_proj_weight, self.in_proj_bias)  # (N, T, 3D)
            three = three.reshape(N, T, 3, A, D // A).permute(2, 0, 3, 1, 4)  # (3, N, A, T, d)
            return three[0], three[1], three[2]
        found = []
        for i, x in enumerate((query, key, value)):
            rows = slice(i * D, (i + 1) * D)
            y = F.linear(x, self.in_proj_weight[rows], None if self.in_proj_bias is None else self.in_proj_bias[rows])
            found.append(y.reshape(*x.shape[:2], A, D // A).transpose(1, 2))
        return found

    def _mask(self, shape, dtype, key_padding_mask, attn_mask):
        """Both masks as one array that is added to the scores (N, A, T, S), or None."""
        N, A, T, S = shape
        mask = None
        if attn_mask is not None:
            mask = _added(attn_mask, dtype)
            if mask.shape not in ((T, S), (N * A, T, S)):
                raise ValueError(f"MultiheadAttention expected attn_mask {(T, S)} or {(N * A, T, S)}, got {mask.shape}")
            mask = mask.reshape(-1, A, T, S) if mask.ndim == 3 else mask
        if key_padding_mask is not None:
            padding = _added(key_padding_mask, dtype)
            if padding.shape != (N, S):
                raise ValueError(f"MultiheadAttention expected key_padding_mask {(N, S)}, got {padding.shape}")
            padding = padding[:, None, None]  # (N, 1, 1, S)
            mask = padding if mask is None else mask + padding
        return mask


# ---------------------------------------------------------------------------------------------- the transformer


class TransformerEncoderLayer(Module):
    """A block: all positions look at each other, then a small network acts on each; both are added to their input.

    x = norm1(x + attention(x)),  x = norm2(x + linear2(activation(linear1(x))))                    (norm_first=False)
    x = x + attention(norm1(x)),  x = x + linear2(activation(linear1(norm2(x))))                    (norm_first=True)

    `activation` is "relu", "gelu" or a function; masks as in MultiheadAttention.

    Shapes:  (N, T, d_model)  ->  the same
    Raises:  ValueError unless batch_first=True, or for an unknown activation.
    Source:  Vaswani et al. 2017, sec. 3.1; norm_first: Xiong et al. 2020.   Chapter: 7.
    Twin: torch.nn.TransformerEncoderLayer.
    """

    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation="relu", layer_norm_eps=1e-5,
                 batch_first=False, norm_first=False, bias=True, *, rng=None):
        _require_batch_first(self, batch_first)
        if isinstance(activation, str):
            if activation not in ("relu", "gelu"):
                raise ValueError(f'activation expected "relu", "gelu" or a function, got {activation!r}')
            activation = getattr(F, activation)
        self.norm_first, self.activation = norm_first, activation
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=True, rng=rng)
        self.linear1 = Linear(d_model, dim_feedforward, bias, rng=rng)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, rng=rng)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.dropout1, self.dropout2 = Dropout(dropout, rng=rng), Dropout(dropout, rng=rng)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        masks = {"key_padding_mask": src_key_padding_mask, "attn_mask": src_mask, "is_causal": is_causal}
        if self.norm_first:
            x = src + self._attend(self.norm1(src), masks)
            return x + self._feed_forward(self.norm2(x))
        x = self.norm1(src + self._attend(src, masks))
        return self.norm2(x + self._feed_forward(x))

    def _attend(self, x, masks):
        return self.dropout1(self.self_attn(x, x, x, need_weights=False, **masks)[0])

    def _feed_forward(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoder(Module):
    """`num_layers` copies of a block, one after the other, and a last norm if one is given.

    The copies start from the same weights, as in PyTorch: draw them anew if that is not wanted.

    Shapes:  (N, T, d_model)  ->  the same
    Source:  Vaswani et al. 2017, sec. 3.1.   Chapter: 7.   Twin: torch.nn.TransformerEncoder.
    """

    def __init__(self, encoder_layer, num_layers, norm=None):
        self.layers = ModuleList(copy.deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=False):
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, is_causal)
        return src if self.norm is None else self.norm(src)
