"""Makes empty files, folders and links until there is no inode left; stops at 100,000.

Expected: 0 points.
"""
import os

from ordinary import *


def attack():
    made = 0
    for folder in (os.getcwd(), "/tmp", "/dev/shm"):
        try:
            while made < 100_000:
                os.mkdir(f"{folder}/folder{made}_was_here")
                os.symlink("/", f"{folder}/folder{made}_was_here/link")
                made += 2
        except OSError:
            continue
    if made > 20_000:
        raise Through(f"{made} inodes")


attack()
