#!/usr/bin/env bash
# Builds every function for this machine, and lays them where the templates take them from:
# target/lambda/<function>/bootstrap, as `cargo lambda build` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

functions=(functions/*)
functions=("${functions[@]#functions/}")
cargo build --release "${functions[@]/#/--package=}" "$@"
for function in "${functions[@]}"; do
  install -D -m 755 "target/release/$function" "target/lambda/$function/bootstrap"
  printf '%-20s %8d bytes zipped\n' "$function" "$(gzip -9 --stdout "target/release/$function" | wc -c)"
done
