"""Judges the Zendesk sandbox with PyPI's zenpy, a public client of the Support API.

    pip install -r requirements.txt
    python zendesk_client.py http://127.0.0.1:9105 agent@example.com zendesk-sandbox-token

zenpy only speaks HTTPS to zendesk.com, so its session is led to the sandbox. Prints one line per check
and exits with 1 if any failed.
"""

import sys

import requests
from requests.adapters import HTTPAdapter
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket
from zenpy.lib.exception import APIException, RecordNotFoundException

HOST, EMAIL, TOKEN = sys.argv[1:4]
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


class Led(HTTPAdapter):
    def send(self, request, **options):
        # zenpy reads an answer by the address that it asked.
        asked = request.url
        request.url = asked.replace("https://judge.zendesk.com", HOST)
        response = super().send(request, **options)
        response.request.url = asked
        return response


def client(token):
    session = requests.Session()
    session.mount("https://", Led())
    return Zenpy(subdomain="judge", email=EMAIL, token=token, session=session)


zendesk = client(TOKEN)
check("it learns who it is", zendesk.users.me().email == EMAIL)
made = zendesk.tickets.create(Ticket(subject="Judged", comment=Comment(body="The first comment")))
check("it creates a ticket", made.ticket.subject == "Judged", made)
read = zendesk.tickets(id=made.ticket.id)
check("it reads the ticket", read.description == "The first comment", read)
read.status = "open"
check("it updates the ticket", zendesk.tickets.update(read).ticket.status == "open")
found = list(zendesk.search("ann@example.com", type="user"))
check("it searches users", [user.phone for user in found] == ["+4930123456"], found)
try:
    zendesk.tickets(id=1)
    check("an unknown ticket is its RecordNotFoundException", False)
except RecordNotFoundException:
    check("an unknown ticket is its RecordNotFoundException", True)
try:
    client("wrong").users.me()
    check("a wrong token is refused", False)
except APIException:
    check("a wrong token is refused", True)
sys.exit(1 if failures else 0)
