#!/usr/bin/env bash
# Sets up what the tests need and runs them all. Needs Rust, a C compiler and Python 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Clients that we did not write judge our sandboxes and requests, and a stand-in for AWS carries the
# AWS adapters; pinned, and kept out of the system.
requirements=(shared/testkit/tests/judge/requirements.txt shared/aws/tests/requirements.txt)
if ! cat "${requirements[@]}" | cmp -s - .venv/requirements.txt; then
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check "${requirements[@]/#/--requirement=}"
  cat "${requirements[@]}" >.venv/requirements.txt
fi

# Apache Velocity judges shared/velocity where Java is at hand; without it that comparison is skipped.
if command -v javac >/dev/null && [ "$(id -u)" = 0 ] && [ ! -e /usr/share/java/velocity-tools.jar ]; then
  { apt-get update && apt-get install --yes velocity libvelocity-tools-java; } >/dev/null 2>&1 ||
    echo "velocity and libvelocity-tools-java could not be installed" >&2
fi

# The crash test runs the binary itself.
cargo build --workspace --quiet

if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --profile "${NEXTEST_PROFILE:-default}" "$@"
else
  cargo test --workspace "$@"
fi
