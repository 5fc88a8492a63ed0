"""A process that is asked to end hears it, whatever it is doing at that moment."""

from __future__ import annotations

import subprocess
import sys

_ASKED_OFTEN = """
import faulthandler, os, signal, time
from web.one_process import _until_told

faulthandler.dump_traceback_later(30, exit=True)
me, (read, write) = os.getpid(), os.pipe()
if os.fork() == 0:  # asks from outside, as whoever presses Ctrl-C does: at any moment, once for each byte
    os.close(write)
    while byte := os.read(read, 1):
        time.sleep(byte[0] / 100_000)
        os.kill(me, signal.SIGINT)
    os._exit(0)
for moment in range(1_000):
    with _until_told() as told:
        os.write(write, bytes([moment % 100]))
        while not told.wait(0.00001):  # often at its beginning and its end, where a lock would be held
            pass
"""


def test_a_signal_is_heard_at_whatever_moment_it_comes() -> None:
    ended = subprocess.run([sys.executable, "-c", _ASKED_OFTEN], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
