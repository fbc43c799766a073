# What is typed here often; `just` alone lists it.
_default:
    @just --list

# Who uses `just` builds again and again.
export CARGO_INCREMENTAL := "1"

# Everything that CI runs
ci:
    bash .ci/run

# All tests, the real consumers included
test:
    ./test

# The compiler's own tests only
quick *ARGS:
    cargo test {{ARGS}}

# The real consumers only
conformance *ARGS:
    tests/conformance/install
    cargo test --features conformance --test conformance -- {{ARGS}}

# Rewrites expected outputs and this repository's generated/; read the diff
bless:
    cargo run --quiet -- apply --yes
    BLESS=1 cargo test

# Renews the pins of the real consumers
relock:
    tests/conformance/locks/lock

# How fast it is, against comparing and copying the same files and against other programs
speed *ARGS:
    benches/speed {{ARGS}}

lint:
    cargo fmt
    cargo clippy --all-targets --all-features -- -D warnings
