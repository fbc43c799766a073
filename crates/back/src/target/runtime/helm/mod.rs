//! The chart: one that needs no other. `values.yaml` holds the platform, the templates are the same for every platform.
//!
//! In: the model, the graph, and the files that programs mount as pods need them. Out: `helm/PLATFORM/`.

mod chart;
mod ci;
mod claims;
mod compact;
mod files;
mod health;
mod image;
mod image_folder;
mod ingress;
mod mounts;
mod network;
mod node_path;
mod order;
mod pod;
mod raw;
mod readme;
mod resources;
mod schema;
mod secrets;
mod security;
mod started;
mod told;
mod upstream;
mod values;
mod waves;
mod workload;

pub use secrets::{
    FurtherSecret, SecretSource, chart_secrets, cluster_secrets, further_secrets, pem_blocks,
};

#[cfg(test)]
mod tests;

use crate::{
    files::Target,
    fileset::{ChartOfOthers, FileSet},
    model::{Piece, Platform, Raw, Text},
    speak::{ChartDefaults, Speak},
    target::{Context, Emission},
    template::{TemplateError, View, embedded_below},
};

/// Where the chart's templates stand below `templates/`.
const TEMPLATES: &str = "helm";

/// The name of the Secret that the chart reads: the platform's, unless `[raw.helm]` says otherwise.
pub fn secret_name(platform: &Platform) -> &str {
    let Raw::Table(raw) = &platform.raw_helm else {
        return &platform.name;
    };
    let own = raw.iter().find(|(key, _)| key == "existingSecret");
    match own.map(|(_, value)| value) {
        Some(Raw::Text(Text { pieces })) => match pieces.as_slice() {
            [Piece::Literal(name)] => name,
            _ => &platform.name,
        },
        _ => &platform.name,
    }
}

fn is_empty(platform: &Platform) -> bool {
    platform.components.is_empty() && platform.pipelines.is_empty()
}

/// The data that the chart keeps, without its files.
pub fn without_files(context: &Context<'_>) -> Result<FileSet, TemplateError> {
    Ok(match is_empty(context.platform) {
        true => FileSet::default(),
        false => chart::data(context),
    })
}

/// Writes the chart of the platform.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    if is_empty(context.platform) {
        return Ok(Emission::default());
    }
    let chart = chart::build(context);
    let mut emission = Emission {
        files: chart.data,
        losses: chart.losses,
    };
    let root = format!("helm/{}", context.platform.name);
    let view = View::of_views(&chart.view);
    for template in embedded_below(TEMPLATES) {
        let text = context.engine.render_view(template, &view)?;
        let path = template.trim_start_matches(TEMPLATES);
        emission
            .files
            .add(Target::Helm, format!("{root}{path}"), text);
    }
    for (path, text) in chart.files {
        emission
            .files
            .add(Target::Helm, format!("{root}/files/{path}"), text);
    }
    emission.files.charts = upstream::charts(context.platform)
        .map(|(component, chart)| {
            let moves = chart.moves.as_ref();
            let chart = ChartOfOthers {
                name: chart.name.clone(),
                moves: moves.map(|text| ChartDefaults(context.platform).text(text)),
            };
            (component.name.clone(), chart)
        })
        .collect();
    Ok(emission)
}
