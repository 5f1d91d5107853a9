"""Judges the Slack sandbox, and every block that Deskbridge posts, with Slack's own PyPI slack-sdk.

    pip install -r requirements.txt
    python slack_client.py http://127.0.0.1:9107 xoxb-... C0SUPPORT views.json

What Deskbridge posted is read from the channel; its forms, which nobody can read back, are in the file.
Prints one line per check and exits with 1 if any failed.
"""

import json
import sys

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

URL, TOKEN, CHANNEL, VIEWS = sys.argv[1:5]
GENERAL, LEADS, ANN = "C0GENERAL", "G0LEADS", "U0ANN"
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


def refused(name, error, call):
    try:
        check(name, False, call())
    except SlackApiError as raised:
        check(name, raised.response["error"] == error, raised.response)
        return raised.response


def read_again(blocks):
    """What the SDK's models make of the blocks; they raise where a limit is not kept."""
    return [block.to_dict() for block in Block.parse_all(blocks)]


def same(ours, theirs):
    """Equal but for what a model leaves out because it is Slack's default."""
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(
            same(value, theirs.get(name, value if value is False else None)) for name, value in ours.items()
        )
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == theirs


slack = WebClient(token=TOKEN, base_url=f"{URL}/api/")

# What Deskbridge posted, page by page.
posted = [
    message
    for page in slack.conversations_history(channel=CHANNEL, limit=5, include_all_metadata=True)
    for message in page["messages"]
]
check("there are messages of Deskbridge's to judge", len(posted) >= 8, len(posted))
for message in posted:
    name = f"its blocks are Slack's: {message['text'][:50]!r}"
    try:
        read = read_again(message["blocks"])
        check(name, same(message["blocks"], read), read)
    except Exception as error:
        check(name, False, error)
marks = {message["metadata"]["event_payload"]["action"] for message in posted}
check("each carries the id of its action", len(marks) == len(posted), marks)

with open(VIEWS, encoding="utf-8") as file:
    views = json.load(file)
check("there are forms of Deskbridge's to judge", len(views) == 4, len(views))
for view in views:
    name = f"the form is Slack's: {view['title']['text']}"
    try:
        read = View(**view).to_dict()
        check(name, same(view, read), read)
    except Exception as error:
        check(name, False, error)

# The sandbox.
who = slack.auth_test()
check("it says whose token it is", who["team_id"] == "T0ACME", who)
check("it names the scopes of a token", "chat:write" in who.headers["x-oauth-scopes"], who.headers)
made = slack.chat_postMessage(channel=GENERAL, text="A judge's", metadata={"event_type": "judge", "event_payload": {"n": 1}})
check("it takes a message", made["ok"] and made["message"]["text"] == "A judge's", made)
changed = slack.chat_update(channel=GENERAL, ts=made["ts"], text="Changed")
check("it changes the message", changed["ts"] == made["ts"], changed)
shown = slack.chat_postEphemeral(channel=GENERAL, user=ANN, text="Only for Ann")
check("it shows one person a message", bool(shown["message_ts"]), shown)
ann = slack.users_lookupByEmail(email="ann@example.com")
check("it finds a person", ann["user"]["id"] == ANN, ann)
direct = slack.conversations_open(users=ANN)
again = slack.conversations_open(users=ANN)
check("it opens a conversation once", direct["channel"]["id"] == again["channel"]["id"] and again["already_open"])
thread = slack.chat_postMessage(channel=direct["channel"]["id"], text="first")
slack.chat_postMessage(channel=direct["channel"]["id"], text="second", thread_ts=thread["ts"])
replies = slack.conversations_replies(channel=direct["channel"]["id"], ts=thread["ts"])
check("it reads a thread", [message["text"] for message in replies["messages"]] == ["first", "second"], replies)
history = slack.conversations_history(channel=direct["channel"]["id"])
check("a thread's answers are not in the channel", len(history["messages"]) == 1, history)

refused("a wrong token", "invalid_auth", WebClient(token="xoxb-wrong", base_url=f"{URL}/api/").auth_test)
refused("a channel that is not there", "channel_not_found", lambda: slack.chat_postMessage(channel="C0", text="x"))
refused("a private channel without the app", "channel_not_found", lambda: slack.chat_postMessage(channel=LEADS, text="x"))
refused("a channel's history without the app", "not_in_channel", lambda: slack.conversations_history(channel=GENERAL))
refused("a message with nothing in it", "no_text", lambda: slack.chat_postMessage(channel=GENERAL, text=""))
refused("a person that is not there", "users_not_found", lambda: slack.users_lookupByEmail(email="no@example.com"))
refused("a form without a trigger", "invalid_trigger_id", lambda: slack.views_open(trigger_id="1", view=views[0]))
wrong = refused(
    "blocks beyond a limit",
    "invalid_blocks",
    lambda: slack.chat_postMessage(
        channel=GENERAL, text="x", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    ),
)
check("it says where", "json-pointer:/blocks/0" in wrong["response_metadata"]["messages"][0], wrong)

fourth = None
for _ in range(8):
    try:
        slack.chat_postMessage(channel=GENERAL, text="fast")
    except SlackApiError as raised:
        fourth = raised.response
        break
check("too many messages to one channel", fourth is not None and fourth.status_code == 429, fourth)
check("it says how long to wait", int(fourth.headers["retry-after"]) == 1, fourth.headers)
patient = WebClient(token=TOKEN, base_url=f"{URL}/api/", retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)])
check("the SDK's own handler waits and gets through", patient.chat_postMessage(channel=GENERAL, text="slow")["ok"])
revoked = slack.auth_revoke()
check("a token can be revoked", revoked["revoked"], revoked)
refused("a token that was revoked", "token_revoked", slack.auth_test)
sys.exit(1 if failures else 0)
