"""Why this file exists: a synthesizer may be believed once its pitch and formants are measured in what it says."""

import dataclasses

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from dlcourse.data import formants
from dlcourse.data.formants import BANDWIDTHS, RATE, SOUNDS, STEP, VOWELS, WORDS, Speaker, draw_speaker, say

PLAIN = Speaker(tract=1, pitch=110, bend=0, rate=0.6, breathiness=0, open_share=0.6, softness=0, hiss=1,
                accent=np.ones((len(SOUNDS), 3)))


def measured_pitch(x):
    """The lag at which the autocorrelation is largest, from 60 to 400 Hz, between samples by a parabola."""
    x = x - x.mean()
    correlation = np.correlate(x, x, "full")[len(x) - 1 :]
    lags = np.arange(RATE // 400, RATE // 60)
    best = lags[np.argmax(correlation[lags])]
    left, middle, right = correlation[best - 1 : best + 2]
    return RATE / (best + (left - right) / (2 * (left - 2 * middle + right)))


def measured_formants(x, order=8):
    """Frequencies of the narrow resonances of a linear prediction, a method that knows nothing of the synthesizer."""
    x = np.append(x[0], x[1:] - 0.7 * x[:-1]) * np.hanning(len(x))
    correlation = np.correlate(x, x, "full")[len(x) - 1 :][: order + 1]
    roots = np.roots(np.append(1, -solve_toeplitz(correlation[:-1], correlation[1:])))
    frequencies, widths = np.angle(roots) * RATE / (2 * np.pi), -np.log(np.abs(roots)) * RATE / np.pi
    return np.sort(frequencies[(frequencies > 150) & (widths < 400)])


# ------------------------------------------------------------------------------------------- source


@pytest.mark.parametrize("pitch", [90, 147.3, 260])
def test_the_pulses_have_the_pitch_asked_for(pitch):
    pulses = formants.glottal_pulses(np.full(4000, pitch))
    assert measured_pitch(pulses) == pytest.approx(pitch, rel=0.005)
    assert abs(pulses.mean()) < 0.002, "air that flows out and never back would be a constant pressure"
    assert -1.05 < pulses.min() < -0.8


def test_a_soft_voice_has_weak_high_frequencies_and_a_pulse_is_its_formula():
    hard, soft = (np.abs(np.fft.rfft(formants.glottal_pulses(np.full(8000, 100.0), softness=s))) for s in (0, 0.6))
    decibels = 20 * np.log10(soft[[100, 3000]] / hard[[100, 3000]])
    assert decibels[0] > -1 and decibels[1] == pytest.approx(20 * np.log10(0.4 / abs(1 - 0.6 * np.exp(-0.75j * np.pi))),
                                                             abs=0.1)
    x = (np.arange(81) / 80 % 1) / 0.5
    flow = np.where(x < 1, x**2 - x**3, 0)
    assert np.allclose(formants.glottal_pulses(np.full(80, 100.0), 0.5), np.diff(flow) * 40, atol=1e-12)


# ------------------------------------------------------------------------------------------- filter


@pytest.mark.parametrize("vowel", VOWELS)
def test_formants_that_stand_still_are_a_cascade_of_resonators(vowel):
    source = np.random.default_rng(0).standard_normal(4000)
    cascade = source
    for frequency, width in zip(VOWELS[vowel], BANDWIDTHS, strict=True):  # y = A x + B y1 + C y2: Klatt 1980
        c = -np.exp(-2 * np.pi * width / RATE)
        b = 2 * np.exp(-np.pi * width / RATE) * np.cos(2 * np.pi * frequency / RATE)
        cascade = lfilter([1 - b - c], [1, -b, -c], cascade)
    ours = formants.vocal_tract(source, np.tile(np.array(VOWELS[vowel])[:, None], 4000 // STEP + 1))
    assert np.abs(ours - cascade).max() < 1e-10 * np.abs(cascade).max()


def test_formants_that_move_are_the_recurrence_written_as_a_loop():
    rng = np.random.default_rng(1)
    source, tracks = rng.standard_normal(800), np.linspace([300, 900, 2300], [700, 1900, 2900], 101).T
    ours = formants.vocal_tract(source, tracks)
    expected, state = np.zeros(800), np.zeros(3, complex)
    corners = np.exp((2j * np.pi * tracks - np.pi * np.array(BANDWIDTHS)[:, None]) / RATE)
    gains = np.empty_like(corners)
    for s, p in enumerate(corners.T):
        for k in range(3):
            rest = [q for j in range(3) if j != k for q in (p[j], p[j].conj())]
            gains[k, s] = np.prod(np.abs(1 - p) ** 2) / np.prod([1 - q / p[k] for q in [p[k].conj(), *rest]])
    for t in range(800):
        share = t % STEP / STEP
        pole, gain = ((1 - share) * a[:, t // STEP] + share * a[:, t // STEP + 1] for a in (corners, gains))
        state = pole * state + source[t]
        expected[t] = 2 * np.sum(gain * state).real
    assert np.abs(ours - expected).max() < 1e-10 * np.abs(expected).max()


def test_the_longest_word_stays_finite_and_a_longer_one_is_refused():
    tracks = np.tile([[300.0], [900], [2300]], formants.LONGEST // STEP + 2)
    with np.errstate(all="raise", under="ignore"):
        ones = formants.vocal_tract(np.ones(formants.LONGEST), tracks[:, :-1])
    assert ones[-1] == pytest.approx(1, abs=1e-9), "a gain of 1 at 0 Hz"
    with pytest.raises(ValueError, match="at most 10,000 samples, got 10,008: filter word by word"):
        formants.vocal_tract(np.ones(formants.LONGEST + STEP), tracks)


@pytest.mark.parametrize("center", [1900, 3000])
def test_hiss_is_a_band_around_its_center(center):
    noise = np.random.default_rng(2).standard_normal(80_000)
    hiss = formants.hissing(noise, np.full(80_000, float(center)))
    power = np.abs(np.fft.rfft(hiss)) ** 2
    frequencies = np.arange(len(power)) * RATE / len(hiss)
    assert np.average(frequencies, weights=power) == pytest.approx(center, abs=100)
    assert power[np.abs(frequencies - center) < 600].sum() / power.sum() > 0.75
    assert np.mean(hiss**2) == pytest.approx(1, abs=0.05)


# ------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("tract", [0.85, 1.0, 1.2])
@pytest.mark.parametrize("vowel", VOWELS)
def test_the_formants_of_a_spoken_vowel_are_the_tables_times_the_vocal_tracts_factor(vowel, tract, monkeypatch):
    monkeypatch.setattr(formants, "SLIP", 0)
    x = say([vowel], dataclasses.replace(PLAIN, tract=tract), np.random.default_rng(3))[200:1000]
    found, expected = measured_formants(x), np.array(VOWELS[vowel]) * tract
    nearest = [found[np.argmin(np.abs(found - f))] for f in expected]
    assert np.all(np.abs(nearest - expected) < np.maximum(0.05 * expected, 45)), (found, expected)


@pytest.mark.parametrize("pitch", [95, 140, 230])
def test_the_pitch_of_a_spoken_vowel_is_the_speakers_within_what_a_word_may_vary(pitch):
    speaker = dataclasses.replace(PLAIN, pitch=pitch, breathiness=0.05)
    found = [measured_pitch(say(["AH"], speaker, np.random.default_rng(seed))[200:1200]) for seed in range(5)]
    assert np.all(np.abs(np.array(found) / pitch - 1) < 0.07) and np.std(found) > 0.005 * pitch


def test_the_pitch_bends():
    rng = np.random.default_rng(4)
    x = say(["AH"], dataclasses.replace(PLAIN, bend=-0.3, rate=0.3), rng)
    begin, end = measured_pitch(x[200:900]), measured_pitch(x[-1100:-400])
    assert 0.72 < end / begin < 0.88


def test_a_slow_speaker_takes_longer_and_a_word_can_be_made_to_fit():
    slow, fast = (len(say(WORDS[7], dataclasses.replace(PLAIN, rate=rate), np.random.default_rng(5)))
                  for rate in (0.75, 1.35))
    assert (slow - formants.TAIL) / (fast - formants.TAIL) == pytest.approx(1.35 / 0.75, rel=0.02)
    squeezed = say(WORDS[7], dataclasses.replace(PLAIN, rate=0.75), np.random.default_rng(5), longest=2400)
    assert 2400 - STEP <= len(squeezed) <= 2400 < slow


def test_words_begin_and_end_in_silence_and_have_no_clicks():
    for word in WORDS:
        x = say(word, PLAIN, np.random.default_rng(6))
        assert max(abs(x[0]), abs(x[-1])) < 0.02 * np.abs(x).max()
    quiet = say(["IY", "-", "IY"], PLAIN, np.random.default_rng(7))
    middle = len(quiet) // 2 - 40
    assert np.abs(quiet[middle : middle + 40]).max() < 0.1 * np.abs(quiet).max(), "the closure is silent"


@pytest.mark.parametrize(("sound", "lowest", "highest"), [("S", 3300, 3700), ("K", 1700, 2200), ("F", 1800, 2200)])
def test_consonants_hiss_where_they_should(sound, lowest, highest):
    power = sum(np.abs(np.fft.rfft(say([sound], PLAIN, np.random.default_rng(seed)), 8000)) ** 2 for seed in range(20))
    assert lowest < np.average(np.arange(4001), weights=power) < highest


def test_breath_is_noise_that_fills_the_high_frequencies():
    spectra = []
    for breathiness in (0, 0.1):
        speaker = dataclasses.replace(PLAIN, breathiness=breathiness, rate=0.3)
        x = say(["AH"], speaker, np.random.default_rng(8))[400:2448]
        spectra.append(np.abs(np.fft.rfft(x * np.hanning(2048))) ** 2)
    high = [power[900:].sum() / power.sum() for power in spectra]
    assert high[1] > 1.5 * high[0]


def test_speakers_differ_as_they_are_described():
    rng = np.random.default_rng(9)
    people = [draw_speaker(rng) for _ in range(300)]
    tract, pitch = (np.array([getattr(person, name) for person in people]) for name in ("tract", "pitch"))
    assert 0.85 <= tract.min() < 0.87 and 1.23 < tract.max() <= 1.25
    assert 90 <= pitch.min() < 95 and 250 < pitch.max() <= 260 + 1e-9
    assert 0.4 < np.corrcoef(tract, pitch)[0, 1] < 0.9
    accents = np.stack([person.accent for person in people])
    assert accents.mean() == pytest.approx(1, abs=0.005) and accents.std() == pytest.approx(formants.ACCENT, rel=0.05)
    assert "accent" not in repr(people[0])


def test_the_vowels_are_peterson_and_barneys_men():
    """Table II, typed in once more, by formant and in the order heed, hid, head, hod, hawed, hood, who'd, hud."""
    table = [[270, 390, 530, 730, 570, 440, 300, 640], [2290, 1990, 1840, 1090, 840, 1020, 870, 1190],
             [3010, 2550, 2480, 2440, 2410, 2240, 2240, 2390]]
    assert np.array([VOWELS[name] for name in ("IY", "IH", "EH", "AA", "AO", "UH", "UW", "AH")]).T.tolist() == table
    assert all(SOUNDS[name].formants == VOWELS[name] for name in VOWELS)


def test_there_are_ten_words_of_known_sounds():
    assert len(WORDS) == len(set(map(tuple, WORDS))) == 10
    assert {name for word in WORDS for name in word} <= set(SOUNDS)
    assert set(SOUNDS) - {name for word in WORDS for name in word} == set()
