"""Judges the Google sandbox with PyPI's google-auth, Google's own client for service accounts.

    pip install -r requirements.txt
    python google_client.py http://127.0.0.1:9106 key-file.json

Prints one line per check and exits with 1 if any failed.
"""

import json
import sys

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

HOST, FILE = sys.argv[1:3]
USERS = "https://www.googleapis.com/auth/admin.directory.user.readonly"
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


with open(FILE, encoding="utf-8") as file:
    info = json.load(file)
info["token_uri"] = f"{HOST}/token"


def account(scopes, user=None):
    return service_account.Credentials.from_service_account_info(info, scopes=scopes, subject=user)


def user(credentials):
    return AuthorizedSession(credentials).get(f"{HOST}/admin/directory/v1/users/ann@example.com")


answer = user(account([USERS], "admin@example.com"))
check("it reads a user as an administrator", answer.status_code == 200, answer.text)
answer = user(account([USERS]))
check("an account that stands for nobody is refused", answer.status_code == 403, answer.text)
for scopes, who, code in [
    (["https://www.googleapis.com/auth/drive"], "admin@example.com", "unauthorized_client"),
    (["https://www.googleapis.com/auth/drive"], None, "invalid_scope"),
]:
    try:
        account(scopes, who).refresh(Request())
        check(f"{code} is told", False)
    except RefreshError as error:
        check(f"{code} is told", code in str(error), error)
target = f"{HOST}/find-customer"
token = service_account.IDTokenCredentials.from_service_account_info(info, target_audience=target)
try:
    answer = AuthorizedSession(token).post(target, json={"phone": "+49"})
    check("a function takes an identity token", answer.status_code == 200, answer.text)
except Exception as error:  # The client reads the token's end, which an opaque one does not tell.
    check("a function takes an identity token", False, error)
sys.exit(1 if failures else 0)
