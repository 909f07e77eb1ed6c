"""Runs moto's server for as long as the gateway that started it lives.

The gateway holds the other end of standard input. However the gateway ends, a SIGKILL included, the pipe closes and this process ends with it.
"""

import os
import sys
import threading


def end_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto.server import main  # noqa: E402  (the import takes a second; the watch above must already run)

main(sys.argv[1:])
