"""Real Valkey servers for tests: quick throw-away ones, and a cluster of three."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from storage.embedded import server_binary

SLOTS = 16384


def eventually(condition: Callable[[], bool], what: str, *, seconds: float = 10.0) -> None:
    """Return as soon as the condition holds. Raises AssertionError when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.005)


@contextlib.contextmanager
def throwaway_valkey() -> Iterator[str]:
    """The URL of a server that keeps nothing on disk."""
    directory = Path(tempfile.mkdtemp(prefix="admind-test-"))
    path = directory / "v.sock"
    arguments = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"]
    with _server(directory, arguments):
        eventually(partial(_ready, path), "the server answers")
        yield f"unix://{path}"


@contextlib.contextmanager
def valkey_cluster_nodes() -> Iterator[str]:
    """The URL of a cluster of three primaries on the loopback interface."""
    with contextlib.ExitStack() as stack:
        nodes: list[tuple[str, int]] = []
        for _ in range(3):
            directory = Path(tempfile.mkdtemp(prefix="admind-test-"))
            port, bus = _free_port(), _free_port()
            arguments = ["--port", str(port), "--bind", "127.0.0.1", "--cluster-enabled", "yes"]
            arguments += ["--cluster-port", str(bus), "--cluster-node-timeout", "2000"]
            stack.enter_context(_server(directory, arguments))
            eventually(partial(_ready, ("127.0.0.1", port)), "the node answers")
            nodes.append(("127.0.0.1", port))
            if len(nodes) > 1:
                _command(nodes[0], f"CLUSTER MEET 127.0.0.1 {port} {bus}".encode())
        for number, node in enumerate(nodes):
            first, last = number * SLOTS // 3, (number + 1) * SLOTS // 3 - 1
            assert _command(node, f"CLUSTER ADDSLOTSRANGE {first} {last}".encode()) == b"+OK"
        for node in nodes:
            eventually(partial(_cluster_is_whole, node), "the cluster is whole", seconds=30)
        yield f"redis+cluster://127.0.0.1:{nodes[0][1]}"


