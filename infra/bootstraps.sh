#!/usr/bin/env bash
# Builds every function for this machine, and lays them where the templates take them from:
# target/lambda/<function>/bootstrap, as `cargo lambda build` does.
#
# Loaded at a fixed address, a bootstrap needs no relocations, which are a twentieth of it and half of the
# dynamic loader's work; functions of the same code are kept once. A target is named so that the flags do not
# reach the compiler's own plugins.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=$(rustc --print host-tuple)
functions=(functions/*)
functions=("${functions[@]#functions/}")
export RUSTFLAGS="-C relocation-model=static -C link-arg=-Wl,--icf=all"
cargo build --release --target "$target" "${functions[@]/#/--package=}" "$@"
for bootstrap in "${functions[@]}" lambda-hello; do
  if [ -f "target/$target/release/$bootstrap" ]; then
    install -D -m 755 "target/$target/release/$bootstrap" "target/lambda/$bootstrap/bootstrap"
  fi
done
