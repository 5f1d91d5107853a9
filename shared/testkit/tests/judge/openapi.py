"""Requests that schemathesis makes of the management API's OpenAPI document, right ones and wrong ones."""

import pathlib
import re
import subprocess
import sys
import tempfile

url, token, event, action = sys.argv[1:]
MIN_CASES = 3_000
# What is there to be found, beside the ids that it makes up in its other requests.
CONFIG = f"""
[[operations]]
include-operation-id = "events_show"
parameters = {{ "path.id" = "{event}" }}

[[operations]]
include-operation-id = "events_replay"
parameters = {{ "path.id" = "{event}" }}

[[operations]]
include-operation-id = "actions_show"
parameters = {{ "path.id" = "{action}" }}

[[operations]]
include-operation-id = "actions_resolve"
parameters = {{ "path.id" = "{action}" }}
"""
# It leaves a cache where it runs.
place = tempfile.TemporaryDirectory()
config = pathlib.Path(place.name, "schemathesis.toml")
config.write_text(CONFIG)
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ignored_auth",
]
run = subprocess.run(
    [
        pathlib.Path(sys.executable).absolute().parent / "schemathesis",
        "--config-file",
        config,
        "run",
        url,
        "--header",
        f"Authorization: Bearer {token}",
        "--checks",
        ",".join(CHECKS),
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "220",
        "--seed",
        "1",
        "--continue-on-failure",
        "--generation-database",
        "none",
        "--no-color",
    ],
    cwd=place.name,
    capture_output=True,
    text=True,
    check=False,
)
print(run.stdout)
print(run.stderr, file=sys.stderr)
cases = re.search(r"(\d+) generated", run.stdout)
if cases is None or int(cases[1]) < MIN_CASES:
    sys.exit(f"fewer than {MIN_CASES} cases")
sys.exit(run.returncode)
