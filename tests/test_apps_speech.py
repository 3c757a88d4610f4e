"""The networks that hear: shapes, PyTorch's numbers, noise at the ratio that was asked for, players, folders."""

import base64
import re
import urllib.parse

import numpy as np
import pytest
import torch

import dlcourse
from dlcourse import Tensor, data
from dlcourse.apps import speech
from dlcourse.data.audio import read_wav, write_wav
from dlcourse.data.checks import DataError
from dlcourse.data.spectrogram import hann_window, mel_filterbank

pytestmark = pytest.mark.usefixtures("float64")


@pytest.fixture(scope="module")
def clips():
    before = dlcourse.get_default_dtype()
    dlcourse.set_default_dtype(np.float64)
    found = data.load("speech", speakers=(3, 1, 1), takes=1)
    dlcourse.set_default_dtype(before)
    return found


def test_features_are_those_of_torchs_spectrogram(clips):
    x = clips.test.x
    spectrum = torch.stft(torch.tensor(x), 256, speech.HOP, window=torch.tensor(hann_window(256)), center=False,
                          return_complex=True).abs().square().transpose(1, 2).numpy()
    wanted = np.log(spectrum @ mel_filterbank().T + 1e-6)
    np.testing.assert_allclose(speech.features(x), wanted, atol=1e-9)
    assert speech.features(x).shape == (10, 55, 32)


def test_each_band_is_standardized_by_what_was_measured(clips):
    x = speech.features(clips.fit.x)
    layer = speech.Standardized().measure(x)
    z = layer(Tensor(x)).data
    assert np.abs(z.mean(axis=(0, 1))).max() < 1e-10 and z.std(axis=(0, 1)) == pytest.approx(np.ones(32))
    assert set(layer.state_dict()) == {"mean", "deviation"} and not list(layer.parameters())


def torch_cnn(model):
    """The same network in PyTorch, with the weights of ours."""
    w = {name: torch.tensor(value) for name, value in model.state_dict().items()}
    f = torch.nn.functional

    def forward(x):
        h = ((torch.tensor(x) - w["standardized.mean"]) / w["standardized.deviation"])[:, None]
        for i in (0, 3, 6):
            h = f.conv2d(h, w[f"convolutions.{i}.weight"], w[f"convolutions.{i}.bias"], padding=1)
            h = f.max_pool2d(f.relu(h), 2)
        return f.linear(h.mean(dim=2).flatten(1), w["out.weight"], w["out.bias"]).numpy()

    return forward


def test_the_convolutional_network_is_pytorchs(clips):
    model, x = speech.SpeechCNN(rng=np.random.default_rng(0)), speech.features(clips.test.x)
    model.standardized.measure(x)
    np.testing.assert_allclose(model(Tensor(x)).data, torch_cnn(model)(x), atol=1e-10)
    assert sum(p.data.size for p in model.parameters()) == 7178


@pytest.mark.parametrize(("model", "shape"), [
    (speech.SpeechCNN, (2, 10)), (speech.SpeechGRU, (2, 10)), (speech.StringReader, (2, 13, 11)),
    (lambda rng: speech.StringReader(hidden=0, rng=rng), (2, 13, 11))])  # fmt: skip
def test_shapes_and_gradients(model, shape):
    made = model(rng=np.random.default_rng(0))
    out = made(Tensor(np.random.default_rng(1).normal(size=(2, 55, 32))))
    assert out.shape == shape
    out.sum().backward()
    assert all(np.abs(p.grad).max() > 0 for p in made.parameters())


def test_the_mean_over_time_does_not_mind_where_a_word_begins():
    """Moved by a whole frame of the last layer, 8 frames, the answer stays; the same word higher is another one."""
    model = speech.SpeechCNN(rng=np.random.default_rng(0))
    quiet, sound = np.zeros((1, 80, 32)), np.random.default_rng(1).normal(size=(1, 16, 8))
    early, late, higher = quiet.copy(), quiet.copy(), quiet.copy()
    early[:, 24:40, 8:16], late[:, 40:56, 8:16], higher[:, 24:40, 16:24] = sound, sound, sound
    one, other, third = (model(Tensor(x)).data for x in (early, late, higher))
    np.testing.assert_allclose(one, other, atol=1e-10)
    assert np.abs(one - third).max() > 1e-4


