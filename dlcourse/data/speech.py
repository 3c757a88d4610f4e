"""Why this file exists: speech recognition needs speakers who were never heard before, and clips one may pass on.

The speakers are made by `formants`; a folder of real recordings gets the same fields, so a model can meet them.
"""

import os
import pathlib
import re

import numpy as np

from . import formants
from .audio import DECIBELS, NOISES, TALKERS, noise, read_wav, scaled_noise
from .base import OURS, PARTS, Card, Dataset, dataset, floats, parts_of
from .checks import DataError, number, one_of, whole

CARD = Card(
    name="speech",
    title="Spoken digits",
    kind="generated",
    summary="Synthetic speech: the English digits, as a formant synthesizer says them with voices drawn at random.",
    origin="computed by dlcourse.data.formants: source and filter after Klatt and Klatt 1990 and Klatt 1980, vowels of "
    "Peterson and Barney 1952, consonants of Klatt 1980; with folder=, the reader's own recordings",
    license=f"{OURS}; recordings from a folder keep their own",
    size="960 clips of 0.9 s by 48 speakers (any number), nothing is stored",
    fields={
        "x": ("(M, 7200)", "waveform from -1 to 1, 8,000 samples per second, in steps of 1/32768; (M, seconds * 8000)"),
        "y": ("(M,)", "the digit, 0 to 9; for strings (M, most) padded with -1, so that y + 1 has 0 for CTC's blank"),
        "speaker": ("(M,)", "number of the speaker in `speakers`"),
        "span": ("(M, 2)", "first sample of the word and first after it; for strings (M, most, 2) padded with -1"),
    },
    parts={**PARTS, "test": PARTS["test"] + "; no two of fit, validation and test share a speaker"},
    options={
        "speakers": "how many speak in fit, validation and test (default (24, 8, 16))",
        "takes": "how often each of them says each digit (default 2); for strings, takes * 10 strings",
        "seed": "decides the speakers, the clips and the noise, each for itself (default 0)",
        "words": "digits in a string: 1 (default), 4, or (least, most); several add the field `lengths`, digits each",
        "seconds": "length of a clip (default 0.9; for strings 0.3 + 0.6 a digit); what is longer is spoken faster",
        "floor_db": "white noise in every clip, so many dB below the speech (default 40); None for digital silence",
        "noise_db": "None (default), or the signal-to-noise ratio of further noise, or (least, most) for one at random",
        "noise": f"what kind: {', '.join(NOISES)} (default white)",
        "folder": "None (default), or a folder of recordings, 7_NAME_12.wav or 7/NAME_12.wav",
    },
    good_for=("waveform, spectrogram and log-mel features", "networks over time and CTC",
              "unseen speakers; noise and what augmentation repairs", "checking a feature against a known formant"),
    flaws=(
        "Synthetic, and every voice comes from the same rules: a model trained on it need not understand people.",
        "Words are said one by one; a digit in a string does not change its neighbor, as it does when people speak.",
        "Levels and durations of the sounds were set by hand, and one pronunciation (American) is all there is.",
        "noise_db is the ratio while somebody speaks; over whole clips, silence included, it is about 4 dB less.",
    ),
    chapters=("5c",),
)
SPEAKERS = (24, 8, 16)
LEVELS = (0.3, 0.9)  # the largest sample of a clip: how near the microphone was
PAUSE = (0.02, 0.12)  # seconds between the digits of a string
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
WORDS_OF_EACH = 8  # that the talkers of the babble say, who are in none of the parts
MOST_WORDS = 99  # in a string, a minute of them


@dataset(CARD)
def speech(speakers=SPEAKERS, takes=2, seed=0, words=1, seconds=None, floor_db=40, noise_db=None, noise="white",
           folder=None):
    """Spoken digits, synthesized, or read from a folder of recordings; speakers are divided among the parts.

    In a folder, files are named DIGIT_SPEAKER_TAKE.wav, as those of the Free Spoken Digit Dataset, or SPEAKER_TAKE.wav
    in folders 0 to 9 or zero to nine. They are resampled to 8 kHz, averaged over channels, put into the middle of a
    clip, and cut at its end. The seed draws a third of the speakers for the test and a sixth, at least one, for the
    validation; fewer than three speakers are all for the test.

    Returns: Dataset with x (M, T), y (M,), speaker (M,), span (M, 2); `speakers`, `classes`, `rate`.
    Raises:  DataError for options that make no sense, and for files with another name or that cannot be read.
    Chapter: 5c.
    """
    _check(speakers, takes, floor_db, noise_db, noise, folder)
    least, most = _least_and_most("words", words, whole, 1, MOST_WORDS)
    seconds = (0.9 if most == 1 else 0.3 + 0.6 * most) if seconds is None else seconds
    number("speech", "seconds", seconds, 0.3 * most, 60)
    samples = round(seconds * formants.RATE)
    if folder is None:
        clips, fields, people, parts = _synthesized(speakers, takes, seed, least, most, samples)
    elif (tuple(speakers), takes, words) == (SPEAKERS, 2, 1):
        clips, fields, people, parts = _recorded(folder, seed, samples)
    else:
        raise DataError("speech(folder=...) has its own speakers, takes and words: leave those options out")
    x = _with_noise(clips, fields["span"], seed, floor_db, noise_db, noise)
    return Dataset(CARD, {"x": floats(x), **fields}, parts,
                   common={"rate": formants.RATE, "classes": list("0123456789"), "speakers": people})


