"""Judges the Dynamics 365 sandbox's sign-on with PyPI's msal, Microsoft's own client.

    pip install -r requirements.txt
    python dynamics_client.py http://127.0.0.1:9106 TENANT CLIENT SECRET

The package asks Microsoft's host over HTTPS, so its session is led to the sandbox. Prints one line per
check and exits with 1 if any failed.
"""

import sys
from urllib.parse import urlsplit

import msal
import requests
from requests.adapters import HTTPAdapter

HOST, TENANT, CLIENT, SECRET = sys.argv[1:5]
failures = 0


def check(name, passed, detail=""):
    global failures
    failures += 0 if passed else 1
    print(f"{'ok    ' if passed else 'FAILED'} {name}{'' if passed else f': {detail}'}")


class Led(HTTPAdapter):
    def send(self, request, **options):
        parts = urlsplit(request.url)
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", HOST)
        return super().send(request, **options)


def session():
    led = requests.Session()
    led.mount("https://", Led())
    return led


def application(secret):
    return msal.ConfidentialClientApplication(
        CLIENT, client_credential=secret, http_client=session(), instance_discovery=False,
        authority=f"https://login.microsoftonline.com/{TENANT}")


scope = [f"{HOST}/.default"]
got = application(SECRET).acquire_token_for_client(scopes=scope)
check("it gets a token for the organisation", "access_token" in got, got)
refused = application("wrong").acquire_token_for_client(scopes=scope)
check("a wrong secret is invalid_client", refused.get("error") == "invalid_client", refused)
refused = application(SECRET).acquire_token_for_client(scopes=["https://elsewhere.example/.default"])
check("another organisation is no scope of it", refused.get("error") == "invalid_scope", refused)
headers = {"Authorization": f"Bearer {got.get('access_token')}", "OData-Version": "4.0"}
place = f"{HOST}/api/data/v9.2/contacts"
found = requests.get(place, headers=headers, params={"$filter": "fullname eq 'Ann O''Hara'"}, timeout=5)
check("a doubled quote is one sign of a text", len(found.json()["value"]) == 1, found.text)
made = requests.post(place, headers=headers | {"Prefer": "return=representation"},
                     json={"fullname": "Judged"}, timeout=5)
check("a row is shown where that is preferred", made.status_code == 201, made.text)
check("its address is told", made.headers["OData-EntityId"].startswith(place), made.headers)
sys.exit(1 if failures else 0)
