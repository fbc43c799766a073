//! Files that are compiled into the binary: a new one must lead to a new build.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=docs/errors");
}
