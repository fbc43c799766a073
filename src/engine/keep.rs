//! What `down --purge` leaves alone wherever it lies.

use super::Selection;
use crate::{
    check::raw_paths,
    files::{GENERATED, WRITTEN_BY_PEOPLE},
    model::{FileContent, MountSource, Platform, Workload},
};

impl Selection<'_> {
    /// Paths of the project that have to survive: what was read to compile it, what is mounted without being called data, by raw
    /// keys too, and data of groups that are not of this selection.
    pub fn kept(&self, read: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut kept: Vec<String> = read.into_iter().collect();
        let own = [GENERATED].into_iter().chain(WRITTEN_BY_PEOPLE);
        kept.extend(own.map(ToString::to_string));
        for workload in self.platform().workloads() {
            let is_here = self.has(workload);
            kept.extend(
                workload
                    .mounts
                    .iter()
                    .filter_map(|mount| match &mount.source {
                        MountSource::Bind { path, data } if !(*data && is_here) => {
                            Some(path.to_string())
                        }
                        _ => None,
                    }),
            );
        }
        kept.extend(named(self.platform()));
        for pipeline in &self.platform().pipelines {
            kept.extend(
                pipeline
                    .volumes
                    .iter()
                    .filter_map(|mount| match &mount.source {
                        MountSource::Bind { path, data } if !(*data && self.is_everything) => {
                            Some(path.to_string())
                        }
                        _ => None,
                    }),
            );
        }
        kept
    }
}

/// What a platform reads or builds from, and what its raw keys name.
fn named(platform: &Platform) -> Vec<String> {
    let mut paths: Vec<String> = platform.workloads().flat_map(files).collect();
    let pipelines = platform.pipelines.iter();
    let builds = platform.workloads().filter_map(|it| it.build.as_ref());
    let builds = builds.chain(pipelines.filter_map(|it| it.build.as_ref()));
    paths.extend(builds.flat_map(|build| {
        let dockerfile = build.dockerfile.iter();
        let dockerfile = dockerfile.map(|path| format!("{}/{path}", build.context));
        dockerfile.chain([build.context.to_string()])
    }));
    let home = std::env::var("HOME").ok();
    paths.extend(raw_paths(platform).into_iter().map(|path| {
        match (path.strip_prefix('~'), &home) {
            (Some(inner), Some(home)) => format!("{home}{inner}"),
            _ => path,
        }
    }));
    paths
}

/// Every folder and file of the host that a platform mounts or reads, as it writes them.
pub fn mounted(platform: &Platform) -> Vec<String> {
    let workloads = platform.workloads().flat_map(|workload| &workload.mounts);
    let pipelines = platform
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.volumes);
    let paths = workloads
        .chain(pipelines)
        .filter_map(|mount| mount.source.on_host());
    let paths = paths.map(ToString::to_string);
    paths.chain(named(platform)).collect()
}

fn files(workload: &Workload) -> impl Iterator<Item = String> + '_ {
    workload
        .files
        .iter()
        .filter_map(|file| match &file.content {
            FileContent::Project { path, .. } | FileContent::Folder { path, .. } => {
                Some(path.clone())
            }
            _ => None,
        })
}
