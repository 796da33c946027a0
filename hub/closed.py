"""In the console's place while the store cannot be opened: one page that says so, until the supervisor has the hub try again.

Without it a browser would show a connection refused, and nobody would know that no call is heard.
"""

import html
import json
import logging
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from hub.config.sections import WebSection
from hub.serving import CannotServe, listen

log = logging.getLogger(__name__)

STAYS_FOR_S = 30.0
"""Then the process ends, the supervisor starts it again, and the store is tried once more."""

SENTENCE_ZH = (
    "系统没有运行：数据库打不开。现在的求救没有人收到，设备会告诉老人没人听到，并不断重发。"
    "请马上找技术人员，并照纸上的名单逐户打电话。系统每半分钟自动重试。"
)
SENTENCE_EN = (
    "The hub is not running: its store cannot be opened. No call is heard now; devices say so and repeat. "
    "Call a technician at once, and telephone the homes from the list on paper. The hub tries again every half minute."
)

_PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10"><title>系统没有运行</title>
<style>body {{ font: 1.25rem/1.6 sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; color: #000 }}
h1 {{ color: #a30000; font-size: 1.75rem }} code {{ font-size: 1rem; overflow-wrap: anywhere }}</style></head>
<body><main role="alert"><h1>系统没有运行<br><span lang="en">The hub is not running</span></h1>
<p>{zh}</p><p lang="en">{en}</p>{detail}</main></body></html>
"""


def stay_closed(web: WebSection, why: str, for_s: float = STAYS_FOR_S) -> None:
    """Answer every request with what is the matter; `why` in words for a technician, shown on this machine only."""
    try:
        listening = listen(web)
    except CannotServe as error:
        log.error("%s", error)
        return
    if web.tls_cert_file is not None and web.tls_key_file is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(web.tls_cert_file, web.tls_key_file)
        listening = context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
    server = ThreadingHTTPServer(listening.getsockname()[:2], _answering(why), bind_and_activate=False)
    server.daemon_threads = True
    server.socket.close()
    server.socket = listening
    ending = threading.Timer(for_s, server.shutdown)
    ending.daemon = True
    ending.start()
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


def is_supervised() -> bool:
    """Whether something starts the hub again; by hand its sentence on the terminal is enough."""
    return bool(os.environ.get("NOTIFY_SOCKET"))


def _answering(why: str) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            detail = why if ip_address(self.client_address[0]).is_loopback else ""
            if self.path.startswith(("/api/", "/readyz", "/healthz", "/metrics")):
                said = f"{SENTENCE_ZH} {SENTENCE_EN} {detail}".strip()
                problems = [{"code": "store", "detail": said}]
                kind, text = (
                    "application/json",
                    json.dumps({"ready": False, "problems": problems, "notices": []}),
                )
            else:
                shown = f"<p><code>{html.escape(detail)}</code></p>" if detail else ""
                kind = "text/html; charset=utf-8"
                text = _PAGE.format(zh=SENTENCE_ZH, en=SENTENCE_EN, detail=shown)
            body = text.encode()
            self.send_response(503)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Retry-After", "30")
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Who asks for what is nobody's business here."""

    return Answer