def test_without_grus_an_answer_knows_ten_frames():
    x = Tensor(np.zeros((1, 80, 32)), requires_grad=True)
    x.data += np.random.default_rng(0).normal(size=x.shape)
    speech.StringReader(hidden=0, rng=np.random.default_rng(0))(x)[0, 10].sum().backward()
    seen = np.flatnonzero(np.abs(x.grad[0]).sum(axis=1))
    assert seen.max() - seen.min() + 1 <= 10


@pytest.mark.parametrize("kind", ["white", "babble"])
def test_noise_has_the_ratio_while_somebody_speaks(clips, kind):
    x, span = clips.test.x, clips.test.span
    noisy = speech.in_noise(x, span, 5, kind, np.random.default_rng(0), speech.voices_of(clips.fit))
    for row in range(len(x)):
        word = slice(*span[row])
        power, disturbance = np.mean(x[row, word] ** 2), np.mean((noisy - x)[row, word] ** 2)
        assert 10 * np.log10(power / disturbance) == pytest.approx(5, abs=1e-9)


def test_spans_of_strings_leave_the_pauses_out():
    span = np.array([[[2, 4], [6, 7], [-1, -1]]])
    assert speech.speaking(span, 9)[0].astype(int).tolist() == [0, 0, 1, 1, 0, 0, 1, 0, 0]


def test_batches_hold_every_clip_once_and_new_noise_every_time(clips):
    batches = speech.NoisyBatches(clips.fit, batch_size=8, seed=0)
    first, second = list(batches), list(batches)
    assert len(first) == len(batches) == 4
    assert sorted(np.concatenate([y for _, y in first])) == sorted(clips.fit.y)
    again = list(speech.NoisyBatches(clips.fit, batch_size=8, seed=0))
    assert all(np.array_equal(a.data, b.data) for (a, _), (b, _) in zip(first, again, strict=True))
    assert not np.array_equal(np.sort(first[0][0].data.ravel()), np.sort(second[0][0].data.ravel()))
    plain = np.concatenate([x.data for x, _ in speech.NoisyBatches(clips.fit, kinds=(), seed=0)])
    wanted = speech.features(clips.fit.x)
    np.testing.assert_allclose(np.sort(plain.sum(axis=(1, 2))), np.sort(wanted.sum(axis=(1, 2))))


def test_what_is_heard_depends_on_the_noise_and_its_seed(clips):
    model, rows = speech.SpeechCNN(rng=np.random.default_rng(0)), clips.test
    plain, same = speech.heard(model, rows), model(Tensor(speech.features(rows.x))).data
    np.testing.assert_allclose(plain, same, atol=1e-12)
    noisy = [speech.heard(model, rows, 0, seed=seed) for seed in (0, 0, 1)]
    assert np.array_equal(noisy[0], noisy[1]) and not np.allclose(noisy[0], noisy[2])


def test_recordings_of_a_folder_are_heard(clips, tmp_path):
    for row in range(10):
        write_wav(tmp_path / f"{clips.test.y[row]}_ada_{row}.wav", clips.test.x[row], 8000)
    model = speech.SpeechCNN(rng=np.random.default_rng(0))
    answers, said, names = speech.folder_heard(model, tmp_path)
    assert sorted(said) == sorted(clips.test.y) and set(names) == {"ada"} and answers.shape == (10,)
    with pytest.raises(DataError, match="none"):
        speech.folder_heard(model, tmp_path / "nowhere")


def test_a_player_holds_the_sound_and_needs_nothing_else(clips, tmp_path):
    player = speech.Player(clips.test.x[0], 'a "three" & noise')
    page = player._repr_html_()
    assert page == speech.Player(clips.test.x[0], 'a "three" & noise')._repr_html_() and len(page) < 20_000
    label = re.search('aria-label="([^"]*)"', page)[1]
    assert label == "a &quot;three&quot; &amp; noise" and "controls" in page
    source = re.search('src="data:audio/wav;base64,([^"]*)"', page)[1]
    assert not set("+/") & set(source)
    path = tmp_path / "sound.wav"
    path.write_bytes(base64.b64decode(urllib.parse.unquote(source)))
    x, rate = read_wav(path)
    wanted = 0.9 * clips.test.x[0] / np.abs(clips.test.x[0]).max()
    assert rate == 8000 and np.abs(x - wanted).max() <= 0.5 / 128 + 1e-9
    assert "seconds" not in repr(player) and repr(player).startswith("Player(")
