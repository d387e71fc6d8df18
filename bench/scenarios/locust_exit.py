"""Which exit code does Locust end with? Runs it for two seconds each time, against a server on the loopback interface.

    pip install locust
    python bench/scenarios/locust_exit.py

Prints one line a case, and ends with 1 when a case ends otherwise than src/models/scenarios/load/locust-verdict.ts takes for granted.
"""

import pathlib
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILE = """from locust import HttpUser, constant, events, task


class Caller(HttpUser):
    wait_time = constant(0.05)

    @task
    def call(self):
        self.client.get("{path}")

{listener}
"""
LISTENER = """
@events.{event}.add_listener
def judge({parameters}):
    {body}
"""


class Handler(BaseHTTPRequestHandler):
    seen = 0

    def do_GET(self):
        Handler.seen += 1
        failing = self.path == "/flaky" and Handler.seen % 10 == 0
        self.send_response(503 if failing else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def listener(body: str, event: str = "quitting", parameters: str = "environment, **_") -> str:
    return LISTENER.format(body=body, event=event, parameters=parameters)


RATIO = "environment.stats.total.fail_ratio"
# name, path, listener, options, does the run fail?
CASES = [
    ("no listener, no failed request", "/ok", "", [], False),
    ("no listener, failed requests", "/flaky", "", [], True),
    ("the same with --exit-code-on-error 0", "/flaky", "", ["--exit-code-on-error", "0"], False),
    ("a listener sets 0", "/flaky", listener("environment.process_exit_code = 0"), [], False),
    ("a listener of test_stop sets 0", "/flaky", listener("environment.process_exit_code = 0", "test_stop"), [], False),
    ("a listener sets None", "/flaky", listener("environment.process_exit_code = None"), [], True),
    ("sets 1 above 50 %, else nothing", "/flaky", listener(f"if {RATIO} > 0.5: environment.process_exit_code = 1"), [], True),
    ("sets 1 above 50 %, else 0", "/flaky", listener(f"environment.process_exit_code = 1 if {RATIO} > 0.5 else 0"), [], False),
    ("exits with 0 on quit", "/flaky", listener("raise SystemExit(0)", "quit", "exit_code, **_"), [], False),
    ("an assertion that does not hold", "/ok", listener(f"assert {RATIO} > 0"), [], True),
    ("exits with 5", "/ok", listener("raise SystemExit(5)"), [], True),
]


def main() -> int:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, path, code, options, fails in CASES:
            file = pathlib.Path(folder, "locustfile.py")
            file.write_text(FILE.format(path=path, listener=code))
            host = f"http://127.0.0.1:{server.server_port}"
            command = ["locust", "-f", str(file), "--headless", "-u", "2", "-r", "2", "-t", "2s", "-H", host, *options]
            code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
            wrong += (code != 0) != fails
            print(f"{name}: {code}{'' if (code != 0) == fails else ', expected otherwise'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
