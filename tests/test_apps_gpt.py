"""The small GPT of lab 5b: PyTorch's on the same weights, blind for what comes, and honest in its bits."""

import numpy as np
import pytest
import torch

from dlcourse import functional as F
from dlcourse.apps import gpt
from dlcourse.data.tokenizers import BytePairTokenizer

pytestmark = pytest.mark.usefixtures("float64")


def small(tokens=11, context=8, seed=0):
    return gpt.TinyGPT(tokens, 12, 2, 3, 20, context, rng=np.random.default_rng(seed))


class TorchGPT(torch.nn.Module):
    """The same as people write it for PyTorch."""

    def __init__(self, tokens, dim, depth, heads, inner, context):
        super().__init__()
        self.embed = torch.nn.Embedding(tokens, dim)
        self.place = torch.nn.Parameter(torch.zeros(context, dim))
        self.blocks = torch.nn.ModuleList(
            torch.nn.TransformerEncoderLayer(dim, heads, inner, 0.0, "gelu", batch_first=True, norm_first=True)
            for _ in range(depth))
        self.norm = torch.nn.LayerNorm(dim)

    def forward(self, x):
        T = x.shape[1]
        hidden, mask = self.embed(x) + self.place[:T], torch.nn.Transformer.generate_square_subsequent_mask(T)
        for block in self.blocks:
            hidden = block(hidden, mask.to(hidden.dtype), is_causal=True)
        return self.norm(hidden) @ self.embed.weight.T


def test_it_is_pytorchs_on_the_same_weights():
    ours, theirs = small(), TorchGPT(11, 12, 2, 3, 20, 8).double()
    theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
    tokens = np.random.default_rng(1).integers(0, 11, (3, 7))
    x, y = tokens[:, :-1], tokens[:, 1:]
    loss = F.cross_entropy(ours(x).reshape(-1, 11), y.ravel())
    loss.backward()
    their_loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)).reshape(-1, 11), torch.tensor(y.ravel()))
    their_loss.backward()
    assert loss.item() == pytest.approx(their_loss.item(), abs=1e-10)
    for name, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad, dict(theirs.named_parameters())[name].grad.numpy(), atol=1e-10)


def test_it_does_not_look_into_the_future_and_a_block_without_the_mask_does():
    model, x = small(), np.random.default_rng(2).integers(0, 11, (2, 8))
    changed = x.copy()
    changed[:, 5] = (changed[:, 5] + 1) % 11
    before, after = model(x).data, model(changed).data
    assert np.array_equal(before[:, :5], after[:, :5]) and np.abs(before[:, 5:] - after[:, 5:]).min() > 0
    open_block = model.blocks[0](model.embed(x)).data - model.blocks[0](model.embed(changed)).data
    assert np.abs(open_block[:, :5]).max() > 1e-6


def test_places_matter_and_rows_are_limited():
    model = small()
    same = model(np.full((1, 4), 3)).data[0]
    assert np.abs(same - same[0]).max() > 1e-6
    with pytest.raises(ValueError, match="at most 8 tokens in a row, got 9"):
        model(np.zeros((1, 9), int))


def test_untrained_it_knows_next_to_nothing():
    model, tokens = small(), np.random.default_rng(3).integers(0, 11, 100)
    assert gpt.surprises(model, tokens).mean() == pytest.approx(np.log2(11), abs=0.1)


@pytest.mark.parametrize("length", [2, 5, 8, 9, 12, 13, 16, 17, 30, 41])
def test_surprises_are_those_of_each_token_by_itself(length):
    model, tokens = small(), np.random.default_rng(4).integers(0, 11, length)
    model.embed.weight.data *= 20
    found, half = gpt.surprises(model, tokens, batch_size=3), 4
    for at in range(1, length):
        start = max(0, (at - 1) // half - 1) * half  # the window in whose second half the token stands
        logits = model(tokens[None, start:at]).data[0, -1]
        p = np.exp(logits - logits.max())
        assert found[at - 1] == pytest.approx(-np.log2(p[tokens[at]] / p.sum()), abs=1e-9)
    assert len(found) == length - 1


def test_bits_for_each_character_do_not_depend_on_the_pieces():
    """Equal chances for all bytes cost 8 bits a byte, in however few pieces one counts them."""
    texts = ["low lower", "lowest"]
    assert gpt.bits_per_character(np.full(17, 8.0), texts) == pytest.approx(8 * 17 / 15)
    tokenizer = BytePairTokenizer.train(texts, 3)
    tokens = gpt.joined(tokenizer, texts)
    assert (tokens == tokenizer.eos).sum() == 3 and tokenizer.decode(tokens) == "".join(texts)


def test_it_learns_a_rule_that_needs_two_tokens_of_memory():
    """Each token is the sum of the two before it: nothing can be learned from one alone."""
    rng, tokens = np.random.default_rng(5), [1, 2]
    for _ in range(3000):
        tokens.append((tokens[-1] + tokens[-2]) % 5 if rng.random() > 0.1 else int(rng.integers(0, 5)))
    model, losses = gpt.TinyGPT(5, 24, 2, 2, 48, 12, rng=rng), []
    gpt.train_gpt(model, np.array(tokens), 250, 0.01, after_update=lambda update, loss: losses.append(loss))
    assert len(losses) == 250 and np.mean(losses[-20:]) < 0.75 < np.log(5) < losses[0] + 0.1
    assert not model.training
    written = gpt.continued(model, [1, 2], 6, top_k=1)
    assert written.tolist() == [3, 0, 3, 3, 1, 4]


def test_writing_ends_where_it_should():
    model = small()
    assert len(gpt.continued(model, [1], 20)) == 20
    text = gpt.continued(model, [1], 200, end=4)
    assert text[-1] == 4 and 4 not in text[:-1]
    assert np.array_equal(text, gpt.continued(model, [1], 200, end=4))


def test_text_vectors_are_means_and_do_not_see_what_fills_up():
    texts = ["low lower lowest", "a", "", "low lower lowest low lower lowest slow"]
    tokenizer = BytePairTokenizer.train(texts, 3)
    model = small(len(tokenizer))
    found = gpt.text_vectors(model, tokenizer, texts, longest=14)
    row = tokenizer.encode(texts[3])[:14]
    pieces = [model.trunk(row[None, at : at + 8]).data[0] for at in (0, 8)]
    np.testing.assert_allclose(found[3], np.concatenate(pieces).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(found[1], model.trunk(tokenizer.encode("a")[None]).data[0, 0], atol=1e-12)
    assert not found[2].any()
