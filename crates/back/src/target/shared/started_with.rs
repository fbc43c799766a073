//! The words that a program is started with, in a pod and in a stack. There an empty entry point says nothing, and the image's own
//! holds; in Compose it is taken away. An empty command says nothing anywhere (moby, daemon/commit.go: `merge`).

use crate::model::{Text, Workload};

/// What is written for a workload, and what of it has no form.
#[derive(Debug)]
pub struct StartedWith<'a> {
    /// What replaces the image's entry point; empty: nothing does.
    pub entrypoint: &'a [Text],
    /// What replaces the image's command; empty: nothing does.
    pub command: &'a [Text],
    /// The key that takes the image's words away, where these hold all the same.
    pub lost: Option<&'static str>,
}

/// Without an entry point the command is all: then it takes the entry point's place, and the image's command is none.
pub fn started_with(workload: &Workload) -> StartedWith<'_> {
    let entrypoint = workload.entrypoint.as_deref();
    let command = workload.command.as_deref();
    match (entrypoint, command) {
        (Some([]), Some(words)) if !words.is_empty() => StartedWith {
            entrypoint: words,
            command: &[],
            lost: None,
        },
        (Some([]), _) => StartedWith {
            entrypoint: &[],
            command: &[],
            lost: Some("entrypoint"),
        },
        _ => StartedWith {
            entrypoint: entrypoint.unwrap_or_default(),
            command: command.unwrap_or_default(),
            lost: None,
        },
    }
}