def _check(speakers, takes, floor_db, noise_db, noise, folder):
    """Refuse what makes no sense; words and seconds are checked where they are used."""
    if not isinstance(speakers, tuple | list) or len(speakers) != 3:
        raise DataError(f"speech expected speakers to be (fit, validation, test), got {speakers!r}")
    for count in speakers:
        whole("speech", "speakers", count, 1)
    whole("speech", "takes", takes, 1)
    if floor_db is not None:
        number("speech", "floor_db", floor_db, *DECIBELS)
    if noise_db is not None:
        _least_and_most("noise_db", noise_db, number, *DECIBELS)
    if one_of("speech", "noise", noise, NOISES) != "white" and noise_db is None:
        raise DataError(f"speech expected noise_db with noise={noise!r}: how loud shall it be?")
    if folder is not None and not isinstance(folder, str | os.PathLike):
        raise DataError(f"speech expected folder to be a path, got {folder!r}")


def _least_and_most(option, value, check, low, high):
    """The limits that an option sets, given as one number or as two; `check` is `whole` or `number`."""
    pair = value if isinstance(value, tuple | list) else (value, value)
    if len(pair) == 2:
        least, most = (check("speech", option, one, low, high) for one in pair)
        if least <= most:
            return least, most
    raise DataError(f"speech expected {option} to be a number or (least, most), got {value!r}")


# ------------------------------------------------------------------------------------------- synthesized


def _synthesized(speakers, takes, seed, least, most, samples):
    """Clips without any noise, their other fields, the speakers, and which rows are for what."""
    draw, rng = np.random.default_rng([seed, 0]), np.random.default_rng([seed, 1])
    people = [formants.draw_speaker(draw) for _ in range(sum(speakers))]
    rows, first = [], 0
    for count in speakers:  # all that a part's speakers say, in an order drawn at random
        said = [(first + person, digit) for person in range(count) for digit in range(10) for _ in range(takes)]
        rows += [said[i] for i in rng.permutation(len(said))]
        first += count
    clips = np.zeros((len(rows), samples))
    digits, spans = np.full((len(rows), most), -1), np.full((len(rows), most, 2), -1)
    lengths = rng.integers(least, most + 1, len(rows))
    for row, (person, digit) in enumerate(rows):
        string = [digit] if most == 1 else rng.integers(10, size=lengths[row])
        clips[row], spans[row, : len(string)] = _utterance(string, people[person], rng, samples)
        digits[row, : len(string)] = string
    who = np.array([person for person, _ in rows])
    fields = ({"y": digits[:, 0], "speaker": who, "span": spans[:, 0]} if most == 1 else
              {"y": digits, "speaker": who, "span": spans, "lengths": lengths})
    return clips, fields, people, parts_of(*(10 * takes * count for count in speakers))


