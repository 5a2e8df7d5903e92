"""A small client for loopback: keep-alive connections, ready-made requests, bounded."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 8


@dataclass(frozen=True)
class Outcome:
    """How many answers had which status, and how long all took."""

    statuses: dict[int, int]
    seconds: float

    @property
    def per_second(self) -> float:
        return sum(self.statuses.values()) / self.seconds


def request_bytes(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
        f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items()),
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + body


def _answer(connection: socket.socket, buffer: bytearray) -> int:
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        buffer += _received(connection)
    head = bytes(buffer[:end]).lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    while len(buffer) < end + 4 + length:
        buffer += _received(connection)
    del buffer[: end + 4 + length]
    return int(head.split(b" ", 2)[1])


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def _drive(port: int, requests: Sequence[bytes], statuses: dict[int, int]) -> None:
    buffer = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for request in requests:
            connection.sendall(request)
            status = _answer(connection, buffer)
            statuses[status] = statuses.get(status, 0) + 1


def drive(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> Outcome:
    """Sends every request once over a few connections."""
    shares: list[dict[int, int]] = [{} for _ in range(connections)]
    threads = [
        threading.Thread(target=_drive, args=(port, requests[nth::connections], share))
        for nth, share in enumerate(shares)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    total: dict[int, int] = {}
    for share in shares:
        for status, count in share.items():
            total[status] = total.get(status, 0) + count
    if sum(total.values()) != len(requests):
        raise SystemExit(f"{len(requests)} requests, but only these answers: {total}")
    return Outcome(total, seconds)
