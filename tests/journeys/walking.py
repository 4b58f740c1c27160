"""Hands and feet of the journeys: programs with a token, time that passes, jobs that take a turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from kernel import clock, jobs
from kernel.formats import BEIJING
from kernel.jobs import run_once


def beijing(text: str) -> datetime:
    """``2026-03-02 09:00`` on the clocks of Beijing."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@dataclass
class Program:
    """A person's program: everything it sends carries the token, everything it gets is looked at."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, status: int = 200) -> Any:
        return self._send("GET", path, status)

    def post(self, path: str, body: Any = None, status: int = 201, **files: bytes) -> Any:
        return self._send("POST", path, status, body, files)

    def put(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._send("PUT", path, status, body)

    def delete(self, path: str, status: int = 204) -> Any:
        return self._send("DELETE", path, status)

    def _send(self, method: str, path: str, status: int, body: Any = None,
              files: Mapping[str, bytes] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent: dict[str, Any] = {} if body is None else {"json": body}
        if files:
            parts = {name: (BytesIO(raw), f"{name}.bin") for name, raw in files.items()}
            sent = {"data": {**(body or {}), **parts}, "content_type": "multipart/form-data"}
        answer = self.client.open(f"/api/v1{path}", method=method, headers=headers, **sent)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json if answer.is_json else answer.text


@dataclass
class Time:
    """The platform's clock, and the jobs that bring about what is due."""

    app: Flask
    set_clock: Callable[[datetime], None]

    def at(self, text: str) -> datetime:
        """Go to an instant, told as on the clocks of Beijing, and let the jobs do their part."""
        return self.go(beijing(text))

    def go(self, instant: datetime) -> datetime:
        self.set_clock(instant)
        self.settle()
        return instant

    def later(self, **span: float) -> datetime:
        return self.go(clock.now() + timedelta(**span))

    def settle(self) -> None:
        """Two turns of every job, as one act may make the next one due; a fault fails the test."""
        with pytest.MonkeyPatch.context() as patch, capture_logs() as logs:
            patch.setattr(jobs, "log", structlog.get_logger())
            for _ in range(2):
                for job in self.app.extensions["jobs"]:
                    run_once(self.app, job)
        assert logs == []
