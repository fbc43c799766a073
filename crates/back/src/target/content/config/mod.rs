//! `config/COMPONENT/...`: the files whose text the platform itself holds, by `content` or by a kind's template.
//!
//! Alertmanager's configuration is made of the whole platform. The others are written as they are, to the byte: a kind's template says itself where its file comes from, and what a user
//! wrote as `content` is nobody's to add to.

mod alertmanager;
mod inhibition;

use crate::{
    diag::Diagnostic,
    files::{Site, Target},
    model::{FileContent, FileMount, Piece, Platform, Secret, Text, Workload, notify_file},
    speak::Speak,
    target::{
        Context, Emission, Vantage,
        shared::{losses, mounted::config_path},
    },
    template::TemplateError,
};

/// The template of Alertmanager's configuration.
const ALERTMANAGER: &str = "kinds/alertmanager/alertmanager.yml";

/// Writes one file for each text that a workload mounts.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let speak = ConfigFile {
        platform: context.platform,
        vantage: context.vantage,
    };
    for workload in context.platform.workloads() {
        for file in &workload.files {
            if let FileContent::Text { name, text } = &file.content {
                emission.files.add(
                    Target::Compose,
                    config_path(&workload.component, name),
                    speak.text(text),
                );
                let platform = context.platform;
                if context.vantage.is_in_cluster() {
                    emission.losses.extend(loss(platform, workload, file, text));
                }
                // The same for each reader, and reported once.
                emission
                    .losses
                    .extend(frozen(platform, workload, file, text));
            }
            if let Some(path) = notify_file(&file.content) {
                let view = alertmanager::view(context);
                let text = context.engine.render(ALERTMANAGER, &view)?;
                emission.files.add(Target::Compose, path.to_string(), text);
            }
        }
    }
    Ok(emission)
}

/// The words of a file, which can't wait for the start: a variable is its default. No secret gets here, a check refuses
/// it.
struct ConfigFile<'a> {
    platform: &'a Platform,
    vantage: Vantage,
}

impl Speak for ConfigFile<'_> {
    fn platform(&self) -> &Platform {
        self.platform
    }

    fn site(&self) -> Site {
        self.vantage.site()
    }

    fn secret(&self, _: &Secret) -> String {
        String::new()
    }

    fn network(&self, group: &str) -> String {
        match self.vantage {
            Vantage::Compose => self.platform.network_name(group),
            Vantage::Kubernetes => "default".to_string(),
        }
    }
}

/// In a cluster a public address and a namespace are values of the chart, and a file is not a template of it.
fn loss(
    platform: &Platform,
    workload: &Workload,
    file: &FileMount,
    text: &Text,
) -> Option<Diagnostic> {
    let late = text.pieces.iter().find_map(|piece| match piece {
        Piece::PublicUrl { component, port }
        | Piece::PublicOrigin { component, port }
        | Piece::PublicHost { component, port }
            if platform
                .component(component)
                .is_none_or(|component| component.declared_public_url(port).is_none()) =>
        {
            Some("a public address: the one on the Compose host is written")
        }
        Piece::Network(_) => Some("a network: the namespace `default` is written"),
        _ => None,
    })?;
    Some(
        losses::loss(
            Target::Helm,
            &format!(
                "the file `{}` of `{}` holds {late}",
                file.path, workload.name
            ),
            file.span,
            "a mounted file is not a template of the chart",
        )
        .about(&workload.component)
        .help("pass it by `env`, which the chart completes from its values"),
    )
}

/// A variable that may change at start is its default in a file: nothing completes it there, in no target.
fn frozen(
    platform: &Platform,
    workload: &Workload,
    file: &FileMount,
    text: &Text,
) -> Option<Diagnostic> {
    let variable = text.pieces.iter().find_map(|piece| match piece {
        Piece::Variable(name) => platform.variable(name),
        _ => None,
    })?;
    let runs = |target: &&Target| target.runs_on().is_some() && platform.targets.contains(target);
    let target = *Target::ALL.iter().find(runs)?;
    let (name, env) = (&variable.name, variable.env.as_deref()?);
    let message = format!(
        "the file `{}` of `{}` holds the variable `{name}`: its default is written, whatever `{env}` is at the start",
        file.path, workload.name
    );
    Some(
        losses::loss(target, &message, file.span, "written when compiling")
            .about(&workload.component)
            .help("pass it by `env`, which is completed at the start; or make the variable a constant"),
    )
}
