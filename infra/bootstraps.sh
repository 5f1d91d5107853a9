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
done
