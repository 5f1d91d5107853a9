"""Judges the Re:lation sandbox with PyPI's relation-client, a public client of the API v2.

    pip install -r requirements.txt
    python relation_client.py http://127.0.0.1:9106 TOKEN TICKET

The client only knows relationapp.jp, so its base address is led to the sandbox. A 403 is a missing
permission to it, also where it stands for the limit: what it keeps of the headers tells the two apart.
Prints one line per check and exits with 1 if any failed.
"""

import sys

# The script's own folder holds a file of the package's name.
sys.path.pop(0)

from relation_client import RelationClient  # noqa: E402
from relation_client.exceptions import (  # noqa: E402
    AuthenticationError,
    RelationPermissionError,
    ResourceNotFoundError,
)

HOST, TOKEN, TICKET = sys.argv[1:4]
BOX = 12
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


def client(token):
    made = RelationClient(access_token=token, subdomain="judge", max_retries=0)
    made._base_url = f"{HOST}/api/v2"
    return made


def refused(name, error, call):
    try:
        check(name, False, call())
    except error as refusal:
        check(name, True)
        return refusal


api = client(TOKEN)
boxes = {box.message_box_id: box for box in api.message_boxes.list()}
check("boxes are listed", boxes[BOX].name == "サポート", boxes)
labels = {label.label_id: label.name for label in api.labels.list(BOX)}
check("labels are listed", labels[72] == "お問い合わせ/返品", labels)
categories = [row.name for row in api.case_categories.list(BOX, per_page=1, page=2)]
check("lists come page by page", categories == ["お問い合わせ > 配送"], categories)
reasons = [row.name for row in api.pending_reasons.list(BOX)]
check("pending reasons are listed", reasons == ["確認待ち"], reasons)
users = {user.mention_name: user for user in api.users.list()}
check("users are listed", users["taro"].last_name == "大阪", users)

found = api.tickets.search(BOX, status_cds=["open", "ongoing"])
check("a search finds open tickets", [row.ticket_id for row in found] == [int(TICKET)], found)
check("without their messages", found[0].messages == [], found[0])
none = api.tickets.search(BOX, since="2999-01-01T00:00:00Z")
check("a search by time finds none that is older", none == [], none)
other = api.tickets.search(15)
check("boxes are apart", other == [], other)

ticket = api.tickets.get(BOX, int(TICKET))
check("a ticket is read", (ticket.title, ticket.status_cd) == ("返品したい", "open"), ticket)
check("with its assignee", ticket.assignee == "taro", ticket.assignee)
check("its labels", ticket.label_ids == [71, 72], ticket.label_ids)
check("its categories", ticket.case_category_ids == [32], ticket.case_category_ids)
check("its times", ticket.created_at is not None and ticket.last_updated_at >= ticket.created_at, ticket)
received, sent = sorted(ticket.messages, key=lambda message: message.message_id)
check("a received message", (received.method_cd, received.action_cd) == ("mail", "received"), received)
check("a sent message", (sent.action_cd, sent.to) == ("sent", "yamada@example.com"), sent)
check("its text and its time", sent.body == "承知しました" and sent.sent_at is not None, sent)

group = boxes[BOX].customer_group_id
customers = api.customers.search(group, emails=["yamada@example.com"])
names = [customer.last_name for customer in customers]
check("customers are found by part of an address", names == ["山田", "小山田"], names)

refused("a wrong token is 401", AuthenticationError, lambda: client("wrong").message_boxes.list())
refused("a ticket that is not there is 404", ResourceNotFoundError, lambda: api.tickets.get(BOX, 1))
refused("a box that the token may not read is 403", RelationPermissionError, lambda: api.tickets.search(16))
left = api.last_rate_limit["remaining"]
check("with calls left", left > 0, api.last_rate_limit)
for _ in range(left):
    api.message_boxes.list()
refused("a call too many is 403 as well", RelationPermissionError, lambda: api.message_boxes.list())
check("with none left", api.last_rate_limit["remaining"] == 0, api.last_rate_limit)

sys.exit(1 if failures else 0)
