"""Judges which of Zoho Desk's tokens we let in, with PyPI's PyJWT.

    pip install -r requirements.txt
    python zoho_desk_jwt.py CASES.json

The file holds a JWK Set, the issuer and the audience, and tokens, each with our own verdict. Exits
with 1 if the two differ on any of them.
"""

import collections
import json
import sys

import jwt

cases = json.load(open(sys.argv[1], encoding="utf-8"))
keys = {key["kid"]: jwt.PyJWK(key) for key in cases["keys"]["keys"]}


def verdict(token):
    try:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=cases["iss"],
            audience=cases["aud"],
            leeway=60,
            options={"require": ["exp", "iss", "aud"]},
        )
        return "accepted"
    except KeyError:
        return "unknown key"
    except Exception as error:  # PyJWT lets errors of base64 and of UTF-8 through
        return type(error).__name__


counts = collections.Counter()
differ = []
for token, ours in cases["tokens"]:
    theirs = verdict(token)
    counts[theirs] += 1
    if ours != (theirs == "accepted"):
        differ.append((ours, theirs, token))
print(dict(counts))
for ours, theirs, token in differ[:5]:
    print(f"FAILED we say {ours}, PyJWT says {theirs}: {token}")
sys.exit(1 if differ or counts["accepted"] < 5 else 0)
