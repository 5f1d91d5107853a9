"""Runs MiniStack on a free loopback port, for as long as the process that started this lives.

Says `ready PORT VERSION` on standard output. Each line on standard input moves MiniStack's clock on
by that many seconds, and is answered with `moved`; the line `roles` makes it check from then on who
may do what, and is answered with `checked`. The end of standard input ends it all.
"""

import atexit
import importlib.metadata
import os
import shutil
import socket
import sys
import tempfile
import threading
import time

control = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What MiniStack prints must not meet what is said to the test.

real_time, real_time_ns = time.time, time.time_ns
ahead = 0.0
time.time = lambda: real_time() + ahead
time.time_ns = lambda: real_time_ns() + int(ahead * 1e9)

folder = tempfile.mkdtemp(prefix="deskbridge-ministack-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)


def say(text):
    control.write(text + "\n")
    control.flush()


def obey():
    global ahead
    for line in sys.stdin:
        if line == "roles\n":
            app.AUTH = True
            say("checked")
        else:
            ahead += float(line)
            say("moved")
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def announce(port):
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    say(f"ready {port} {importlib.metadata.version('ministack')}")


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]

os.environ.update(
    BIND_HOST="127.0.0.1",
    GATEWAY_PORT=str(port),
    AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
    IOT_MTLS_PORT="off",  # It would listen on every address.
    TMPDIR=folder,
    LOG_LEVEL="ERROR",
)
tempfile.tempdir = folder
threading.Thread(target=obey, daemon=True).start()

from ministack import app  # noqa: E402  It reads the environment and the clock's functions.
from ministack.core import iam_evaluator, sigv4  # noqa: E402
from ministack.services import lambda_svc  # noqa: E402

# Those who sign requests go by the real clock.
sigv4.request_time_failure = lambda signature: None
# Queues refuse what does not come over TLS, and nothing here does.
pin_origin = app.pin_request_origin
app.pin_request_origin = lambda address, secure: pin_origin(address, True)
# SQS knows no permission for a batch, only for what is in it.
enforce = iam_evaluator.enforce
iam_evaluator.enforce = lambda key, action, *rest, **named: enforce(
    key, action.removesuffix("Batch") if action.startswith("sqs:") else action, *rest, **named
)
# A template's parameters are text; AWS takes them for numbers where they must be.
concurrency = lambda_svc._sqs_esm_concurrency
lambda_svc._sqs_esm_concurrency = lambda *mapping: int(concurrency(*mapping))

threading.Thread(target=announce, args=(port,), daemon=True).start()
sys.argv = ["ministack"]
app.main()
