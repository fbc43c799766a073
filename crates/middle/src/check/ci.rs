//! CI entries that no job runs.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Purpose, SettingValue},
};

/// Entries beside a Jenkins that does not know where they lie. Without a Jenkins they may run elsewhere.
pub(super) fn jobs(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let (Some(jenkins), Some(first)) = (platform.first_for(Purpose::Ci), platform.ci.first())
    else {
        return;
    };
    let mut settings = jenkins.settings.iter();
    let known = settings.any(|setting| {
        setting.name == "repository" && matches!(&setting.value, SettingValue::Text(_))
    });
    if jenkins.external.is_some() || known {
        return;
    }
    sink.push(
        Diagnostic::new(
            Code::Unused,
            format!("no job of `{}` runs the CI entry `{}`", jenkins.name, first.name),
        )
        .label(first.span, "a Jenkinsfile that only a job made by hand finds")
        .label(jenkins.span, "this Jenkins does not know the repository")
        .help("the setting `repository` of Jenkins is the Git repository that holds platform.toml; with it each CI entry is a job"),
    );
}
