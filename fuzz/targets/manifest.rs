//! The manifest: any bytes, as a clone or a merge may have left them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsgen::plan;

fuzz_target!(|data: &[u8]| {
    let Ok(recorded) = plan::read(Some(data)) else {
        return;
    };
    for path in recorded.manifest.files.keys() {
        assert!(!path.starts_with('/') && !path.contains('\\'), "{path}");
        assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")), "{path}");
    }
    // What was read is what is written.
    let text = recorded.manifest.render();
    let Ok(again) = plan::read(Some(text.as_bytes())) else {
        panic!("what is written can't be read: {text}");
    };
    assert_eq!(again.manifest, recorded.manifest);
    assert_eq!(again.manifest.render(), text);
});
