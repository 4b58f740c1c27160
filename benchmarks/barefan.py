"""The least that telling a crowd could cost: accept so many connections, and write to all in a bare loop.

Run as a program with how many connections and how many bytes; prints its port. Every byte that the first
connection sends is answered by one round to all.
"""

import os
import socket
import sys

from benchmarks.place import SERVERS


def main(count: int, size: int) -> None:
    os.sched_setaffinity(0, SERVERS)
    payload = b"x" * size
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        print(listening.getsockname()[1], flush=True)
        connections = [listening.accept()[0] for _ in range(count)]
        while connections[0].recv(1):
            for one in connections:
                one.send(payload)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
