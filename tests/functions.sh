#!/usr/bin/env bash
# Builds every function in the release profile and measures it, or with `guard` holds the figures
# that no busy machine disturbs to their limits. Needs valgrind. See docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

infra/bootstraps.sh --locked --package=lambda-hello
cargo run --locked --quiet -p deskbridge-lambda-bench -- "$@"
