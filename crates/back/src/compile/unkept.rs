//! Programs that are told to write where no volume is.

use crate::{
    diag::{Code, Diagnostic},
    fileset::Unkept,
};

pub(super) fn lint(unkept: &Unkept) -> Diagnostic {
    let Unkept {
        component,
        path,
        span,
    } = unkept;
    Diagnostic::new(
        Code::NoPersistence,
        format!("the volume `data` of `{component}` stays empty: the program is told to write to `{path}`"),
    )
    .label(*span, "no volume is mounted there")
    .help("take this out, so that it writes where the volume is, or mount the volume there")
    .about(component)
}
