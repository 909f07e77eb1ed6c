"""How moto's faults are mended: methods of its classes are replaced where they are wrong, before the server starts.

Moto is pinned by hash (`moto.lock`), so a method is known to be there; if a later version has renamed it, moto does not start. One file for each
service; each mend names the AWS page or the report that it follows. What moto has, moto does: a mend goes when moto is right.
"""

from moto.core.exceptions import JsonRESTError, ServiceException


def instead(owner, name):
    """Replaces a method. The function that replaces it gets the method that was there as its first argument."""

    def put(function):
        was = getattr(owner, name)

        def method(self, *arguments, **named):
            return function(was, self, *arguments, **named)

        setattr(owner, name, method)
        return function

    return put


def added(owner, name):
    """Adds a method that moto has not."""

    def put(function):
        if hasattr(owner, name):
            raise AttributeError(f"moto has {owner.__name__}.{name} now")
        setattr(owner, name, function)
        return function

    return put


def refuse_json(code, message):
    """Answers with an error of a service in the JSON protocols."""
    raise JsonRESTError(code, message)
