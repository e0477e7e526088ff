"""A cheap sender in a process of its own: ready bytes over a few connections, one request in flight on each."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import time
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import uvloop

from benchmarks.bodies import read_bodies

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


class Result:
    """What one run saw: the acknowledgement times in seconds, and replies that were no plain yes."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.refused: Counter[str] = Counter()


async def send_http(bodies: list[bytes], port: int, key: str, result: Result) -> None:
    loop = asyncio.get_running_loop()
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/x-protobuf\r\nContent-Length: "
    )
    for body in bodies:
        message = head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body
        started = time.perf_counter()
        await loop.sock_sendall(sock, message)
        status, reply = await read_reply(loop, sock)
        result.latencies.append(time.perf_counter() - started)
        # A reply of 200 with a body is a partial success.
        if status != "200" or reply:
            result.refused[f"{status} {reply[:200].decode(errors='replace')}"] += 1
    sock.close()


async def read_reply(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> tuple[str, bytes]:
    data = await loop.sock_recv(sock, 65536)
    while b"\r\n\r\n" not in data:
        more = await loop.sock_recv(sock, 65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += await loop.sock_recv(sock, 65536)
    return head.split(b" ", 2)[1].decode(), body


async def send_grpc(bodies: list[bytes], port: int, key: str, result: Result) -> None:
    # Without a pool of its own, gRPC would put all channels onto one connection.
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        await channel.channel_ready()
        call: Any = channel.unary_unary(METHOD)  # no serializers: bytes in, bytes out
        metadata = (("authorization", f"Bearer {key}"),)
        for body in bodies:
            started = time.perf_counter()
            try:
                reply = await call(body, metadata=metadata)
                if reply:
                    result.refused[f"OK {reply[:200].decode(errors='replace')}"] += 1
            except grpc.aio.AioRpcError as error:
                result.refused[f"{error.code().name} {error.details()}"] += 1
            result.latencies.append(time.perf_counter() - started)


async def send(path: Path, transport: str, port: int, key: str, connections: int) -> dict[str, Any]:
    bodies = list(read_bodies(path))
    send_one = send_http if transport == "http" else send_grpc
    result = Result()
    started_at = time.time()
    started = time.perf_counter()
    # Turn by turn, so that the last requests of the file are the last to be sent.
    await asyncio.gather(*(send_one(bodies[i::connections], port, key, result) for i in range(connections)))
    seconds = time.perf_counter() - started
    ordered = sorted(result.latencies)
    return {
        "started_at": started_at,
        "seconds": seconds,
        "requests": len(ordered),
        "ack_p50_ms": round(ordered[len(ordered) // 2] * 1000, 3),
        "ack_p99_ms": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1000, 3),
        "refused": dict(result.refused.most_common(5)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bodies", type=Path)
    parser.add_argument("--transport", choices=("http", "grpc"), default="http")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key", default="")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    job = send(options.bodies, options.transport, options.port, options.key, options.connections)
    print(json.dumps(uvloop.run(job)))


if __name__ == "__main__":
    main()
