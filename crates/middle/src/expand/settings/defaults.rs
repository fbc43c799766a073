//! The defaults of a kind's settings.

use super::{
    super::{Declarations, draft::Declared},
    contents, typed,
};
use crate::{
    diag::Sink,
    reference::{self, Mode, Words},
    syntax::Value,
};

/// What a kind says where a component says nothing is held to the same. What is filled in for each component is not known here.
pub(super) fn check(all: &Declarations, declared: &Declared, sink: &mut Sink) {
    for spec in &declared.kind.settings {
        let Some(default) = spec.default.as_ref() else {
            continue;
        };
        let is_known = match &default.value {
            Value::String(text) => {
                let phrase = reference::of_node(default, Words::Kind, Mode::Strict);
                !text.is_empty() && phrase.literal().is_some()
            }
            _ => true,
        };
        if is_known {
            let errors = sink.errors();
            typed(spec, default, &all.names.constants, Some(&all.names), sink);
            if sink.errors() == errors {
                contents::check(all, declared, spec, default, sink);
            }
        }
    }
}
