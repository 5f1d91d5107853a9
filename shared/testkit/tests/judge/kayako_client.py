"""Judges the Kayako sandbox with PyPI's kayako-mcp-server, which reads cases and their posts.

    pip install -r requirements.txt
    python kayako_client.py http://127.0.0.1:9102 agent@example.com kayako-sandbox-password

The package only reads, so the case is first written with plain requests, by the documented
log-in. Prints one line per check and exits with 1 if any failed.
"""

import os
import sys

import requests

HOST, EMAIL, PASSWORD = sys.argv[1:4]
# The package reads its settings once, when it is imported.
os.environ.update(KAYAKO_BASE_URL=HOST, KAYAKO_EMAIL=EMAIL, KAYAKO_PASSWORD=PASSWORD)

from kayako_mcp_server import server  # noqa: E402

failures = 0
API = f"{HOST}/api/v1"


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


me = requests.get(f"{API}/me.json", auth=(EMAIL, PASSWORD), timeout=10)
session = requests.Session()
session.headers["X-Session-ID"] = me.json()["session_id"]
token = me.headers["X-CSRF-Token"]
refused = session.post(f"{API}/cases.json", json={}, timeout=10)
check("a write without the CSRF token is refused",
      refused.status_code == 403 and refused.json()["errors"][0]["code"] == "CSRF_FAILED", refused.text)
session.headers["X-CSRF-Token"] = token
created = session.post(f"{API}/cases.json", timeout=10, data={
    "subject": "Judged", "contents": "The first post", "channel": "NOTE",
    "requester_id": me.json()["data"]["id"], "tags": "one, two",
})
check("a form-urlencoded create answers 201", created.status_code == 201, created.text)
case_id = created.json()["data"]["id"]
for number in range(1, 12):
    session.post(f"{API}/cases/{case_id}/reply.json", timeout=10,
                 json={"contents": f"Note {number}", "channel": "NOTE"})

login = server.authenticate_kayako()
check("the package logs in", login["session_id"] and login["csrf_token"], login)
check("it learns who it is", login["requester_id"] == me.json()["data"]["id"], login)
ticket = server.fetch_ticket_data(str(case_id))
check("it reads the case", ticket["ticket"]["data"]["subject"] == "Judged", ticket)
posts = ticket["posts"]["data"]
check("it follows next_url to all 12 posts", len(posts) == 12, len(posts))
check("posts come newest first", posts[-1]["contents"] == "The first post", posts[-1])
text = server.format_ticket_markdown(ticket["ticket"], ticket["posts"])
check("it formats the conversation", "# Ticket" in text and "Note 11" in text, text)
found = server.search_tickets(limit=5)
check("it lists cases", found["tickets"][0]["id"] == case_id, found)
try:
    server.fetch_ticket_data("999999")
    check("an unknown case is not found", False, "found")
except ValueError as error:
    check("an unknown case is not found", "not found" in str(error), error)

server.auth_cache = None
server.KAYAKO_PASSWORD = "wrong"
try:
    server.authenticate_kayako()
    check("a wrong password is refused", False, "logged in")
except ValueError as error:
    check("a wrong password is refused", "401" in str(error), error)

sys.exit(1 if failures else 0)
