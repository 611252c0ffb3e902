# usage: python3 -c "$this" DIR LINK NEAR FAR
# Two networks with a bad line between them: LINK with the address NEAR where this was started, `far` with FAR in a
# network of its own. Each packet is late by the delay of DIR/weather and lost with its chance ("MILLISECONDS PERCENT"),
# which SIGHUP has read again; 100 percent is a line that is cut. Says DIR/ready when both ends are up. The line goes with this process.
import ctypes
import fcntl
import heapq
import os
import random
import selectors
import signal
import struct
import subprocess
import sys
import time

CLONE_NEWNET, TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x40000000, 0x400454CA, 0x0001, 0x1000
# Packets under way at most, as a router's queue has an end.
MOST = 20_000
# Read from one end at a time, before the other and what is due have their turn.
AT_ONCE = 64

folder, link, near, far = sys.argv[1:]


def end(name, *address):
    """An interface here, and its file."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.run(["ip", "addr", "add", address[0], "peer", address[1], "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    return tun


def read_weather(*_):
    global delay, lost
    with open(f"{folder}/weather") as file:
        milliseconds, percent = file.read().split()
    delay, lost = float(milliseconds) / 1000, float(percent) / 100
    with open(f"{folder}/read", "w") as file:
        file.write(f"{milliseconds} {percent}")


read_weather()
signal.signal(signal.SIGHUP, read_weather)
here = end(link, near, far)
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(CLONE_NEWNET) != 0:
    sys.exit(f"no network of its own: {os.strerror(ctypes.get_errno())}")
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
there = end("far", far, near)
# The same packets are lost in every run that sends the same.
chance = random.Random(1)
across = {here: there, there: here}
late, number = [], 0
watched = selectors.DefaultSelector()
for tun in across:
    watched.register(tun, selectors.EVENT_READ)
open(f"{folder}/ready", "w").close()
while True:
    wait = max(0, late[0][0] - time.monotonic()) if late else None
    for key, _ in watched.select(wait):
        for _ in range(AT_ONCE):
            try:
                packet = os.read(key.fd, 65536)
            except BlockingIOError:
                break
            if chance.random() >= lost and len(late) < MOST:
                number += 1
                heapq.heappush(late, (time.monotonic() + delay, number, across[key.fd], packet))
    while late and late[0][0] <= time.monotonic():
        _, _, to, packet = heapq.heappop(late)
        try:
            os.write(to, packet)
        except OSError:
            # Full, or gone down: lost, as on any line.
            pass
