#!/usr/bin/env bash
# Sets up what the tests need and runs them all. Needs Rust, a C compiler and Python 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Clients that we did not write judge our sandboxes and requests, and a stand-in for AWS carries the
# AWS adapters; pinned, and kept out of the system.
requirements=(shared/testkit/tests/judge/requirements.txt shared/aws/tests/requirements.txt)
if ! cat "${requirements[@]}" | cmp -s - .venv/requirements.txt; then
  python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "${requirements[@]/#/--requirement=}"
  cat "${requirements[@]}" >.venv/requirements.txt
fi

# The original engine judges our JSONPath, on a JVM: it is in the jar that this npm package carries.
judge=target/jsonpath-judge
if [ ! -e "$judge/wiremock-standalone.jar" ] && command -v npm >/dev/null && command -v javac >/dev/null; then
  mkdir -p "$judge"
  npm pack wiremock@3.13.2 --silent --pack-destination "$judge" >/dev/null &&
    tar -xzf "$judge/wiremock-3.13.2.tgz" -C "$judge" --strip-components=2 package/build &&
    rm "$judge/wiremock-3.13.2.tgz" &&
    mv "$judge/wiremock-standalone-3.13.2.jar" "$judge/wiremock-standalone.jar" ||
    echo "the JSONPath judge could not be fetched; its test will say so" >&2
fi

# One of them speaks JavaScript; its test is skipped aloud where there is no npm.
judges=shared/testkit/tests/judge
if command -v npm >/dev/null && ! cmp -s $judges/package-lock.json $judges/node_modules/package-lock.json; then
  npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $judges
  cp $judges/package-lock.json $judges/node_modules/
fi

# Apache Velocity judges shared/velocity: the packages velocity and libvelocity-tools-java, which only a
# machine of CI is given unasked. Without them, and Java, that comparison is skipped aloud.
if [ -n "${CI:-}" ] && command -v javac >/dev/null && [ "$(id -u)" = 0 ] && [ ! -e /usr/share/java/velocity-tools.jar ]; then
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
