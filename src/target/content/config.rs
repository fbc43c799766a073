//! `config/COMPONENT/...`: the files whose text the platform itself holds, by `content` or by a kind's template.
//!
//! They are written as they are, to the byte: a kind's template says itself where its file comes from, and what a user
//! wrote as `content` is nobody's to add to.

use crate::{
    diag::{Code, Diagnostic},
    files::Target,
    model::{FileContent, FileMount, Piece, Platform, Text, Workload},
    target::{Context, Emission, Vantage, shared::mounted::config_path},
    template::TemplateError,
};

/// Writes one file for each text that a workload mounts.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    for workload in context.platform.workloads() {
        for file in &workload.files {
            if let FileContent::Text { name, text } = &file.content {
                let spoken = speak(context.platform, context.vantage, text);
                emission.files.add(
                    Target::Compose,
                    config_path(&workload.component, name),
                    spoken,
                );
                if context.vantage == Vantage::Kubernetes {
                    emission.losses.extend(loss(workload, file, text));
                }
            }
        }
    }
    Ok(emission)
}

/// A file can't wait for the start: a variable is its default. No secret gets here, a check refuses it.
fn speak(platform: &Platform, vantage: Vantage, text: &Text) -> String {
    text.render(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Endpoint(endpoint) => endpoint.value(),
        Piece::Secret(_) => String::new(),
        Piece::Variable(name) => platform
            .variable(name)
            .map(|variable| variable.default.clone())
            .unwrap_or_default(),
        Piece::PublicUrl { component, port } => {
            platform.public_url(component, port).unwrap_or_default()
        }
        Piece::PublicHost { component, port } => {
            platform.public_host(component, port).unwrap_or_default()
        }
        Piece::Network(group) => match vantage {
            Vantage::Compose => platform.network_name(group),
            Vantage::Kubernetes => "default".to_string(),
        },
    })
}

/// In a cluster a public address and a namespace are values of the chart, and a file is not a template of it.
fn loss(workload: &Workload, file: &FileMount, text: &Text) -> Option<Diagnostic> {
    let late = text.pieces.iter().find_map(|piece| match piece {
        Piece::PublicUrl { .. } | Piece::PublicHost { .. } => {
            Some("a public address: the one on the Compose host is written")
        }
        Piece::Network(_) => Some("a network: the namespace `default` is written"),
        _ => None,
    })?;
    Some(
        Diagnostic::new(
            Code::TargetLoss,
            format!(
                "helm: the file `{}` of `{}` holds {late}",
                file.path, workload.name
            ),
        )
        .about(&workload.component)
        .label(file.span, "a mounted file is not a template of the chart")
        .help("pass it by `env`, which the chart completes from its values"),
    )
}
