#!/usr/bin/env bash
# Builds every function for this machine, and lays them where the templates take them from:
# target/lambda/<function>/bootstrap, as `cargo lambda build` does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A start costs what must be unpacked; deflated as in the zip that Lambda gets.
most=$((3 * 1024 * 1024))

functions=(functions/*)
functions=("${functions[@]#functions/}")
cargo build --release "${functions[@]/#/--package=}" "$@"
too_large=()
for function in "${functions[@]}"; do
  install -D -m 755 "target/release/$function" "target/lambda/$function/bootstrap"
  size=$(gzip -9 --stdout "target/release/$function" | wc -c)
  printf '%-20s %8d bytes zipped\n' "$function" "$size"
  ((size <= most)) || too_large+=("$function")
done
if ((${#too_large[@]})); then
  echo "larger than $most bytes: ${too_large[*]}; see what they have come to link" >&2
  exit 1
fi
