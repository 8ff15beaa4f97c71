"""Where an answer may send on to: the same server, or any by https."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request

from .web_answers import TOKEN_HEADER


class SafeRedirects(HTTPRedirectHandler):
    """Follow to the same server or to https, a few times; the token stays with the server it was meant for."""

    max_redirections = 5

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Request | None:
        """Return the request to follow with; raise where it is not safe."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        same = (old.scheme, old.netloc) == (new.scheme, new.netloc)
        if new.scheme != "https" and not same:
            raise ValueError(
                f"{old.hostname} sends on to {newurl!r}, which is neither the same server nor https, and is not followed."
            )
        made = super().redirect_request(req, fp, code, msg, headers, newurl)
        if made is not None and old.netloc != new.netloc:
            made.remove_header(TOKEN_HEADER)
        return made
