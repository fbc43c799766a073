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
    /// The image's entry point holds, which the user takes away.
    pub keeps_entrypoint: bool,
}

/// Without an entry point the command is all: then it takes the entry point's place, and the image's command is none.
pub fn started_with(workload: &Workload) -> StartedWith<'_> {
    let entrypoint = workload.entrypoint.as_deref();
    let command = workload.command.as_deref().unwrap_or_default();
    let is_taken_away = entrypoint.is_some_and(<[Text]>::is_empty);
    match is_taken_away && !command.is_empty() {
        true => StartedWith {
            entrypoint: command,
            command: &[],
            keeps_entrypoint: false,
        },
        false => StartedWith {
            entrypoint: entrypoint.unwrap_or_default(),
            command,
            keeps_entrypoint: is_taken_away,
        },
    }
}
