"""Ends moto with the gateway that started it, closes moto to everybody but the gateway, and the network to moto.

The gateway holds the other end of standard input. However the gateway ends, a SIGKILL included, the pipe closes and this process ends with it.

Moto's port answers requests that carry the key alone; the gateway sends the key down the pipe to standard input. Moto's own commands and pages,
and an instance's metadata, answer the gateway's own requests alone, whatever a caller of the gateway asks.

Moto acts on what a caller asks of it: SNS posts to HTTP endpoints, EventBridge and Firehose too, API Gateway forwards, Lambda runs containers by
Docker. AWS would do that from its own network; here it would be done from a developer's machine. So this process opens no connection at all,
starts no program, and asks no name server.
"""

import errno
import hmac
import os
import sys
import threading

key = sys.stdin.buffer.readline().strip()


def end_with_parent():
    while os.read(0, 4096):
        pass
    os._exit(0)


# Before anything else is imported, which takes a second.
threading.Thread(target=end_with_parent, daemon=True).start()

OF_MOTO = ("/moto-api", "/favicon.ico", "/latest/meta-data", "/latest/api")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def carries_key(environ, header):
    given = environ.get(header, "").encode("latin-1")
    return hmac.compare_digest(given, key)


def may_ask(environ):
    if not carries_key(environ, "HTTP_X_WINDLASS_KEY"):
        return False
    # The path as moto reads it: decoded, and without what is in front of it.
    own = environ.get("PATH_INFO", "").startswith(OF_MOTO)
    return not own or carries_key(environ, "HTTP_X_WINDLASS_MANAGER")


def closed(start_response):
    start_response("403 Forbidden", [("content-type", "text/plain")])
    return [b"moto answers the gateway of the local cloud alone"]


def refuse_to_reach_out(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "the local cloud reaches no other address")
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        name = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if name not in LOOPBACK:
            raise OSError(errno.ENETUNREACH, "the local cloud asks no name server")
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        raise PermissionError(errno.EPERM, "the local cloud starts no program")


# A hook stays for the life of the process: nothing that moto imports can take it away.
sys.addaudithook(refuse_to_reach_out)
