"""Downloads from a server that misbehaves: one clear line each, nothing half-written, and no good file is ever lost."""

import errno
import gzip
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pytest
import requests
from data_server import entry_of, misbehaving_server  # noqa: F401  (a fixture)

from dlcourse.data import download
from dlcourse.data.checks import DataError
from dlcourse.data.download import CONNECT, PART, Entry, cache_folder, clear_left_behind, fetch, put_by_hand

QUICK = 0.3  # seconds that a server is given in these tests


def files(folder):
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def failure(entry, folder):
    """The line that says why a file could not be had."""
    with pytest.raises(DataError) as caught:
        fetch(entry, folder, timeout=QUICK)
    text = str(caught.value)
    assert "\n" not in text and entry.name in text and str(folder) in text
    return text


# ------------------------------------------------------------------------------------------------ all is well


@pytest.mark.parametrize("manner", ["well", "unsized", "moved"])
def test_a_file_is_fetched_once(server, tmp_path, manner):
    entry = entry_of(server.content, server.at(manner))
    path = fetch(entry, tmp_path / "new" / "folder")
    assert path.read_bytes() == server.content and files(path.parent) == ["file.bin"]
    asked = list(server.asked)
    assert fetch(entry, path.parent) == path and server.asked == asked


def test_a_file_that_is_there_needs_no_network(server, tmp_path):
    (tmp_path / "file.bin").write_bytes(server.content)
    before = (tmp_path / "file.bin").stat()
    assert fetch(entry_of(server.content, server.at("well")), tmp_path).read_bytes() == server.content
    after = (tmp_path / "file.bin").stat()
    assert server.asked == [] and (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_server_that_nobody_reaches_is_given_up_sooner_than_one_that_is_slow(monkeypatch, server, tmp_path):
    given = []

    def unreachable(adapter, request, timeout, **options):
        given.append(timeout)
        raise requests.ConnectTimeout("planted")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", unreachable)
    with pytest.raises(DataError, match=f"could not be reached within {CONNECT} seconds"):
        fetch(entry_of(server.content, server.at("well")), tmp_path)
    assert given == [(CONNECT, download.TIMEOUT)] and CONNECT < download.TIMEOUT


def test_a_file_below_the_folder_is_found_and_what_is_half_done_is_not(tmp_path):
    for place in (f"a.1{PART}/x", "b/x", "c/recordings/x"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_bytes(b"")
    assert put_by_hand(tmp_path, "y", "x") == tmp_path / "b" / "x" and put_by_hand(tmp_path, "recordings") is None
    assert put_by_hand(tmp_path, "recordings", kind=Path.is_dir) == tmp_path / "c" / "recordings"
    assert put_by_hand(tmp_path / "nowhere", "x") is None


def test_a_file_is_as_readable_as_any_other(server, tmp_path):
    (tmp_path / "other").write_bytes(b"")
    path = fetch(entry_of(server.content, server.at("well")), tmp_path)
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_the_next_address_is_asked_when_one_fails(server, tmp_path):
    bad = ["missing", "page", "forged", "short"]
    entry = entry_of(server.content, *map(server.at, bad), server.at("well"), server.at("never"))
    assert fetch(entry, tmp_path).read_bytes() == server.content
    assert server.asked == [*bad, "well"] and files(tmp_path) == ["file.bin"]


# ------------------------------------------------------------------------------------------------ servers

FAULTS = {
    "missing": "HTTP 404 Not Found",
    "broken": "HTTP 500 Internal Server Error",
    "page": "expected 300,000 bytes, got 73, a file that begins with b'<!DOCTYP' (a web page instead of the data?)",
    "forged": "expected SHA-256",
    "short": "the connection broke off",
    "empty": "expected 300,000 bytes, got 0, an empty file",
    "endless": "expected 300,000 bytes, got more",
    "cut": "the connection broke off",
    "silent": "no answer within 0.3 seconds",
    "stall": "no answer within 0.3 seconds",
    "circle": "it redirects in a circle",
    "astray": "InvalidSchema",
}


@pytest.mark.parametrize("manner", FAULTS)
def test_a_fault_of_the_server_is_told_and_leaves_nothing(server, tmp_path, manner):
    text = failure(entry_of(server.content, server.at(manner)), tmp_path)
    assert f"{server.at(manner)}: {FAULTS[manner]}" in text
    assert files(tmp_path) == []
    assert "could not be downloaded" in text and "300,000 bytes" in text and "put it into" in text


def test_the_bytes_are_those_that_are_stored(server, tmp_path):
    server.content = gzip.compress(server.content)
    path = fetch(entry_of(server.content, server.at("claims_to_have_packed")), tmp_path)
    assert path.read_bytes() == server.content
    text = failure(entry_of(server.content, server.at("packs"), name="other"), tmp_path)
    assert f"expected {len(server.content):,} bytes, got" in text and files(tmp_path) == ["file.bin"]


def test_all_failures_are_told_in_the_order_of_the_addresses(server, tmp_path):
    text = failure(entry_of(server.content, server.at("missing"), "http://127.0.0.1:9/x", server.at("page")), tmp_path)
    assert text.index("HTTP 404") < text.index("http://127.0.0.1:9/x: cannot be reached") < text.index("web page")


def test_what_may_be_put_there_by_hand_is_told(tmp_path):
    text = failure(entry_of(b"x", by_hand="the file, unpacked"), tmp_path)
    assert f"put it (or the file, unpacked) into {tmp_path}." in text


# ------------------------------------------------------------------------------------------------ what is there already


def test_a_damaged_file_is_reported_and_replaced(server, tmp_path):
    (tmp_path / "file.bin").write_bytes(server.content[:-1])
    os.link(tmp_path / "file.bin", tmp_path / "same")
    with pytest.warns(UserWarning, match="file.bin is damaged: expected 300,000 bytes, got 299,999.*downloaded again"):
        path = fetch(entry_of(server.content, server.at("well")), tmp_path)
    assert path.read_bytes() == server.content and files(tmp_path) == ["file.bin", "same"]
    assert (tmp_path / "same").read_bytes() == server.content[:-1]  # replaced by a name, not written over


@pytest.mark.parametrize("manner", FAULTS)
def test_a_damaged_file_stays_when_no_better_one_comes(server, tmp_path, manner):
    (tmp_path / "file.bin").write_bytes(b"old")
    with pytest.warns(UserWarning, match="is damaged"):
        text = failure(entry_of(server.content, server.at(manner)), tmp_path)
    assert f"The damaged file {tmp_path / 'file.bin'} was left as it is." in text
    assert (tmp_path / "file.bin").read_bytes() == b"old" and files(tmp_path) == ["file.bin"]


def test_left_behind_files_go_when_they_are_old(tmp_path):
    for name, age in (("old", download.SILENCE + 60), ("young", 0)):
        (tmp_path / f"{name}{PART}").write_bytes(b"half")
        (tmp_path / f"{name}-folder{PART}").mkdir()
        (tmp_path / f"{name}-folder{PART}" / "file").write_bytes(b"half")
        for path in (f"{name}{PART}", f"{name}-folder{PART}"):
            os.utime(tmp_path / path, times=(time.time() - age,) * 2)
    (tmp_path / "mine.part").write_bytes(b"of a browser")
    os.utime(tmp_path / "mine.part", times=(0, 0))
    clear_left_behind(tmp_path)
    assert files(tmp_path) == ["mine.part", f"young-folder{PART}", f"young{PART}"]
    clear_left_behind(tmp_path / "none")


# ------------------------------------------------------------------------------------------------ this computer


def in_another_process(entry, *folders, before=""):
    """Start a process that fetches into each folder; `before` runs first, when everything has been imported."""
    code = (f"import pooch, requests, tqdm, urllib3\nfrom dlcourse.data.download import Entry, fetch\n"
            f"from dlcourse.data.base import DataError\n{before}\n"
            f"for folder in {[str(folder) for folder in folders]}:\n"
            f"    try:\n        print('fetched', fetch({entry!r}, folder, timeout=20))\n"
            f"    except DataError as error:\n        print(error)\n")
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def printed(process):
    """What the process printed, line by line, when it is done."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and err == "", err
    return out.splitlines()


def test_a_killed_download_leaves_no_file_and_the_next_call_works(server, tmp_path):
    entry = entry_of(server.content, server.at("stall"))
    process = in_another_process(entry, tmp_path)
    deadline = time.time() + 60
    while not any(path.stat().st_size for path in tmp_path.iterdir()):
        assert process.poll() is None and time.time() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (part,) = tmp_path.iterdir()
    assert part.name.startswith("file.bin.") and part.name.endswith(PART)
    assert 0 < part.stat().st_size < len(server.content)
    os.utime(part, times=(0, 0))
    assert fetch(entry_of(server.content, server.at("well")), tmp_path).read_bytes() == server.content
    assert files(tmp_path) == ["file.bin"]


def test_two_processes_at_once_both_get_the_whole_file(server, tmp_path):
    entry = entry_of(server.content, server.at("together"))  # which goes on only when both have half of it
    other = in_another_process(entry, tmp_path)
    assert fetch(entry, tmp_path).read_bytes() == server.content
    assert printed(other) == [f"fetched {tmp_path / 'file.bin'}"]
    assert (tmp_path / "file.bin").read_bytes() == server.content and files(tmp_path) == ["file.bin"]
    assert server.asked == ["together"] * 2


def test_a_limit_of_the_system_is_told_and_leaves_nothing(server, tmp_path):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        text = failure(entry_of(server.content, server.at("well"), server.at("never")), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"could not be stored in {tmp_path} (File too large): make room for 300,000 bytes, or set DLCOURSE" in text
    assert files(tmp_path) == [] and server.asked == ["well"]  # another address would not help


@pytest.mark.parametrize("old", [None, b"old"])
def test_a_full_disk_is_told_and_leaves_what_was_there(server, tmp_path, monkeypatch, old):
    def full(self, data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if old is not None:
        (tmp_path / "file.bin").write_bytes(old)
    monkeypatch.setattr(download._Limited, "write", full)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        text = failure(entry_of(server.content, server.at("well")), tmp_path)
    assert "(No space left on device): make room for 300,000 bytes" in text
    assert ("was left as it is" in text) == (old is not None)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([] if old is None else [old])


@pytest.fixture
def readable():
    """A folder that other users may read; those of pytest are closed to them."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    for below in folder.iterdir():
        below.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_without_the_right_to_write_it_is_told_and_what_is_there_is_used(server, readable):
    empty, full = readable / "empty", readable / "full"
    for folder in (readable, empty, full):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    (full / "file.bin").write_bytes(server.content)
    (full / f"left{PART}").write_bytes(b"half")
    os.utime(full / f"left{PART}", times=(0, 0))
    is_root = os.geteuid() == 0  # no permission binds root, who can become somebody whom they bind
    if not is_root:
        empty.chmod(0o555)
        full.chmod(0o555)
    process = in_another_process(entry_of(server.content, server.at("well")), empty, empty / "below", full,
                                 before="import os; os.setuid(65534)" if is_root else "")
    denied, denied_below, fetched = printed(process)
    assert f"file.bin could not be stored in {empty} (Permission denied): set DLCOURSE_DATA to a folder where" in denied
    assert f"file.bin could not be stored in {empty / 'below'} (Permission denied): set" in denied_below
    assert fetched == f"fetched {full / 'file.bin'}"
    assert files(empty) == [] and files(full) == ["file.bin", f"left{PART}"]
    assert server.asked == []


def test_a_folder_below_a_file_is_told(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert "(Not a directory)" in failure(entry_of(server.content, server.at("well")), tmp_path / "file" / "below")
    (tmp_path / "file.bin").mkdir()
    assert "(Is a directory)" in failure(entry_of(server.content, server.at("well")), tmp_path)


def test_stopping_by_hand_leaves_nothing(server, tmp_path, monkeypatch):
    def stop(self, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(download._Limited, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        fetch(entry_of(server.content, server.at("well")), tmp_path)
    assert files(tmp_path) == []


# ------------------------------------------------------------------------------------------------ the rest


class Terminal(io.StringIO):
    """What a terminal would have shown."""

    def isatty(self):
        """It is one."""
        return True


@pytest.mark.parametrize(("screen", "notebook", "disabled", "shown"), [
    (Terminal, False, False, True), (Terminal, False, True, False), (io.StringIO, False, False, False),
    (io.StringIO, True, False, True), (io.StringIO, True, True, False)])
def test_progress_is_shown_to_who_looks(server, tmp_path, monkeypatch, screen, notebook, disabled, shown):
    monkeypatch.setattr(sys, "stderr", screen())
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    if notebook:
        monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setenv("TQDM_DISABLE", "1") if disabled else monkeypatch.delenv("TQDM_DISABLE")
    fetch(entry_of(server.content, server.at("well")), tmp_path)
    seen = sys.stderr.getvalue()
    assert ("file.bin" in seen and "300k" in seen) if shown else seen == ""


def test_the_folder_is_the_one_that_was_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert cache_folder("mnist") == tmp_path / "mnist"
    monkeypatch.setenv("DLCOURSE_DATA", "~/here")
    assert cache_folder("mnist") == Path.home() / "here" / "mnist"
    for nothing in (lambda: monkeypatch.setenv("DLCOURSE_DATA", ""), lambda: monkeypatch.delenv("DLCOURSE_DATA")):
        nothing()
        assert cache_folder("mnist").parts[-2:] == ("dlcourse", "mnist")


@pytest.mark.parametrize("missing", [{"addresses": ()}, {"sha256": ""}, {"source": ""}, {"size": 0}])
def test_an_entry_without_checksum_or_source_cannot_be_made(missing):
    known = {"name": "file", "addresses": ("http://x",), "size": 1, "sha256": "0" * 64, "source": "somewhere"}
    Entry(**known)
    with pytest.raises(ValueError, match="expected addresses, a size, a SHA-256 and its public source"):
        Entry(**(known | missing))
