# `just` alone lists the recipes.
default:
    @just --list

# Everything that CI runs.
ci:
    bash .ci/run

test *args:
    ./test.sh {{args}}

lint:
    cargo clippy --workspace --all-targets -- -D warnings

fmt:
    cargo fmt --all

deny:
    cargo deny check bans licenses sources

# The whole product with sandbox vendors.
demo:
    cargo run -- demo

run *args:
    cargo run -- serve {{args}}

# Accepted events per second and their latency; see docs/benchmarks.md.
bench:
    cargo bench -p deskbridge-tests

# What each function's bootstrap costs, beside a bare one; see docs/benchmarks.md.
bench-functions:
    tests/functions.sh
