"""A proxy on this machine between a client and a store: it answers some requests with an error, or drops their connections."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_DOWN = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
DENIED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
NOT_SENT_ON = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}


class FaultyProxy:
    """Hand requests on to a server (host, port), every `nth` of them with a `fault`: "busy", "denied", "dropped" or "short".

    A body that is "dropped" ends in the middle with its connection; one that is "short" pretends to be whole.
    """

    def __init__(self, host, port):
        self.host, self.port = host, port
        self.lock = threading.Lock()
        self.set(None)
        handler = type("Handler", (_Handler,), {"proxy": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def set(self, fault, nth=1, methods=("GET", "HEAD")):
        with self.lock:
            self.fault, self.nth, self.methods = fault, nth, methods
            self.asked = self.failed = 0

    def next_fault(self, method):
        with self.lock:
            self.asked += method in self.methods
            if self.fault is None or method not in self.methods or self.asked % self.nth:
                return None
            self.failed += 1
            return self.fault

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy = None

    def log_message(self, *given):
        pass

    def do_GET(self):
        fault = self.proxy.next_fault(self.command)
        if fault in ("busy", "denied"):
            self.answer(*((503, "Slow Down", SLOW_DOWN) if fault == "busy" else (403, "Forbidden", DENIED)))
            return
        status, reason, headers, body = self.asked_behind()
        cut = fault in ("dropped", "short") and self.command == "GET" and len(body) > 1
        said = len(body) // 2 if cut and fault == "short" else len(body)
        self.send_response(status, reason)
        for name, value in headers:
            if name.lower() not in NOT_SENT_ON:
                self.send_header(name, value)
        length = dict((name.lower(), value) for name, value in headers).get("content-length", "0")
        self.send_header("Content-Length", length if self.command == "HEAD" else str(said))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

    def asked_behind(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length) if length else None
        behind = http.client.HTTPConnection(self.proxy.host, self.proxy.port, timeout=20)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            behind.request(self.command, self.path, sent, headers)
            answer = behind.getresponse()
            return answer.status, answer.reason, answer.getheaders(), answer.read()
        finally:
            behind.close()

    def answer(self, status, reason, body):
        self.send_response(status, reason)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
