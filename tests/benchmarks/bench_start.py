"""How long until AdMind helps, answers and works; and what it holds while it idles."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import psutil

from tests.benchmarks.telling import tell

ROUNDS = 3
ADMIND = [sys.executable, "-m", "handlers"]


def main() -> int:
    missed = tell("admind --help, best of 5", min(_help() for _ in range(5)), "s", 0.4)
    starts = [_start() for _ in range(ROUNDS)]
    missed += tell(f"process start to /healthz, best of {ROUNDS}", min(s[0] for s in starts), "s", 1.5)
    missed += tell(f"process start to /readyz, best of {ROUNDS}", min(s[1] for s in starts), "s", 3)
    missed += tell("idle resident memory, Valkey included", starts[-1][2], "MB", 250)
    missed += tell("SIGTERM to exit", max(s[3] for s in starts), "s", 10)
    return missed


def _help() -> float:
    started = time.perf_counter()
    subprocess.run([*ADMIND, "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _start() -> tuple[float, float, float, float]:
    """Seconds to healthz, to readyz; megabytes at rest; seconds to stop."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environ = {k: v for k, v in os.environ.items() if not k.startswith("ADMIND_")}
        environ |= {
            "ADMIND_DATA_DIR": str(Path(folder) / "data"),
            "ADMIND_PORT": str(port),
            "ADMIND_LOG_LEVEL": "error",
        }
        started = time.perf_counter()
        process = subprocess.Popen([*ADMIND, "run"], env=environ, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        healthy = _until(f"http://127.0.0.1:{port}/healthz", started)
        ready = _until(f"http://127.0.0.1:{port}/readyz", started)
        time.sleep(2)  # a benchmark may: what idles is what is measured
        memory = _memory_mb(process.pid, Path(folder))
        stopping = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        return healthy, ready, memory, time.perf_counter() - stopping


def _until(url: str, started: float) -> float:
    with httpx2.Client(timeout=2, trust_env=False) as client:
        while time.perf_counter() - started < 30:
            try:
                if client.get(url).status_code == 200:
                    return time.perf_counter() - started
            except httpx2.TransportError:
                pass
            time.sleep(0.01)
    raise SystemExit(f"{url} never answered")


def _memory_mb(pid: int, folder: Path) -> float:
    """This process and the database that serves its folder (which runs in a session of its own)."""
    total = psutil.Process(pid).memory_info().rss
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if "valkey-server" in line and str(folder) in line:
            total += process.memory_info().rss
    return total / 1e6


if __name__ == "__main__":
    sys.exit(main())
