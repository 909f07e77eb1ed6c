"""Runs moto's server for as long as the gateway that started it lives, and one call at a time.

The gateway holds the other end of standard input. However the gateway ends, a SIGKILL included, the pipe closes and this process ends with it.

Moto's worlds are dictionaries without locks, and its server has a thread for each call: where two of them meet, one fails, often after it had
its effect. Python runs one thread at a time anyway, so nothing is lost by taking turns.
"""

import io
import os
import sys
import threading


def end_with_parent() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

# The import takes a second; the watch above must already run.
from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: E402
from moto.server import main  # noqa: E402
from werkzeug.wsgi import get_input_stream  # noqa: E402

turn = threading.Lock()
answer = DomainDispatcherApplication.__call__


def answer_in_turn(self, environ, start_response):
    # What is still on its way holds nobody up.
    body = get_input_stream(environ).read()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    with turn:
        return answer(self, environ, start_response)


DomainDispatcherApplication.__call__ = answer_in_turn

main(sys.argv[1:])
