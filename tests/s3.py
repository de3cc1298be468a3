"""An S3-compatible service of our own for the tests: moto's server, over HTTP, in memory."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time

from storage.file_store import S3Access
from storage.s3_file_store import S3FileStore
from tests.postgres import end_with_the_tests, free_port

BUCKET = "berkas"
_START_SECONDS = 60


def access(port: int) -> S3Access:
    """Return how such a service is reached, whether it runs already or not."""
    return S3Access(f"http://127.0.0.1:{port}", "us-east-1", "kunci-uji", "rahasia-uji")


class TemporaryS3:
    """A running service with one bucket."""

    def __init__(self, port: int | None = None) -> None:
        self._port = port or free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)]
        self._server = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=end_with_the_tests
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._bucket_made():
            if self._server.poll() is not None or time.monotonic() > deadline:
                self._server.kill()
                raise RuntimeError("the S3 server did not start")
            time.sleep(0.05)
        self.access = access(self._port)

    def store(self, prefix: str) -> S3FileStore:
        """Return a store of its own in the bucket."""
        return S3FileStore(BUCKET, prefix, self.access)

    def stop(self) -> None:
        """End the service; everything in it is gone."""
        self._server.kill()
        self._server.wait()

    def _bucket_made(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("PUT", f"/{BUCKET}")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
