"""Judges the Opsgenie sandbox with the vendor's own Python SDK.

    pip install -r requirements.txt
    python opsgenie_sdk.py http://127.0.0.1:9101 og-sandbox-key

Prints one line per check and exits with 1 if any failed.
"""

import sys
import time
import uuid
from datetime import datetime, timedelta, timezone

# This file is named like the package, which must be found first.
sys.path.pop(0)

import opsgenie_sdk
from opsgenie_sdk.exceptions import OpenApiException

HOST, KEY = sys.argv[1], sys.argv[2]
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


def client(key):
    configuration = opsgenie_sdk.Configuration()
    configuration.host = HOST
    configuration.api_key["Authorization"] = key
    return opsgenie_sdk.AlertApi(opsgenie_sdk.ApiClient(configuration=configuration))


api = client(KEY)
alias = f"judge x y/z ü {uuid.uuid4()}"
by_alias = {"identifier": alias, "identifier_type": "alias"}


def outcome(response):
    """Follows a 202 to what really happened, as the documentation asks for."""
    deadline = time.monotonic() + 5
    while True:
        try:
            return api.get_request_status(request_id=response.request_id).data
        except OpenApiException as error:
            waiting = error.headers.get("X-Opsgenie-Errortype") == "RequestNotProcessed"
            if error.status != 404 or not waiting or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def act(name, response):
    data = outcome(response)
    check(f"{name} is processed", data.is_success, data)


def alert():
    return api.get_alert(**by_alias).data


def tags():
    return sorted(alert().tags)


created = api.create_alert(
    create_alert_payload=opsgenie_sdk.CreateAlertPayload(
        message="Judged", alias=alias, description="by the SDK", tags=["one"],
        details={"case": "9"}, priority="P2", source="kayako", user="judge",
        responders=[{"type": "team", "name": "ops"}],
    )
)
check("create answers 202 with a request id", bool(created.request_id), created)
status = outcome(created)
check("create is processed", status.is_success and status.action == "Create", status)
check("the status names the alert and its alias", status.alert_id and status.alias == alias, status)

found = alert()
check("get by alias finds it", found.id == status.alert_id, found)
check("its fields arrived", (found.message, found.priority, found.details, found.source)
      == ("Judged", "P2", {"case": "9"}, "kayako"), found)

again = api.create_alert(
    create_alert_payload=opsgenie_sdk.CreateAlertPayload(message="Again", alias=alias))
act("a repeated create", again)
check("it raises the count of the same alert", (alert().id, alert().count) == (found.id, 2), alert())

act("acknowledge", api.acknowledge_alert(
    **by_alias, acknowledge_alert_payload=opsgenie_sdk.AcknowledgeAlertPayload(user="judge")))
check("the alert is acknowledged", alert().acknowledged, alert())

act("add note", api.add_note(
    **by_alias, add_note_to_alert_payload=opsgenie_sdk.AddNoteToAlertPayload(note="Seen", user="judge")))
notes = api.list_notes(**by_alias).data
check("list notes shows it", [(note.note, note.owner) for note in notes] == [("Seen", "judge")], notes)

act("add tags", api.add_tags(
    **by_alias, add_tags_to_alert_payload=opsgenie_sdk.AddTagsToAlertPayload(tags=["two", "three"])))
check("the tags are there", tags() == ["one", "three", "two"], tags())
act("remove tags", api.remove_tags(**by_alias, tags=["one", "two"]))
check("the tags are gone", tags() == ["three"], tags())

end = datetime.now(timezone.utc) + timedelta(hours=1)
act("snooze", api.snooze_alert(
    **by_alias, snooze_alert_payload=opsgenie_sdk.SnoozeAlertPayload(end_time=end)))
check("the alert is snoozed", alert().snoozed, alert())

act("priority", api.update_alert_priority(
    **by_alias,
    update_alert_priority_payload=opsgenie_sdk.UpdateAlertPriorityPayload(priority="P1")))
check("the priority is P1", alert().priority == "P1", alert())

act("custom action", api.execute_custom_alert_action(
    **by_alias, action_name="escalate to desk",
    execute_custom_alert_action_payload=opsgenie_sdk.ExecuteCustomAlertActionPayload(user="judge")))

act("add details", api.add_details(
    **by_alias,
    add_details_to_alert_payload=opsgenie_sdk.AddDetailsToAlertPayload(details={"ticket": "T1"})))
check("the details are merged", alert().details == {"case": "9", "ticket": "T1"}, alert().details)

listed = api.list_alerts(query=f'alias:"{alias}" AND status:open', limit=5).data
check("list by alias and status finds one", [row.id for row in listed] == [found.id], listed)

act("close", api.close_alert(
    **by_alias, close_alert_payload=opsgenie_sdk.CloseAlertPayload(user="judge", note="Done")))
closed = api.get_alert(identifier=found.id, identifier_type="id").data
check("the alert is closed", closed.status == "closed", closed)

twice = outcome(api.close_alert(**by_alias))
check("closing an alias that is not open fails in the status only", not twice.is_success, twice)

fresh = outcome(api.create_alert(
    create_alert_payload=opsgenie_sdk.CreateAlertPayload(message="Judged", alias=alias)))
check("the alias opens a new alert after the close", fresh.alert_id != found.id, fresh)


def refused(name, status, call):
    try:
        call()
        check(name, False, "accepted")
    except OpenApiException as error:
        check(name, getattr(error, "status", None) == status, error)


long = opsgenie_sdk.CreateAlertPayload(message="x" * 131)
nested = opsgenie_sdk.CreateAlertPayload(message="x", details={"a": {"b": 1}})
refused("a message of 131 characters is refused with 422", 422,
        lambda: api.create_alert(create_alert_payload=long))
refused("nested details are refused with 422", 422,
        lambda: api.create_alert(create_alert_payload=nested))
refused("a wrong key is refused with 401", 401, lambda: client("wrong").list_alerts())

sys.exit(1 if failures else 0)
