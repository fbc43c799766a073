//! A saved plan: any bytes, as somebody may hand one over.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mlopsgen::plan::SavedPlan;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    SavedPlan::is_one(text);
    let Ok(plan) = SavedPlan::parse(text) else {
        return;
    };
    assert!(plan.differences(&plan).is_empty());
    let text = plan.render();
    let Ok(again) = SavedPlan::parse(&text) else {
        panic!("what is written can't be read: {text}");
    };
    assert!(SavedPlan::is_one(&text) && again.differences(&plan).is_empty());
    assert_eq!(again.render(), text);
});
