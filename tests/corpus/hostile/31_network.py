"""Tries to reach a network, a name server, loopback, sockets of other kinds, and abstract ones.

Expected: 0 points.
"""
import socket

from ordinary import *


PORTS = (22, 53, 80, 111, 443, 3306, 5432, 6379, 8080, 8888, 8786)


def attack():
    for port in PORTS:
        for host in ("127.0.0.1", "::1", "0.0.0.0"):
            try:
                with socket.create_connection((host, port), timeout=0.2):
                    raise Through(f"{host}:{port}")
            except OSError:
                pass
    try:
        raise Through(str(socket.getaddrinfo("example.invalid", 80)))
    except OSError:
        pass
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                with socket.socket(family, kind) as made:
                    made.sendto(b"hello", ("127.0.0.1", 9))
                    raise Through(f"{family} {kind}")
            except (OSError, TypeError):
                pass
    for name in ("/run/systemd/notify", "/var/run/docker.sock", "/tmp/.X11-unix/X0", "/run/dbus/system_bus_socket",
                 "\0/tmp/.X11-unix/X0", "\0hostile-listens", "\0autograder"):
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.connect(name)
                raise Through(repr(name))
        except OSError:
            pass


attack()
