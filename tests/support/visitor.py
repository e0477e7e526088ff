"""A person with a browser, as far as plain HTTP goes: cookies, the CSRF field, redirects."""

from __future__ import annotations

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

from tests.support.processes import Reply
from tests.support.server import EMAIL, PASSWORD


class Visitor:
    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def _open(self, path: str, form: dict[str, str] | None) -> Reply:
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(
            self.base + path, data=data, headers={"Origin": self.base, "Referer": self.base + path}
        )
        try:
            with self._opener.open(request, timeout=30) as reply:
                return Reply(reply.status, {**dict(reply.headers), "url": reply.url}, reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, dict(error.headers), error.read())

    def get(self, path: str) -> Reply:
        return self._open(path, None)

    def post(self, path: str, **form: str) -> Reply:
        """Fill the form of the page at `path` and send it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        return self._open(path, {**form, **({"csrfmiddlewaretoken": token.group(1)} if token else {})})

    def log_in(self, email: str = EMAIL, password: str = PASSWORD) -> Reply:
        return self.post("/login/", email=email, password=password)

    def home(self) -> str:
        """The path of the traces list that `/` leads to."""
        return urllib.parse.urlsplit(self.get("/").headers["url"]).path


def words(page: Reply) -> str:
    """The page's text without markup, blanks squeezed."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
