"""Judges the check of Slack's signatures with Slack's own PyPI slack-sdk, which signs requests to us.

    pip install -r requirements.txt
    python slack_requests.py http://127.0.0.1:9000/webhooks/slack/KEY SECRET 1790000000

The time is the one that the bundle under test goes by, in seconds. Prints one line per check and exits
with 1 if any failed.
"""

import json
import sys
from urllib.parse import urlencode

import requests
from slack_sdk.signature import SignatureVerifier

URL, SECRET, NOW = sys.argv[1], sys.argv[2], int(sys.argv[3])
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
TEAM = {"team_id": "T0ACME", "user_id": "U0ANN"}
failures = 0


def post(body, kind=FORM, secret=SECRET, at=NOW, url=URL, **changed):
    signature = SignatureVerifier(secret).generate_signature(timestamp=str(at), body=body)
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": signature}
    headers.update(changed)
    headers = {name: value for name, value in headers.items() if value is not None}
    return requests.post(url, data=body.encode(), headers=headers, timeout=10)


def check(name, answer, status, body=None):
    global failures
    passed = answer.status_code == status and (body is None or body(answer))
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {answer.status_code} {answer.text}'}")


def ephemeral(answer):
    return answer.json()["response_type"] == "ephemeral"


def empty(answer):
    return answer.text == ""


command = urlencode({
    **TEAM, "command": "/desk", "text": "search 障害 & <ink>", "trigger_id": "1.2.a", "channel_id": "C0SUPPORT",
    "response_url": "https://hooks.slack.com/commands/T0ACME/1/x",
})
event = json.dumps({
    "type": "event_callback", "event_id": "Ev1", "event": {"type": "app_uninstalled"}, "team_id": "T0ACME",
})
button = json.dumps({
    "type": "block_actions", "team": {"id": "T0ACME"}, "user": {"id": "U0ANN"}, "trigger_id": "1.2.b",
    "actions": [{"action_id": "close", "value": "7", "action_ts": "1790000000.000100"}],
}, ensure_ascii=False)

check("a command", post(command), 200, ephemeral)
check("a button", post(urlencode({"payload": button})), 200, empty)
check("an event", post(event, JSON), 200, empty)
retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
check("the same event again", post(event, JSON, **retry), 200, empty)
challenge = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
check("the handshake", post(challenge, JSON), 200, lambda answer: answer.json() == {"challenge": "3eZbrw1a"})
check("the certificate's check", post("ssl_check=1&token=x"), 200, empty)
check("as old as it may be", post(event, JSON, at=NOW - 290), 200)
check("too old", post(command, at=NOW - 301), 401)
check("from the future", post(command, at=NOW + 301), 401)
check("another secret", post(command, secret="other"), 401)
stale = SignatureVerifier(SECRET).generate_signature(timestamp=str(NOW), body=command)
check("another body under a signature", post(event, JSON, **{"X-Slack-Signature": stale}), 401)
check("another time under a signature", post(command, **{"X-Slack-Request-Timestamp": str(NOW - 1)}), 401)
check("another version", post(command, **{"X-Slack-Signature": stale.replace("v0", "v1")}), 401)
check("no signature", post(command, **{"X-Slack-Signature": None}), 401)
check("no time", post(command, **{"X-Slack-Request-Timestamp": None}), 401)
check("a time that is none", post(command, **{"X-Slack-Request-Timestamp": "soon"}), 401)
sys.exit(1 if failures else 0)
