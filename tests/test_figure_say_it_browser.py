"""Say it in a real browser, without a kernel: noise, files, a microphone, none, sound, keyboard, a phone, alone."""

import os
from html import escape

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_tools import CONTRAST, FLAGS
from figure_tools import tabs, write_page
from say_it_tools import FILE, SayItOnPage
from test_figure_say_it import wav

from dlcourse.figures.say_it import NETWORKS, SayIt
from dlcourse.recipes.browser import find_browser

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("float64")]
NARROW = {"width": 360, "height": 800}
# A microphone that hears a tone; it counts how often it was asked for.
TONE = """() => {
  window.asked = 0;
  navigator.mediaDevices.getUserMedia = async () => {
    window.asked++;
    const context = new AudioContext(), tone = context.createOscillator(), end = context.createMediaStreamDestination();
    tone.frequency.value = 300;
    tone.connect(end);
    tone.start();
    window.tracks = end.stream.getTracks();
    return end.stream;
  };
}"""
REFUSE = """name => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", name); };
}"""
CONTEXTS = """() => {
  window.contexts = 0; window.played = [];
  const Before = window.AudioContext, start = AudioBufferSourceNode.prototype.start;
  window.AudioContext = class extends Before { constructor(...all) { super(...all); window.contexts++; } };
  AudioBufferSourceNode.prototype.start = function (...all) {
    window.played.push([this.buffer.length, this.buffer.sampleRate, ...this.buffer.getChannelData(0)]);
    return start.apply(this, all);
  };
}"""


@pytest.fixture
def say_it(open_page, tmp_path):
    """The figure alone on a page, and what went wrong in it."""

    def opened(figure=None, **options):
        page, wrong = open_page(write_page(tmp_path, figure or SayIt()).as_uri(), **options)
        return SayItOnPage(page), wrong

    return opened


def word_file(**values):
    """A WAV file of what the figure says, 8 kHz and 16 bits."""
    return wav(np.rint(32767 * np.clip(SayIt(**values).sound(), -1, 1)).astype(np.int16))


# ------------------------------------------------------------------------------------------------ said and heard


def test_a_noisy_clip_changes_the_answer(say_it):
    """The clean network hears a 7; in white noise of 10 dB a 5, and with the network that met noise a 7 again."""
    figure, wrong = say_it()
    figure.check(SayIt())
    assert figure.sentence().startswith("A 7 is said: the network hears 7")
    before = figure.pictures()
    figure.choose("Noise", "white")
    figure.check(SayIt(noise="white"))
    assert figure.sentence() == "A 7 is said in white noise, 10 dB: the network hears 5, probability >.99. Wrong."
    assert all(old != new for old, new in zip(before, figure.pictures(), strict=True))
    figure.choose("Learned from", "white noise")
    figure.check(SayIt(noise="white", network="white"))
    assert figure.sentence().endswith("Right.")
    assert wrong == []


def test_digits_voices_noises_and_networks(say_it):
    figure, wrong = say_it()
    figure.choose("Digit", "3")
    figure.choose("Voice", "high")
    figure.choose("Noise", "other voices")
    for label, name in zip(["clean clips", "white noise", "white and babble"], NETWORKS, strict=True):
        figure.choose("Learned from", label)
        figure.check(SayIt(digit=3, voice="high", noise="babble", network=name))
    figure.type("speech over noise, dB", -2.5)
    wanted = {"digit": 3, "voice": "high", "noise": "babble", "network": NETWORKS[2], "snr_db": -2.5}
    figure.check(SayIt(**wanted))
    assert "in other voices, \u22122.5 dB" in figure.sentence()
    figure.press("Other noise")
    figure.check(SayIt(seed=1, **wanted))
    figure.choose("Noise", "none")
    assert figure.control("button", "Other noise").is_disabled()
    figure.control("slider", "speech over noise, dB").fill("20")  # whoever sets a ratio wants noise
    figure.check(SayIt(**wanted | {"noise": "white", "snr_db": 20.0, "seed": 1}))
    assert wrong == []


def test_nothing_sounds_before_somebody_listens(say_it):
    figure, wrong = say_it(SayIt(noise="white"))
    figure.page.evaluate(CONTEXTS)
    figure.choose("Digit", "2")
    figure.press("Other noise")
    assert figure.page.evaluate("[contexts, played.length]") == [0, 0]
    for _ in range(2):
        figure.press("Listen")
    assert figure.page.evaluate("[contexts, played.length]") == [1, 2]
    samples, rate, *x = figure.page.evaluate("played[0]")
    wanted = SayIt(digit=2, noise="white", seed=1).sound()
    assert (samples, rate) == (7200, 8000)
    assert np.allclose(x, 0.9 * wanted / np.abs(wanted).max(), atol=1e-6)
    assert wrong == []


