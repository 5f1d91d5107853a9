#!/usr/bin/env bash
# Builds every function in the release profile and measures it, or with `guard` holds the figures
# that no busy machine disturbs to their limits. Needs valgrind and zip. See docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In one call: the features of what they share are those of all of them, and nothing is built twice.
packages=(-p lambda-hello)
for function in functions/*/; do
  packages+=(-p "$(basename "$function")")
done
cargo build --release --locked --quiet "${packages[@]}"
cargo run --locked --quiet -p deskbridge-lambda-bench -- "$@"