def _utterance(string, speaker, rng, samples):
    """A clip in which the digits are said, beginning anywhere, with a voice that falls; and where each of them is."""
    pauses = np.rint(rng.uniform(*PAUSE, len(string)) * formants.RATE).astype(int)
    pauses[-1] = 0
    longest = min((samples - pauses.sum()) // len(string), formants.LONGEST)
    said = [formants.say(formants.WORDS[digit], speaker, rng, pitch, longest)
            for digit, pitch in zip(string, np.linspace(1, 0.9, len(string)), strict=True)]
    steps = np.array([len(word) for word in said]) + pauses
    begins = rng.integers(samples - steps.sum() + 1) + np.cumsum(steps) - steps
    clip = np.zeros(samples)
    for word, begin in zip(said, begins, strict=True):
        clip[begin : begin + len(word)] = word
    clip *= rng.uniform(*LEVELS) / np.abs(clip).max()
    return clip, [(begin, begin + len(word)) for word, begin in zip(said, begins, strict=True)]


# ------------------------------------------------------------------------------------------- recorded


def _recorded(folder, seed, samples):
    """The same four things from a folder of WAV files."""
    files = sorted(_labels(pathlib.Path(folder)), key=lambda file: (file[1:], file[0]))
    names = sorted({name for _, _, name in files})
    order = np.random.default_rng([seed, 0]).permutation(len(names))
    test, validation = (len(names) // 3, max(1, len(names) // 6)) if len(names) > 2 else (len(names), 0)
    people = [names[i] for i in order]  # first those for fit
    files.sort(key=lambda file: people.index(file[2]))
    clips, spans = np.zeros((len(files), samples)), np.zeros((len(files), 2), int)
    for row, (path, _, _) in enumerate(files):
        sound, _ = read_wav(path, formants.RATE)
        sound = sound[:samples]
        if not sound.any():
            raise DataError(f"{path} is silent for {samples / formants.RATE:g} s: record it again, or take it away")
        spans[row] = (samples - len(sound)) // 2 + np.array([0, len(sound)])
        clips[row, slice(*spans[row])] = sound
    fields = {"y": np.array([digit for _, digit, _ in files]),
              "speaker": np.array([people.index(name) for _, _, name in files]), "span": spans}
    if not validation:
        return clips, fields, people, {"test": slice(0, len(files))}
    edges = [0, len(people) - test - validation, len(people) - test, len(people)]
    counts = [int(np.sum((fields["speaker"] >= low) & (fields["speaker"] < high)))
              for low, high in zip(edges, edges[1:], strict=False)]
    return clips, fields, people, parts_of(*counts)


def _labels(folder):
    """Path, digit and speaker of every WAV file, in any folder below; all that do not fit are named."""
    if not folder.is_dir():
        raise DataError(f"speech expected a folder of WAV files, and {folder} is none")
    files, strange = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() == ".wav" and not path.name.startswith("."):
            full, short = re.fullmatch(r"([0-9])_(.+)_\d+", path.stem), re.fullmatch(r"(.+?)(_nohash)?_\d+", path.stem)
            below = path.parent.name.lower() if path.parent != folder else ""
            digit = NAMES.index(below) if below in NAMES else int(below) if re.fullmatch("[0-9]", below) else None
            if full and digit in (None, int(full[1])):
                files.append((path, int(full[1]), full[2]))
            elif short and digit is not None and not full:
                files.append((path, digit, short[1]))
            else:
                strange.append(path.relative_to(folder).as_posix())
    if strange or not files:
        found = f"{', '.join(strange[:5])}{f' and {len(strange) - 5} more' * (len(strange) > 5)}" if strange else "none"
        raise DataError(f"{folder}: expected WAV files named DIGIT_SPEAKER_TAKE.wav, or SPEAKER_TAKE.wav in a folder 0 "
                        f"to 9 or zero to nine, got {found}: rename them or take them away")
    return files


# ------------------------------------------------------------------------------------------- noise


def _with_noise(clips, spans, seed, floor_db, noise_db, kind):
    """The clips with their noises, rounded to 16 bits, so that processors agree; no noise changes what is said."""
    floor_rng, noise_rng = np.random.default_rng([seed, 2]), np.random.default_rng([seed, 3])
    voices = _crowd(seed) if noise_db is not None and kind == "babble" else None
    samples = np.arange(clips.shape[-1])
    for row, clip in enumerate(clips):
        words = spans[row].reshape(-1, 2)
        speaking = np.any((samples >= words[:, :1]) & (samples < words[:, 1:]), axis=0)
        heard = clip.copy()
        if floor_db is not None:
            heard += scaled_noise(clip, noise("white", clip.shape, floor_rng), floor_db, speaking)
        if noise_db is not None:
            ratio = noise_rng.uniform(*noise_db) if np.ndim(noise_db) else noise_db
            heard += scaled_noise(clip, noise(kind, clip.shape, noise_rng, voices), ratio, speaking)
        heard /= max(1, np.abs(heard).max() / LEVELS[1])  # loud noise turns all of it down, and the ratio stays
        clips[row] = np.rint(heard * 32768) / 32768
    return clips


def _crowd(seed):
    """Clips of speakers who are in none of the parts."""
    rng = np.random.default_rng([seed, 4])
    return [formants.say(formants.WORDS[rng.integers(10)], speaker, rng)
            for speaker in [formants.draw_speaker(rng) for _ in range(TALKERS)] for _ in range(WORDS_OF_EACH)]
