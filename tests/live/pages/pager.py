"""Keeps what Alertmanager sends: POST adds one to the list of its path, GET answers with that list."""

import collections
import http.server
import json

received = collections.defaultdict(list)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received[self.path].append(json.loads(body))
        self.answer(b"")

    def do_GET(self):
        self.answer(json.dumps(received[self.path]).encode())

    def answer(self, body):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