def test_without_sound_all_else_works(say_it):
    figure, wrong = say_it()
    figure.page.evaluate("() => { window.AudioContext = window.webkitAudioContext = undefined; }")
    figure.press("Listen")
    assert figure.sentence().startswith("This browser cannot play or decode sounds. A 7 is said: the network hears 7")
    figure.choose("Digit", "4")
    figure.check(SayIt(digit=4))
    assert wrong == []


# ------------------------------------------------------------------------------------------------ one's own sound


def test_a_wav_file_is_heard(say_it):
    """A file of the figure's own 4 is heard as a 4; a voice speaks again; the file comes back, in noise as well."""
    figure, wrong = say_it(SayIt(network="white"))
    again = figure.control("button", "Your sound again")
    assert again.is_disabled()
    figure.open("four.wav", word_file(digit=4, voice="high"))
    assert figure.heard("The file").startswith("The file four.wav: the network hears 4, probability")
    assert figure.sentence().endswith("Whether that is right, only you know.")
    assert figure.figure.locator(".dl-say-digits input:checked").count() == 0 and again.is_disabled()
    own = figure.bars()
    figure.choose("Digit", "0")
    figure.check(SayIt(digit=0, network="white"))
    again.click()
    assert figure.bars() == own
    figure.choose("Learned from", "clean clips")
    figure.choose("Noise", "white")
    assert "The file four.wav in white noise, 10 dB: the network hears 5" in figure.sentence()
    stereo = np.zeros((44100, 2), np.uint8) + 128
    stereo[10_000:20_000, 0] = 128 + np.rint(90 * np.sin(np.arange(10_000) / 10)).astype(int)
    figure.open("hum.wav", wav(stereo, 44100))
    assert figure.heard("hum.wav").startswith("The file hum.wav")
    assert wrong == []


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no sound", "This is no WAV file."), (wav(np.zeros(800, np.float32)), "not plain PCM"),
     (wav(np.zeros(800, np.int16)), "The sound is silent")],
    ids=["text", "floats", "silence"],
)  # fmt: skip
def test_a_file_that_cannot_be_heard_says_why(content, said, say_it):
    figure, wrong = say_it()
    figure.open("x.wav", content)
    assert said in figure.heard(said)
    figure.check(SayIt())
    assert wrong == []


def test_the_microphone_is_asked_for_when_the_button_is_pressed_and_let_go(say_it):
    figure, wrong = say_it(SayIt(network="white"))
    figure.page.evaluate(TONE)
    figure.choose("Digit", "1")
    assert figure.page.evaluate("asked") == 0
    figure.press("Record 2 seconds")
    assert figure.heard("Recording") == "Recording: say a digit now."
    figure.press("Record 2 seconds")  # it records already
    assert figure.heard("Your recording").startswith("Your recording: the network hears")
    assert figure.page.evaluate("[asked, tracks.every(track => track.readyState === 'ended')]") == [1, True]
    strongest = figure.figure.get_by_label("Log-mel spectrogram").get_attribute("aria-label")
    assert any(f"near {frequency} Hz" in strongest for frequency in range(260, 350, 10)), strongest
    figure.choose("Digit", "1")
    figure.check(SayIt(digit=1, network="white"))
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("NotAllowedError", "The microphone was refused."), ("NotFoundError", "No microphone was found."),
     ("SecurityError", "may not use a microphone"), ("AbortError", "could not be used")],
)  # fmt: skip
def test_a_microphone_that_is_refused_or_missing_is_named(name, said, say_it):
    figure, wrong = say_it()
    figure.page.evaluate(REFUSE, name)
    figure.press("Record 2 seconds")
    assert said in figure.heard(said)
    figure.check(SayIt())
    assert wrong == []


def test_a_page_without_access_to_microphones_says_so(say_it):
    figure, wrong = say_it()
    figure.page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    figure.press("Record 2 seconds")
    assert "This page has no access to a microphone" in figure.heard("no access")
    figure.check(SayIt())
    assert wrong == []


def test_the_browsers_own_microphone(browser, tmp_path):
    """A browser with a make-believe microphone, which beeps: nothing of the figure or the browser is replaced."""
    flags = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    path = os.environ.get("CHROMIUM") or find_browser()
    beeping = browser.browser_type.launch(executable_path=path, args=flags)
    try:
        page = beeping.new_page()
        page.goto(write_page(tmp_path, SayIt()).as_uri())
        figure = SayItOnPage(page)
        figure.press("Record 2 seconds")
        assert figure.heard("Your recording").startswith("Your recording: the network hears")
    finally:
        beeping.close()


# ------------------------------------------------------------------------------------------------ who plays, and where


