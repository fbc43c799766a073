//! Images whose makers are not the programs' own, images that are gone, and those of the chart itself: `templates/images.toml`.

use std::sync::LazyLock;

use crate::{
    diag::Sink,
    source::Sources,
    syntax::{self, Table},
    template,
};

/// What is known of images beside those of the kinds.
pub struct KnownImages {
    /// Owners of repositories, all of whose images have a layout of their own.
    pub makers: Vec<String>,
    /// Repositories that can't be pulled any more.
    pub withdrawn: Vec<WithdrawnImage>,
    /// What the chart runs itself.
    pub chart: ChartImages,
}

/// Images of the chart's init containers.
pub struct ChartImages {
    /// Waits for ports.
    pub wait: String,
    /// Waits for jobs.
    pub wait_for_jobs: String,
}

/// A repository that can't be pulled any more.
pub struct WithdrawnImage {
    /// `bitnami/` means all of an owner's repositories.
    pub repository: String,
    /// When it was removed, as what follows "removed".
    pub since: String,
    /// What to use: a help.
    pub instead: String,
}

/// The list, which is read when it is first asked for.
pub static IMAGES: LazyLock<KnownImages> = LazyLock::new(|| {
    let text = template::embedded("images.toml").unwrap_or_default();
    let mut sources = Sources::default();
    let source = sources.add("templates/images.toml".to_string(), text.to_string());
    let table = syntax::parse(&sources, source, &mut Sink::default());
    let string = |entry: &Table, key| entry.string(key).unwrap_or_default().to_string();
    let entries = |key| {
        let nodes = table.array(key).unwrap_or_default().iter();
        nodes.filter_map(|node| node.as_table())
    };
    let chart = table.table("chart");
    let of_chart = |key| chart.map(|it| string(it, key)).unwrap_or_default();
    KnownImages {
        chart: ChartImages {
            wait: of_chart("wait"),
            wait_for_jobs: of_chart("wait_for_jobs"),
        },
        makers: entries("maker").map(|it| string(it, "owner")).collect(),
        withdrawn: entries("gone")
            .map(|it| WithdrawnImage {
                repository: string(it, "repository"),
                since: string(it, "since"),
                instead: string(it, "instead"),
            })
            .collect(),
    }
});
