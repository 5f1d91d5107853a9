#!/usr/bin/env bash
# What both templates must pass. Needs Python 3.11 and Node 20, and keeps what else it needs, pinned, in .venv/infra and
# infra/cdk/node_modules.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1 CDK_DISABLE_CLI_TELEMETRY=true PYTHONDONTWRITEBYTECODE=1

if ! cmp -s infra/tests/requirements.txt .venv/infra/requirements.txt; then
  python3 -m venv .venv/infra
  .venv/infra/bin/python -m pip install --quiet --disable-pip-version-check --requirement infra/tests/requirements.txt
  cp infra/tests/requirements.txt .venv/infra/
fi
if ! cmp -s infra/cdk/package-lock.json infra/cdk/node_modules/installed-lock.json; then
  npm ci --prefix infra/cdk --no-audit --no-fund --silent
  cp infra/cdk/package-lock.json infra/cdk/node_modules/installed-lock.json
fi

# A template needs no code to be checked, but the CDK wants its folders.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for function in functions/*; do
  mkdir -p "$work/$function"
  touch "$work/$function/bootstrap"
done

.venv/infra/bin/sam validate --lint --template infra/sam/template.yaml
(cd infra/cdk && node_modules/.bin/cdk synth --quiet --no-notices --context "bootstraps=$work/functions" --output "$work/cdk.out")
.venv/infra/bin/cfn-lint infra/sam/template.yaml
# The CDK says twice that a function needs its role.
.venv/infra/bin/cfn-lint --ignore-checks W3005 -- "$work/cdk.out/deskbridge.template.json"
.venv/infra/bin/pytest --quiet infra/tests
