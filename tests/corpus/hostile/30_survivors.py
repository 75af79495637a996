"""Leaves processes behind: forked twice, in sessions of their own, ignoring signals, writing files.

Expected: 0 points.
"""
import os
import signal
import subprocess
import time

from ordinary import *


def attack():
    for _ in range(3):
        if os.fork() == 0:
            new_session()
            if os.fork() == 0:
                for number in range(1, signal.NSIG):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                live()
            os._exit(0)
    subprocess.Popen(["sh", "-c", "trap '' HUP TERM INT; for i in $(seq 60); do sleep 1; : > shell_was_here; done"], preexec_fn=new_session)


def live():
    end = time.time() + 120
    while time.time() < end:
        for folder in (".", "/tmp"):
            try:
                with open(f"{folder}/survivor_was_here", "w") as file:
                    file.write(str(time.time()))
            except OSError:
                pass
        time.sleep(0.1)
    os._exit(0)


attack()
