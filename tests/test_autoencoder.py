"""Principal components against scikit-learn; the variational bound against PyTorch, sampling and an exact evidence."""

import numpy as np
import pytest
import torch
from engine_tools import engine_state, float64  # noqa: F401
from sklearn import decomposition

import dlcourse
from dlcourse import Tensor, data, nn
from dlcourse.autoencoder import PCA, VAE, Autoencoder, divergence, mlp
from dlcourse.testing import assert_close, check_gradients
from dlcourse.twins import load_weights

pytestmark = pytest.mark.usefixtures("float64")


@pytest.fixture
def x():
    rng = np.random.default_rng(0)
    return rng.normal(size=(40, 6)) @ rng.normal(size=(6, 6)) + rng.normal(size=6)


def small_vae(sigma=0.5):
    rng = np.random.default_rng(1)
    return VAE(mlp(6, 8, 4, activation=nn.Tanh, rng=rng), mlp(2, 8, 6, activation=nn.Tanh, rng=rng), sigma)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("k", [1, 3, 6])
def test_pca_is_scikit_learns_up_to_signs(x, k, whiten):
    ours, theirs = PCA(k, whiten).fit(x), decomposition.PCA(k, whiten=whiten, svd_solver="full").fit(x)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))
    assert_close(ours.components * signs[:, None], theirs.components_, what="components")
    assert_close(ours.variances, theirs.explained_variance_, what="variances")
    assert_close(ours.transform(x) * signs, theirs.transform(x), what="codes")
    assert_close(ours.inverse(ours.transform(x)), theirs.inverse_transform(theirs.transform(x)), what="what is rebuilt")


def test_pca_of_new_rows_uses_the_old_mean(x):
    found = PCA(2).fit(x[:20])
    assert_close(found.transform(x[20:]), (x[20:] - x[:20].mean(axis=0)) @ found.components.T)
    assert found.transform(Tensor(x)).shape == (40, 2)


def test_whitened_codes_have_the_identity_as_covariance(x):
    assert_close(np.cov(PCA(4, whiten=True).fit(x).transform(x).T), np.eye(4))
    assert np.abs(np.cov(PCA(4).fit(x).transform(x).T) - np.eye(4)).max() > 0.1


@pytest.mark.parametrize("k", [0, 7])
def test_pca_names_the_ks_that_are_possible(x, k):
    with pytest.raises(ValueError, match=rf"k from 1 to 6 for 40 rows of 6 numbers, got {k}"):
        PCA(k).fit(x)


def test_whitening_refuses_a_direction_without_variance():
    x = data.load("digits").train.x  # three pixels are never inked
    with pytest.raises(ValueError, match="vary in 64 directions .* got 61: a smaller k?"):
        PCA(64, whiten=True).fit(x)
    assert PCA(64).fit(x).components.shape == (64, 64)


def test_mlp_has_activations_between_layers_only():
    kinds = [type(layer) for layer in mlp(3, 4, 5, 2, activation=nn.Tanh)]
    assert kinds == [nn.Linear, nn.Tanh, nn.Linear, nn.Tanh, nn.Linear]
    assert type(mlp(3, 4, 2, last=nn.Sigmoid)[-1]) is nn.Sigmoid
    same = [mlp(3, 4, 2, rng=np.random.default_rng(0))[2].weight.data for _ in range(2)]
    assert np.array_equal(*same)


def test_an_autoencoder_is_its_decoder_after_its_encoder(x):
    model = Autoencoder(nn.Linear(6, 2), nn.Linear(2, 6))
    assert np.array_equal(model(Tensor(x)).data, model.decoder(model.encoder(Tensor(x))).data)
    assert [name for name, _ in model.named_parameters()] == [
        "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"]


def test_divergence_is_pytorchs():
    rng = np.random.default_rng(2)
    mean, log_var = rng.normal(size=(2, 5, 3))
    theirs = torch.distributions.kl_divergence(
        torch.distributions.Normal(torch.tensor(mean), torch.tensor(np.exp(log_var / 2))),
        torch.distributions.Normal(0.0, 1.0)).sum(-1)
    assert_close(divergence(Tensor(mean), Tensor(log_var)), theirs.numpy())
    assert np.array_equal(divergence(Tensor(np.zeros((2, 3))), Tensor(np.zeros((2, 3)))).data, np.zeros(2))
    check_gradients(lambda m, v: divergence(m, v).sum(), mean, log_var)


def test_divergence_is_the_mean_of_sampled_log_ratios():
    rng, m, s = np.random.default_rng(3), np.array([1.0, -0.5]), np.array([0.5, 2.0])
    z = m + s * rng.normal(size=(100_000, 2))
    ratios = (-((z - m) ** 2) / (2 * s**2) - np.log(s) + z**2 / 2).sum(axis=1)
    exact = divergence(Tensor(m[None]), Tensor(2 * np.log(s)[None])).item()
    assert abs(ratios.mean() - exact) < 4 * ratios.std() / np.sqrt(len(z))


class TorchVAE(torch.nn.Module):
    """The same in PyTorch, by its own distributions."""

    def __init__(self, encoder, decoder, sigma):
        super().__init__()
        self.encoder, self.decoder, self.sigma = encoder, decoder, sigma

    def elbo(self, x, noise, beta):
        mean, log_var = self.encoder(x).chunk(2, dim=-1)
        q = torch.distributions.Normal(mean, torch.exp(log_var / 2))
        decoded = self.decoder(mean + q.stddev * noise)
        fit = torch.distributions.Normal(decoded, self.sigma).log_prob(x).sum(-1)
        return fit - beta * torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).sum(-1)


