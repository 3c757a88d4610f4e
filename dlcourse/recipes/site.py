"""Build the website from the stored notebooks, and serve it on this computer.

    python -m dlcourse.recipes.site build           `make site`
    python -m dlcourse.recipes.site serve           `make serve`: builds only if something changed since the last time

Building executes nothing: the pages show the outputs that `make notebooks` stored. Warnings are errors.
"""

import argparse
import functools
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import time

from dlcourse.recipes import ONE_THREAD, ROOT

HTML = ROOT / "_build" / "html"
FINGERPRINT = ROOT / "_build" / "fingerprint"
SOURCES = ("book", "notebooks", "dlcourse", "pyproject.toml", "requirements.txt", "CHANGELOG.md")
PORTS_TRIED = 100


class BuildFailed(Exception):
    """The website could not be built; the text is what the builder said."""


def fingerprint(root=ROOT):
    """A hash of everything that the website is made of: names and contents, no times."""
    digest = hashlib.sha256()
    for source in SOURCES:
        top = root / source
        files = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
        for path in files:
            if "__pycache__" not in path.parts and ".ipynb_checkpoints" not in path.parts:
                digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build(output=ROOT, root=ROOT):
    """Build every page into `output`/_build/html and return that folder.

    Raises:  BuildFailed with the builder's words if there was any error or warning.
    """
    # Every page is built anew each time: after a failed build, an incremental one would report success. Such a build
    # may also leave a file where the next one wants a folder.
    shutil.rmtree(output / "_build" / "html", ignore_errors=True)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(root)]
    command += ["--config", str(root / "book" / "_config.yml"), "--toc", str(root / "book" / "_toc.yml")]
    command += ["--path-output", str(output), "-W", "-n", "--keep-going", "--all"]
    done = subprocess.run(command, cwd=root, env=os.environ | ONE_THREAD, capture_output=True, text=True)
    if done.returncode:
        raise BuildFailed(f"{done.stdout}\n{done.stderr}")
    return output / "_build" / "html"


def build_if_changed():
    """Build the website unless the last successful build had the very same sources."""
    now = fingerprint()
    if FINGERPRINT.exists() and FINGERPRINT.read_text() == now and (HTML / "index.html").exists():
        print("The website is up to date.")
        return
    FINGERPRINT.unlink(missing_ok=True)
    start = time.perf_counter()
    print("Building the website ...", flush=True)
    build()
    FINGERPRINT.write_text(now)
    print(f"Built {HTML} in {time.perf_counter() - start:.0f} s.")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing about those that were found."""

    def log_request(self, code="-", size="-"):
        """Report only what went wrong."""
        if int(code) >= 400:
            super().log_request(code, size)


class Server(http.server.ThreadingHTTPServer):
    """A server that never shares its port."""

    allow_reuse_address = os.name == "posix"  # on Windows this would let two servers answer on one port
    daemon_threads = True


def open_server(folder, port):
    """A server of `folder` on 127.0.0.1, on `port` or on the next one that is free."""
    handler = functools.partial(Handler, directory=str(folder))
    for candidate in range(port, port + PORTS_TRIED):
        try:
            return Server(("127.0.0.1", candidate), handler)
        except OSError as error:
            taken = error
    raise OSError(f"no free port from {port} to {port + PORTS_TRIED - 1} on 127.0.0.1") from taken


def serve(port):
    """Serve the website until Ctrl-C."""
    with open_server(HTML, port) as server:
        print(f"The course is at http://127.0.0.1:{server.server_port}/   (Ctrl-C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")


def main():
    """The command."""
    parser = argparse.ArgumentParser(description="Build the website and serve it on this computer.")
    parser.add_argument("what", choices=["build", "serve"])
    parser.add_argument("--port", type=int, default=8000, help="the first port to try")
    arguments = parser.parse_args()
    try:
        build_if_changed()
    except BuildFailed as error:
        sys.exit(f"{error}\nThe website could not be built; the reason stands above.")
    if arguments.what == "serve":
        serve(arguments.port)


if __name__ == "__main__":
    main()
