"""A web server on this computer that misbehaves in all the ways that servers and networks do, and files to serve."""

import contextlib
import gzip
import hashlib
import http.server
import io
import struct
import tarfile
import threading

import numpy as np
import pytest

from dlcourse.data.download import Entry
from dlcourse.data.formats import IDX_TYPES

PAGE = b"<!DOCTYPE html><html><title>Sign in to the hotel's network</title></html>"


def entry_of(content, *addresses, name="file.bin", **changed):
    """An entry for these bytes, true unless something is changed in it."""
    known = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "source": "this test"}
    return Entry(name, addresses or ("http://127.0.0.1:9/nobody-listens",), **(known | changed))


CODES = {np.dtype(kind): code for code, kind in IDX_TYPES.items()}


def idx(array):
    """An array as an IDX file, written here in another way than it is read."""
    kind = array.dtype.newbyteorder(">")
    return bytes([0, 0, CODES[kind], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(
        kind).tobytes()


def cifar(labels, pictures):
    """Labels and pictures as a file of the binary version of CIFAR-10."""
    return b"".join(bytes([label]) + picture.tobytes() for label, picture in zip(labels, pictures, strict=True))


def tar(files):
    """A tar archive packed by gzip: name -> bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


class Misbehaving(http.server.ThreadingHTTPServer):
    """`server.at(manner)` is an address that serves `server.content` in that manner; `server.asked` says who came."""

    daemon_threads = True

    def __init__(self, content):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.asked, self.released = content, [], threading.Event()
        self.contents = {}  # a path -> other bytes that are served there, well
        self.both_wait = threading.Barrier(2)  # two clients of `together` have got half of it

    def at(self, manner):
        """The address that serves in this manner."""
        return f"http://127.0.0.1:{self.server_address[1]}/{manner}"

    def handle_error(self, request, client_address):
        """Clients that went away are what these tests are about."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        manner = self.path.strip("/")
        self.server.asked.append(manner)
        self.close_connection = True
        if manner in self.server.contents:
            self._send(self.server.contents[manner])
        else:
            getattr(self, f"_{manner.split('-')[0]}")(self.server.content)

    def _send(self, content, status=200, length=None, **headers):
        self.send_response(status)
        if length != "unknown":
            self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def _well(self, content):
        self._send(content)

    def _unsized(self, content):
        self._send(content, length="unknown")

    def _missing(self, content):
        self._send(b"no such file", 404)

    def _broken(self, content):
        self._send(b"it is us, not you", 500)

    def _page(self, content):
        self._send(PAGE, Content_Type="text/html")

    def _forged(self, content):
        self._send(content[:-1] + bytes([content[-1] ^ 1]))

    def _short(self, content):
        self._send(content[: len(content) // 2], length=len(content))

    def _empty(self, content):
        self._send(b"")

    def _endless(self, content):
        self._send(b"", length="unknown")
        with contextlib.suppress(OSError):
            while not self.server.released.is_set():
                self.wfile.write(bytes(2**16))

    def _cut(self, content):
        self._send(content[: len(content) // 2], length="unknown", Transfer_Encoding="chunked")

    def _silent(self, content):
        self.server.released.wait(20)

    def _stall(self, content):
        self._send(content[: len(content) // 2], length=len(content))
        self.wfile.flush()
        self.server.released.wait(20)

    def _together(self, content):
        self._send(content[: len(content) // 2], length=len(content))
        self.wfile.flush()
        self.server.both_wait.wait(30)
        self.wfile.write(content[len(content) // 2 :])

    def _moved(self, content):
        self._send(b"", 302, Location="/well")

    def _circle(self, content):
        self._send(b"", 302, Location="/circle")

    def _astray(self, content):
        self._send(b"", 302, Location="ftp://127.0.0.1/file")

    def _claims_to_have_packed(self, content):
        self._send(content, Content_Encoding="gzip")

    def _packs(self, content):
        self._send(gzip.compress(content), Content_Encoding="gzip")


@pytest.fixture(name="server")
def misbehaving_server(monkeypatch):
    """A server of 300,000 bytes; it is closed, with all its connections, after the test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Misbehaving(bytes(range(250)) * 1200) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()
