"""Why this file exists: a file is fetched once, checked against a checksum that others have published, and kept.

Whatever goes wrong on the way is told in one line, and no file is ever seen under its name before it is whole; a file
that was there before stays until a better one has arrived.
"""

import contextlib
import dataclasses
import errno
import os
import secrets
import shutil
import sys
import time
import warnings
from pathlib import Path

from .checks import DataError
from .formats import described

TIMEOUT = 30  # seconds in which a server must answer, and then go on sending
CONNECT = 5  # seconds to reach each address of a server: behind some firewalls nothing ever answers
CHUNK = 2**16
PART = ".dlcourse-part"  # the end of a temporary name: no browser and no other program uses it
# A download that is alive writes, or fails by its timeout, long before so many seconds are over. Asking whether its
# process still runs would be quicker, but Windows would end that process, and another computer may share the folder.
SILENCE = 600
NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@dataclasses.dataclass(frozen=True)
class Entry:
    """A file that can be had: its name in the cache, where it is, how it is known, and who published the checksum.

    by_hand  what may be put into the folder instead of it, in words
    """

    name: str
    addresses: tuple
    size: int
    sha256: str
    source: str
    by_hand: str = ""

    def __post_init__(self):
        if not (self.addresses and self.source and self.size > 0 and len(self.sha256) == 64):
            raise ValueError(f"{self.name} expected addresses, a size, a SHA-256 and its public source, got {self}")


class _Refused(Exception):
    """What came from one address is not the file; the next address may be better."""


def cache_folder(name):
    """Where the files of one data set are kept: below DLCOURSE_DATA if that is set, else in the platform's cache."""
    import pooch

    chosen = os.environ.get("DLCOURSE_DATA")
    return Path(chosen).expanduser() / name if chosen else Path(pooch.os_cache("dlcourse")) / name


def fetch(entry, folder, timeout=TIMEOUT):
    """The path of the file in this folder; it is downloaded if it is not there whole.

    The addresses are tried in their order. A file that is there but damaged is reported by a warning, and replaced when
    another has arrived. Any number of processes may do this at once.

    Raises:  DataError if no address gave the file, with what each did instead, or if it could not be stored.
    """
    folder = Path(folder)
    path = folder / entry.name
    clear_left_behind(folder)
    kept, failures = "", []
    try:
        if path.exists():
            if (fault := _fault(path, entry)) is None:
                return path
            kept = f" The damaged file {path} was left as it is."
            warnings.warn(f"{path} is damaged: {fault}; it is downloaded again", stacklevel=3)
        folder.mkdir(parents=True, exist_ok=True)
        for address in entry.addresses:
            try:
                _download(address, path, entry, timeout)
                return path
            except _Refused as refusal:
                failures.append(f"{address}: {refusal}")
    except OSError as error:  # of this computer: what the network did is a refusal
        raise DataError(f"{entry.name} could not be stored in {folder} ({error.strerror or error}): "
                        f"{_advice(error, entry)}.{kept}") from error
    instead = f" (or {entry.by_hand})" if entry.by_hand else ""
    raise DataError(f"{entry.name} could not be downloaded. {'; '.join(failures)}. Look at the network and try again, "
                    f"or get the file ({entry.size:,} bytes) in another way and put it{instead} into {folder}.{kept}")


def put_by_hand(folder, *names, kind=Path.is_file):
    """The first file with one of these names, in the folder or below it, where archives are unpacked to; else None.

    With kind=Path.is_dir, the first folder.
    """
    places = (path for path in sorted(Path(folder).rglob("*")) if path.name in names and PART not in str(path))
    return next(filter(kind, places), None)


def clear_left_behind(folder):
    """Remove the temporary files and folders of downloads that were killed."""
    for part in Path(folder).glob(f"*{PART}"):
        with contextlib.suppress(OSError):  # somebody else did it, or has to: it is in nobody's way
            if time.time() - part.stat().st_mtime > SILENCE:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def temporary(path):
    """A name beside the path that nobody else has, and that `clear_left_behind` knows."""
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")


def _download(address, path, entry, timeout):
    """Bring the file from one address to its place, whole or not at all."""
    import pooch
    import requests
    import urllib3

    part, answers = temporary(path), []

    def arrived(answer, **_):
        answer.raw.headers.pop("Content-Encoding", None)  # some servers claim it of a .gz, which is then unpacked
        answers.append(answer)

    try:
        with open(part, "xb") as file, _progress(entry) as bar:
            load = pooch.HTTPDownloader(
                progressbar=bar, chunk_size=CHUNK, timeout=(min(timeout, CONNECT), timeout),
                headers={"Accept-Encoding": "identity"}, hooks={"response": arrived})  # the bytes as they are stored
            load(address, _Limited(file, entry.size), None)
        if fault := _fault(part, entry):
            raise _Refused(fault)
        _replace(part, path, entry)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _Refused(_reason(error, timeout)) from error
    finally:
        for answer in answers:  # a connection that was given up in the middle would stay open
            answer.close()
        part.unlink(missing_ok=True)


class _Limited:
    """A file whose `write` takes no more than was expected: a server may send without an end."""

    def __init__(self, file, size):
        self.file, self.size, self.flush = file, size, file.flush

    def write(self, data):
        if self.file.tell() + len(data) > self.size:
            raise _Refused(f"expected {self.size:,} bytes, got more")
        return self.file.write(data)


def _replace(part, path, entry):
    try:
        os.replace(part, path)
    except PermissionError:  # Windows, while another process that was quicker reads the file
        if not path.exists() or _fault(path, entry):
            raise


def _fault(path, entry):
    """What is wrong with a file, in words, or None if it is the one that was meant."""
    import pooch

    size = path.stat().st_size
    if size != entry.size:
        with open(path, "rb") as file:
            return f"expected {entry.size:,} bytes, got {size:,}, {described(file.read(64))}"
    sha256 = pooch.file_hash(path, "sha256")
    return None if sha256 == entry.sha256 else f"expected SHA-256 {entry.sha256[:12]}..., got {sha256[:12]}..."


def _reason(error, timeout):
    """Why a request failed, in a few words instead of the libraries' long ones."""
    import requests

    answer = getattr(error, "response", None)
    if isinstance(error, requests.HTTPError) and answer is not None:
        return f"HTTP {answer.status_code} {answer.reason}"
    if isinstance(error, requests.ConnectTimeout):
        return f"could not be reached within {min(timeout, CONNECT):g} seconds"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout:g} seconds"
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects in a circle"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "cannot be reached"
    return f"{type(error).__name__} ({' '.join(str(error).split())[:120]})"


def _advice(error, entry):
    if error.errno in NO_ROOM:
        return f"make room for {entry.size:,} bytes, or set DLCOURSE_DATA to a folder on another disk"
    return "set DLCOURSE_DATA to a folder where you may write"


def _progress(entry):
    """A progress bar where somebody looks at it; it leaves nothing behind."""
    from tqdm import tqdm

    seen = "ipykernel" in sys.modules or sys.stderr.isatty()
    off = "TQDM_DISABLE" in os.environ or not seen
    return tqdm(total=entry.size, unit="B", unit_scale=True, desc=entry.name, leave=False, disable=off)
