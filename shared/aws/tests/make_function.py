"""Makes a role and a function in the MiniStack at the given address, and prints their ARNs.

The function returns what it was called with, and its client context; with `fail` in its event it throws.
"""

import io
import json
import sys
import zipfile

import boto3

CODE = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("No such customer")
    return {"phone": event.get("phone"), "customer": "Ann"}
"""
account = dict(
    endpoint_url=sys.argv[1], region_name="eu-central-1",
    aws_access_key_id="test", aws_secret_access_key="test",
)
trust = {"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "org-1"}},
}]}
role = boto3.client("iam", **account).create_role(
    RoleName="flow", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as file:
    file.writestr("find.py", CODE)
function = boto3.client("lambda", **account).create_function(
    FunctionName="find-customer", Runtime="python3.11", Role=role, Handler="find.handler",
    Code={"ZipFile": package.getvalue()})["FunctionArn"]
print(role, function)
