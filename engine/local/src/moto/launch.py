"""Runs moto's server, one call at a time, behind `guard.py` and with the mends of `mends/`, which come first in the same program.

Moto's worlds are dictionaries without locks, and its server has a thread for each call: where two of them meet, one fails, often after it had
its effect. Python runs one thread at a time anyway, so nothing is lost by taking turns.
"""

import io

import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.server import main
from werkzeug.wsgi import get_input_stream


def not_delivered(method, url, **_):
    # AWS delivers after it has answered, so that a call succeeds whatever becomes of the delivery.
    response = requests.Response()
    response.status_code = 503
    response.url = url
    response.reason = "the local cloud reaches no other address"
    return response


requests.request = requests.api.request = not_delivered

turn = threading.Lock()
answer = DomainDispatcherApplication.__call__


def answer_in_turn(self, environ, start_response):
    if not may_ask(environ):
        return closed(start_response)
    # What is still on its way holds nobody up.
    body = get_input_stream(environ).read()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    with turn:
        return answer(self, environ, start_response)


DomainDispatcherApplication.__call__ = answer_in_turn

main(sys.argv[1:])
