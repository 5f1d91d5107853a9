"""Judges the Salesforce sandbox with PyPI's simple-salesforce, a public client of the REST API.

    pip install -r requirements.txt
    python salesforce_client.py http://127.0.0.1:9106 salesforce-sandbox-key salesforce-sandbox-secret key.pem

The package only speaks HTTPS, so its session is led to the sandbox. Prints one line per check and exits
with 1 if any failed.
"""

import sys
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed, SalesforceExpiredSession, SalesforceMalformedRequest,
)

HOST, KEY, SECRET, PEM = sys.argv[1:5]
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


salesforce = Salesforce(consumer_key=KEY, consumer_secret=SECRET, domain="judge.my", session=session())
check("it logs in with client credentials", bool(salesforce.session_id))
found = salesforce.query(format_soql("SELECT Id, Name FROM Contact WHERE Name = {}", "Ann O'Hara"))
check("its own escaping finds the record", found["totalSize"] == 1, found)
made = salesforce.Case.create({"Subject": "Judged"})
check("it creates a record", made["success"] and len(made["id"]) == 18, made)
check("an update answers 204", salesforce.Case.update(made["id"], {"Subject": "Again"}) == 204)
check("it reads the record", salesforce.Case.get(made["id"])["Subject"] == "Again")
try:
    salesforce.query("SELECT Id FROM Contact WHERE Name = 'x' OR")
    check("a query that is none is malformed", False)
except SalesforceMalformedRequest:
    check("a query that is none is malformed", True)
try:
    Salesforce(session_id="00D!gone", instance="judge.my.salesforce.com", session=session()).query("SELECT Id FROM Case")
    check("a session that ended is its expired session", False)
except SalesforceExpiredSession:
    check("a session that ended is its expired session", True)
signed = Salesforce(username="flow@example.com", consumer_key=KEY, privatekey_file=PEM, domain="login", session=session())
check("it logs in with a signed assertion", bool(signed.session_id))
try:
    Salesforce(username="eve@example.com", consumer_key=KEY, privatekey_file=PEM, domain="login", session=session())
    check("an assertion for a user who is not approved is refused", False)
except SalesforceAuthenticationFailed:
    check("an assertion for a user who is not approved is refused", True)
found = signed.search("FIND {\\+4930123456} IN PHONE FIELDS RETURNING Contact(Id,Name)")
check("it searches by telephone number", len(found["searchRecords"]) == 1, found)
try:
    Salesforce(consumer_key=KEY, consumer_secret="wrong", domain="judge.my", session=session())
    check("a wrong secret is refused", False)
except SalesforceAuthenticationFailed:
    check("a wrong secret is refused", True)
sys.exit(1 if failures else 0)