def test_everything_can_be_done_with_the_keyboard_alone(say_it):
    figure, wrong = say_it(SayIt(noise="white"))
    page, tab, seen = figure.page, *tabs(figure.page)
    assert tab() == "7"
    page.keyboard.press("ArrowRight")
    assert tab() == "low"
    page.keyboard.press("ArrowRight")
    figure.check(SayIt(digit=8, voice="middle", noise="white"))
    assert [tab() for _ in range(2)] == ["Listen", "Other noise"]
    page.keyboard.press("Enter")
    assert tab() == "white"
    page.keyboard.press("ArrowRight")
    assert tab() == "speech over noise, dB"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert [tab() for _ in range(2)] == ["speech over noise, dB, exactly", "clean clips"]
    page.keyboard.press("ArrowRight")
    figure.check(SayIt(digit=8, voice="middle", noise="babble", snr_db=-4.0, seed=1, network="white"))
    assert [tab() for _ in range(3)] == ["Record 2 seconds", FILE, "What to try"]
    assert all(outline != "none" for _, outline in seen)
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_can_be_read_and_axe_finds_nothing(scheme, say_it):
    figure, _ = say_it(SayIt(noise="babble", snr_db=-5.0), viewport=NARROW, has_touch=True)
    page = figure.page
    page.evaluate("document.title = 'Say it'")
    page.evaluate("scheme => { document.documentElement.dataset.theme = scheme; }", scheme)
    if scheme == "dark":  # the website's own colors
        colors = "--pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af; --pst-color-on-background: #222832"
        page.add_style_tag(content=f":root {{ {colors} }}")
    figure.check(SayIt(noise="babble", snr_db=-5.0))
    assert page.evaluate(CONTRAST, 4.5) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    rules = {"exclude": [["body > :not([data-figure])"]]}
    found = Axe().run(page, rules, {"rules": {"region": {"enabled": False}, "page-has-heading-one": {"enabled": False},
                                              "landmark-one-main": {"enabled": False}}})  # fmt: skip
    assert [violation["id"] for violation in found.response["violations"]] == []


def test_a_finger_chooses_and_the_pictures_follow_the_look_of_the_page(say_it):
    figure, wrong = say_it(viewport=NARROW, has_touch=True)
    figure.figure.locator(".dl-say-digits label", has_text="5").tap()
    figure.figure.get_by_role("group", name="Noise").locator("label", has_text="white").tap()
    figure.check(SayIt(digit=5, noise="white"))
    light = figure.pictures()
    figure.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert all(old != new for old, new in zip(light, figure.pictures(), strict=True))
    assert wrong == []


def test_a_screen_reader_hears_names_values_and_results(say_it):
    figure, _ = say_it()
    heard = figure.figure.aria_snapshot()
    for part in ['figure "Say it, a figure to play with"', 'group "Digit"', 'group "Voice"', 'group "Learned from"',
                 'slider "speech over noise, dB"', "Waveform of 0.9 seconds; the word lasts from 0.05 to 0.53 s",
                 "Log-mel spectrogram, 55 frames of 32 bands", "A 7 is said", 'button "Listen"', FILE]:  # fmt: skip
        assert part in heard, heard
    assert figure.figure.locator("output").get_attribute("aria-live") == "polite"
    markup = figure.figure.evaluate("figure => figure.outerHTML")
    assert not any(word in markup for word in ("NaN", "Infinity", "undefined", "null</"))


def test_it_says_that_its_speech_is_synthetic_and_that_nothing_is_sent(say_it):
    figure, _ = say_it()
    words = figure.figure.inner_text()
    assert "synthetic" in words and "will often mishear you" in words and "nothing is sent anywhere" in words


def test_two_of_a_kind_keep_to_themselves(open_page, tmp_path):
    page, wrong = open_page(write_page(tmp_path, SayIt(), SayIt(digit=2, voice="high")).as_uri())
    first, second = SayItOnPage(page, 0), SayItOnPage(page, 1)
    first.choose("Digit", "9")
    second.choose("Noise", "white")
    first.check(SayIt(digit=9))
    second.check(SayIt(digit=2, voice="high", noise="white"))
    assert wrong == []


def test_alone_in_a_sandbox(open_page, tmp_path):
    """There is no microphone there, and the figure says so."""
    path = tmp_path / "host.html"
    output = escape(SayIt().standalone().data)
    frame = f'<iframe sandbox="allow-scripts" width="900" height="1200" srcdoc="{output}"></iframe>'
    path.write_text(f'<!doctype html><meta charset="utf-8">{frame}', encoding="utf-8")
    page, wrong = open_page(path.as_uri())
    inside = page.frame_locator("iframe")
    inside.locator(".dl-say-digits label", has_text="6").click()
    inside.get_by_text("A 6 is said: the network hears 6").wait_for()
    inside.get_by_role("button", name="Record 2 seconds").click()
    inside.locator("output", has_text="icrophone").wait_for()
    assert [fault for fault in wrong if "microphone is not allowed" not in fault] == []
