//! Raw keys of Compose, read once for all rules: each value as the type that Compose reads it as, and the place where it stands.
//!
//! In: the model. Out: what the raw keys say of each service, and of the whole project.

mod names;
mod places;
mod port;
mod service;
pub(super) mod value;

use value::{files, is_on, section, word};

pub(super) use names::{RawName, RawSort};
pub(super) use places::RawPlaces;
pub(super) use port::RawPort;
pub(super) use service::{RawBuild, RawKeys, RawMount};

use crate::model::{Platform, Raw, Workload};

/// What a raw value says, and that value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found<'a, T> {
    pub value: T,
    pub by: &'a Raw,
}

/// Raw keys of one service.
#[derive(Debug)]
pub(super) struct RawService<'a> {
    pub name: &'a str,
    /// The workload that becomes this service; `None`: only `[raw.compose]` names it.
    pub workload: Option<&'a Workload>,
    pub places: RawPlaces<'a>,
    pub keys: RawKeys<'a>,
}

/// A named volume with options for the engine's own driver.
#[derive(Debug)]
pub(super) struct RawVolume<'a> {
    pub name: &'a str,
    /// The folder of the host that it is.
    pub folder: Option<RawMount<'a>>,
    /// The type of the file system that is mounted for it.
    pub file_system: Option<Found<'a, String>>,
}

/// All raw keys of Compose of a platform.
#[derive(Debug)]
pub(super) struct RawCompose<'a> {
    /// What workloads say of their own services.
    pub of_workloads: Vec<RawService<'a>>,
    /// What `[raw.compose]` says of services.
    pub of_platform: Vec<RawService<'a>>,
    /// The volumes of `[raw.compose]` with options.
    pub volumes: Vec<RawVolume<'a>>,
    /// The networks of `[raw.compose]` that are the host's own, by their names.
    pub host_networks: Vec<Found<'a, String>>,
    /// Files that `[raw.compose]` reads: included ones, those behind configs and secrets.
    pub files: Vec<Found<'a, String>>,
    /// Where the values of `[raw.compose]` stand.
    pub places: RawPlaces<'a>,
}

impl<'a> RawService<'a> {
    /// Without one of these profiles Compose does not start it.
    pub fn profiles(&self) -> &[String] {
        match (self.keys.profiles.as_slice(), self.workload) {
            ([], Some(workload)) => &workload.profiles,
            (own, _) => own,
        }
    }
}

impl<'a> RawCompose<'a> {
    pub fn of(platform: &'a Platform) -> Self {
        let raw = &platform.raw_compose;
        let places = RawPlaces::of_platform(platform, raw, "compose");
        let workloads = platform.workloads().filter(|it| !it.raw_compose.is_empty());
        let of_workloads = workloads.map(|workload| RawService {
            name: &workload.name,
            workload: Some(workload),
            places: RawPlaces::of_workload(platform, workload, "compose"),
            keys: RawKeys::of(&workload.raw_compose),
        });
        // A job of Compose is a container with a schedule.
        let of_platform = section(raw, "services").chain(section(raw, "jobs"));
        let of_platform = of_platform.map(|(name, keys)| RawService {
            name,
            workload: platform.workloads().find(|it| it.name == *name),
            places,
            keys: RawKeys::of(keys),
        });
        let contents = ["configs", "secrets"].into_iter();
        let contents = contents.flat_map(|key| section(raw, key));
        let contents = contents.filter_map(|(_, content)| word_at(content, &["file"]));
        Self {
            of_workloads: of_workloads.collect(),
            of_platform: of_platform.collect(),
            host_networks: section(raw, "networks").filter_map(host_network).collect(),
            volumes: section(raw, "volumes").filter_map(volume).collect(),
            files: contents.chain(files(raw.get("include"))).collect(),
            places,
        }
    }

    /// Everything that is said of services.
    pub fn services(&self) -> impl Iterator<Item = &RawService<'a>> {
        self.of_workloads.iter().chain(&self.of_platform)
    }

    /// What the workload says of its own service.
    pub fn of_workload(&self, workload: &Workload) -> Option<&RawService<'a>> {
        self.of_workloads.iter().find(|it| it.name == workload.name)
    }
}

/// An external one that has the name of the host's.
fn host_network((name, raw): &(String, Raw)) -> Option<Found<'_, String>> {
    let external = raw.get("external").filter(|it| is_on(it))?;
    let by = raw.get("name").or(external.get("name")).unwrap_or(raw);
    let is_host = match by {
        Raw::Text(_) => word(Some(by)) == "host",
        _ => name == "host",
    };
    is_host.then(|| Found {
        value: name.clone(),
        by,
    })
}

/// The options of a plugin are its own: only with `local` the engine mounts what they say.
fn volume((name, raw): &(String, Raw)) -> Option<RawVolume<'_>> {
    let driver = word(raw.get("driver"));
    if !matches!(driver.as_str(), "" | "local") {
        return None;
    }
    let options = raw.get("driver_opts")?;
    let words = word(options.get("o"));
    Some(RawVolume {
        name,
        folder: options.get("device").map(|device| RawMount {
            source: word(Some(device)),
            is_read_only: words.split(',').any(|it| it == "ro"),
            by: device,
        }),
        file_system: word_at(options, &["type"]),
    })
}

/// The text at a path of keys.
fn word_at<'a>(raw: &'a Raw, path: &[&str]) -> Option<Found<'a, String>> {
    raw.at(path).map(|by| Found {
        value: word(Some(by)),
        by,
    })
}

/// The value of a switch that is on.
fn on<'a>(raw: &'a Raw, key: &str) -> Option<&'a Raw> {
    raw.get(key).filter(|it| is_on(it))
}
