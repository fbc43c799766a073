//! Bounds of time: whatever is repeated takes time by its number, and nothing that is deep or long ends the compiler.

mod deep;
mod wide;
