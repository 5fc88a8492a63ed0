"""A small disk, so that it can be full: a file system in memory, where this user may mount one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def small_disk(folder: Path, mebibytes: int) -> bool:
    """Make `folder` a disk of that size; False, with the folder as it was, where this user may not."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return False
    words = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "demarche-tests", str(folder)]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def let_go(folder: Path) -> None:
    """Take the disk away again, with all that is on it."""
    subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)