@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_elbo_and_its_gradients_are_pytorchs(x, beta):
    ours = small_vae()
    theirs = TorchVAE(
        torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 4)),
        torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 6)), 0.5).double()
    load_weights(theirs, ours)
    bound = ours.elbo(Tensor(x), np.random.default_rng(7), beta)
    noise = np.random.default_rng(7).standard_normal((40, 2))
    same = theirs.elbo(torch.from_numpy(x), torch.from_numpy(noise), beta)
    assert_close(bound, same.detach().numpy(), what="elbo")
    bound.mean().backward()
    same.mean().backward()
    for (name, our), their in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert_close(our.grad, their.grad.numpy(), what=f"gradient of {name}")


def test_elbo_with_the_noise_held_passes_finite_differences(x):
    model = small_vae()
    weight, log_var_bias = model.decoder[0].weight, model.encoder[2].bias

    def bound(w, b):
        weight.data[...], log_var_bias.data[...] = w.data, b.data
        return model.elbo(Tensor(x), np.random.default_rng(7)).mean()

    for parameter in (weight, log_var_bias):
        model.zero_grad()
        at = (weight.data.copy(), log_var_bias.data.copy())
        bound(*map(Tensor, at)).backward()
        gradient, direction = parameter.grad.copy(), np.random.default_rng(8).normal(size=parameter.shape)
        ends = []
        for h in (1e-5, -1e-5):
            moved = [a + h * direction if a.shape == parameter.shape else a for a in at]
            ends.append(bound(*map(Tensor, moved)).item())
        bound(*map(Tensor, at))
        assert np.isclose((ends[0] - ends[1]) / 2e-5, (gradient * direction).sum(), rtol=1e-7)


def linear_model(rows, k=2):
    """Probabilistic PCA as a VAE: decoder and encoder are matrices, the posterior is known."""
    pca = PCA(rows.shape[1]).fit(rows)
    sigma2, top = pca.variances[k:].mean(), pca.variances[:k]
    model = VAE(nn.Linear(rows.shape[1], 2 * k), nn.Linear(k, rows.shape[1]), float(np.sqrt(sigma2)))
    model.decoder.weight.data[...] = pca.components[:k].T * np.sqrt(top - sigma2)
    model.decoder.bias.data[...] = pca.mean
    means = pca.components[:k] * (np.sqrt(top - sigma2) / top)[:, None]
    model.encoder.weight.data[...] = np.concatenate([means, np.zeros_like(means)])
    model.encoder.bias.data[...] = np.concatenate([-means @ pca.mean, np.log(sigma2 / top)])
    return model


def test_the_bound_is_the_evidence_of_a_linear_model_at_its_posterior_and_below_it_elsewhere(x):
    model = linear_model(x)
    A, b = model.decoder.weight.data, model.decoder.bias.data
    truth = torch.distributions.MultivariateNormal(
        torch.from_numpy(b.copy()), torch.from_numpy(A @ A.T + model.sigma**2 * np.eye(6)))
    evidence = truth.log_prob(torch.from_numpy(x)).numpy()

    def gap(seed=0, draws=4000):
        rng, many = np.random.default_rng(seed), np.repeat(x, draws, axis=0)
        sampled = model.elbo(Tensor(many), rng).data.reshape(len(x), draws)
        return (evidence - sampled.mean(axis=1)), sampled.std(axis=1) / np.sqrt(draws)

    at_posterior, error = gap()
    assert np.all(np.abs(at_posterior) < 5 * error)
    model.encoder.bias.data[0] += 1.0  # now q misses the posterior by the known distance, one in the first mean
    s2 = np.exp(model.encoder.bias.data[2])
    missed, error = gap()
    assert np.all(np.abs(missed - 1 / (2 * s2)) < 5 * error)
    assert np.all(missed > 0)


def test_samples_have_the_mean_and_the_deviation_they_should():
    mean, log_var = Tensor(np.full((50_000, 2), [1.0, -2.0])), Tensor(np.full((50_000, 2), np.log([0.25, 4.0])))
    z = small_vae().sample(mean, log_var, np.random.default_rng(0)).data
    assert np.allclose(z.mean(axis=0), [1, -2], atol=0.05) and np.allclose(z.std(axis=0), [0.5, 2], rtol=0.02)


def test_without_a_generator_the_seed_of_the_package_decides(x):
    model, found = small_vae(), []
    for _ in range(2):
        dlcourse.manual_seed(3)
        found.append(model.elbo(Tensor(x)).data)
    assert np.array_equal(*found) and not np.array_equal(found[0], model.elbo(Tensor(x)).data)


def test_a_vae_says_what_is_wrong_with_it(x):
    with pytest.raises(ValueError, match="expected 2k outputs of its encoder, .* got 3"):
        VAE(nn.Linear(6, 3), nn.Linear(2, 6)).elbo(Tensor(x))
    with pytest.raises(ValueError, match="positive sigma, .* got 0"):
        VAE(nn.Linear(6, 4), nn.Linear(2, 6), sigma=0)
