"""Judges the check of Standard Webhooks with PyPI's standardwebhooks, the authors' own library.

    pip install -r requirements.txt
    python standard_webhooks.py http://127.0.0.1:9000/webhooks/generic/KEY whsec_... 1790000000

The time is the one that the bundle under test goes by, in seconds. Prints one line per check and
exits with 1 if any failed.
"""

import datetime
import json
import sys

import requests
from standardwebhooks import Webhook

URL, SECRET, NOW = sys.argv[1], sys.argv[2], int(sys.argv[3])
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = json.dumps({"event": "order_failed", "order": {"number": 7, "total": 149.5, "name": "障害"}})
failures = 0


def post(secret=SECRET, at=NOW, body=BODY, message="msg_1", signature=None, **changed):
    time = datetime.datetime.fromtimestamp(at, tz=datetime.timezone.utc)
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": message,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": signature or Webhook(secret).sign(message, time, body),
    }
    headers.update(changed)
    return requests.post(URL, data=body.encode(), headers=headers, timeout=10).status_code


def check(name, status, expected):
    global failures
    failures += 0 if status == expected else 1
    print(f"{'ok    ' if status == expected else 'FAILED'} {name}: {status}")


time = datetime.datetime.fromtimestamp(NOW, tz=datetime.timezone.utc)
both = " ".join(Webhook(secret).sign("msg_1", time, BODY) for secret in (OTHER, SECRET))
check("signed by the library", post(), 202)
check("the same message again, with a signature of the old secret too", post(signature=both), 202)
check("signed with another secret", post(secret=OTHER), 401)
check("too old", post(at=NOW - 301), 401)
check("from the future", post(at=NOW + 301), 401)
stale = Webhook(SECRET).sign("msg_1", time, BODY)
check("another body under a signature", post(body=BODY.replace("149.5", "1.5"), signature=stale), 401)
check("another id under a signature", post(message="msg_2", signature=stale), 401)
check("an asymmetric signature", post(signature=stale.replace("v1,", "v1a,")), 401)
check("an id with a full stop", post(message="msg.1"), 400)
check("no signature", requests.post(URL, data=BODY.encode(), timeout=10).status_code, 401)
sys.exit(1 if failures else 0)
