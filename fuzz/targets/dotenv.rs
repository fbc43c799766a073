//! `.env`: what is set can be read, and what else stands there stays.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsgen::disk::Dotenv;

const NAME: &str = "MLOPSGEN_FUZZ";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut dotenv = Dotenv::new(text);
    // Compose refuses such a file, and so does `env init`.
    if dotenv.open_quote().is_some() {
        return;
    }
    let before = dotenv.values();
    if before.get(NAME).is_some_and(|value| !value.is_empty()) {
        return;
    }
    dotenv.set(NAME, "a.b_c~d-1");
    let after = dotenv.values();
    for (name, value) in before.iter().filter(|(name, _)| *name != NAME) {
        assert_eq!(after.get(name), Some(value), "{name} has changed");
    }
    assert_eq!(after.get(NAME).map(String::as_str), Some("a.b_c~d-1"));
    if !text.contains(NAME) {
        assert!(dotenv.text().starts_with(text), "other lines have changed");
    }
});