@dataclass(frozen=True)
class ReplicatedCluster:
    """Three primaries with a replica each, which takes over two seconds after its primary died."""

    url: str
    primaries: tuple[subprocess.Popen[bytes], ...]
    replicas: tuple[subprocess.Popen[bytes], ...]
    ports: tuple[int, ...]  # of the primaries, then of the replicas

    def place_of(self, key: str) -> int:
        """Which primary, and which replica, holds this key at the start."""
        slot = int(_command(("127.0.0.1", self.ports[0]), f"CLUSTER KEYSLOT {key}".encode())[1:])
        return next(n for n in range(3) if n * SLOTS // 3 <= slot < (n + 1) * SLOTS // 3)


@contextlib.contextmanager
def replicated_cluster() -> Iterator[ReplicatedCluster]:
    with contextlib.ExitStack() as stack:
        ports: list[int] = []
        processes: list[subprocess.Popen[bytes]] = []
        for number in range(6):
            directory = Path(tempfile.mkdtemp(prefix="admind-test-"))
            port, bus = _free_port(), _free_port()
            arguments = ["--port", str(port), "--bind", "127.0.0.1", "--cluster-enabled", "yes"]
            arguments += [
                "--cluster-port",
                str(bus),
                "--cluster-node-timeout",
                "2000",
                "--repl-diskless-sync-delay",
                "0",
            ]
            arguments += ["--cluster-replica-validity-factor", "0"]
            processes.append(stack.enter_context(_server(directory, arguments)))
            eventually(partial(_ready, ("127.0.0.1", port)), "the node answers")
            if number:
                _command(("127.0.0.1", ports[0]), f"CLUSTER MEET 127.0.0.1 {port} {bus}".encode())
            ports.append(port)
        nodes = [("127.0.0.1", port) for port in ports]
        for number, node in enumerate(nodes[:3]):
            first, last = number * SLOTS // 3, (number + 1) * SLOTS // 3 - 1
            assert _command(node, f"CLUSTER ADDSLOTSRANGE {first} {last}".encode()) == b"+OK"
        for node in nodes:
            eventually(partial(_cluster_is_whole, node, 6), "the cluster is whole", seconds=30)
        for primary, replica in zip(nodes[:3], nodes[3:], strict=True):
            name = _answer(primary, b"CLUSTER MYID").strip()
            eventually(partial(_follows, replica, name), "the replica knows its primary", seconds=30)
        for primary in nodes[:3]:
            eventually(partial(_has_replica, primary, 0), "the replica follows", seconds=30)
        url = f"redis+cluster://127.0.0.1:{ports[0]}"
        yield ReplicatedCluster(url, tuple(processes[:3]), tuple(processes[3:]), tuple(ports))


def _follows(replica: tuple[str, int], primary: bytes) -> bool:
    return _command(replica, b"CLUSTER REPLICATE " + primary) == b"+OK"


@dataclass(frozen=True)
class Replicated:
    """A primary and replicas, watched by a Sentinel that promotes one a second after the primary died."""

    url: str
    primary: subprocess.Popen[bytes]
    replica: subprocess.Popen[bytes]
    ports: tuple[int, int]  # of the primary and of the first replica, as it was at the start


@contextlib.contextmanager
def replicated_valkey(*, replicas: int = 1) -> Iterator[Replicated]:
    with contextlib.ExitStack() as stack:
        *ports, watch = [_free_port() for _ in range(replicas + 2)]
        processes = []
        for number, port in enumerate(ports):
            directory = Path(tempfile.mkdtemp(prefix="admind-test-"))
            arguments = ["--port", str(port), "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0"]
            arguments += ["--replicaof", f"127.0.0.1 {ports[0]}"] if number else []
            processes.append(stack.enter_context(_server(directory, arguments)))
            eventually(partial(_ready, ("127.0.0.1", port)), "the server answers")
        for number in range(replicas):
            eventually(partial(_has_replica, ("127.0.0.1", ports[0]), number), "the replica follows", seconds=30)
        directory = Path(tempfile.mkdtemp(prefix="admind-test-"))
        settings = directory / "sentinel.conf"
        settings.write_text(
            f"port {watch}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {ports[0]} 1\n"
            # Not less: on a busy machine a primary that lives may be silent for a second, and is replaced once more.
            "sentinel down-after-milliseconds main 3000\nsentinel failover-timeout main 3000\n"
        )
        stack.enter_context(_run(directory, [str(settings), "--sentinel"]))
        eventually(partial(_ready, ("127.0.0.1", watch)), "the Sentinel answers")
        eventually(
            partial(_knows_replicas, ("127.0.0.1", watch), replicas), "the Sentinel knows the replica", seconds=30
        )
        url = f"redis+sentinel://127.0.0.1:{watch}/main/0"
        yield Replicated(url, processes[0], processes[1], (ports[0], ports[1]))


def stop_following(primary: int, replica: int) -> None:
    """The replica at this port gets nothing more of what the primary at that one is told."""
    for setting in (b"masteruser nobody", b"masterauth nothing"):
        assert _command(("127.0.0.1", replica), b"CONFIG SET " + setting) == b"+OK"
    _command(("127.0.0.1", primary), b"CLIENT KILL TYPE replica")
    eventually(lambda: b"connected_slaves:0" in _answer(("127.0.0.1", primary), b"INFO replication"), "the link is cut")


def _has_replica(node: tuple[str, int], number: int) -> bool:
    found = re.search(rb"slave%d:\S*state=online" % number, _answer(node, b"INFO replication"))
    return found is not None


def _knows_replicas(sentinel: tuple[str, int], count: int) -> bool:
    return b"slaves=%d" % count in _answer(sentinel, b"INFO sentinel")


@contextlib.contextmanager
def _server(directory: Path, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    common = ["--dir", str(directory), "--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
    with _run(directory, [*common, *arguments]) as process:
        yield process


@contextlib.contextmanager
def _run(directory: Path, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with (directory / "log").open("wb") as output:
        process = subprocess.Popen(
            [str(server_binary()), *arguments], stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(directory, ignore_errors=True)


def _command(address: Path | tuple[str, int], line: bytes) -> bytes:
    """The first line of the answer, or nothing when nobody answers."""
    try:
        with _connected(address) as connection, connection.makefile("rb") as stream:
            connection.sendall(line + b"\r\n")
            return stream.readline().rstrip()
    except OSError:
        return b""


def _ready(address: Path | tuple[str, int]) -> bool:
    return _command(address, b"PING") == b"+PONG"


def _cluster_is_whole(node: tuple[str, int], nodes: int = 3) -> bool:
    text = _answer(node, b"CLUSTER INFO")
    return b"cluster_state:ok" in text and b"cluster_known_nodes:%d" % nodes in text


def _answer(address: Path | tuple[str, int], line: bytes) -> bytes:
    """A bulk answer in full, or nothing when nobody answers."""
    try:
        with _connected(address) as connection, connection.makefile("rb") as stream:
            connection.sendall(line + b"\r\n")
            return stream.read(int(stream.readline()[1:]))
    except (OSError, ValueError):
        return b""


@contextlib.contextmanager
def _connected(address: Path | tuple[str, int]) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET) as connection:
        connection.settimeout(2)
        connection.connect(str(address) if isinstance(address, Path) else address)
        yield connection


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
