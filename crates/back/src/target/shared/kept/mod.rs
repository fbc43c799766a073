//! Which data a runtime keeps, and where its workloads meet it: the one place that answers it for volumes, claims and folders.
//!
//! In: what a runtime has really written, raw tables included ([`Started`]). Out: the data with its places, which the manifest
//! remembers and a plan compares.

mod configured;
mod defaults;
mod started;
mod folder_options;
mod typed;
mod unkept;
mod scripts;

use std::collections::{BTreeMap, BTreeSet};

pub use defaults::Defaults;
use started::ProgramFolder;
pub use started::{Source, Started, StartedMount, Unread, names_folders};
pub use typed::TypedMounts;

use crate::{
    data::{Data, DataKey, Device, Keeper, Kept, MountedBy, Place, STORE_VOLUME, join_paths},
    files::Target,
    fileset::FileSet,
    model::{Component, Mount, MountSource, Platform, PlatformVolume, Workload},
};

/// The folder of a claim that is mounted: a new file system may hold `lost+found`, which servers refuse as their data
/// folder. It is the same whatever the volume is called, so that a renamed one finds its data.
pub const SUB_PATH: &str = "data";

/// How a runtime keeps a volume.
pub struct Keeping {
    pub keeper: Keeper,
    /// What it is called there.
    pub name: String,
    /// The driver and its options, where they are written.
    pub backing: Option<String>,
    /// The name is that of a key that the volume had before.
    pub moved: bool,
    /// Bytes that it asks for.
    pub size: Option<u64>,
    /// The folder of the machine that it is, where its driver's options say so; absolute.
    pub folder: Option<String>,
    /// What its driver mounts in its place.
    pub device: Option<Device>,
    /// The raw key that decides which data it is.
    pub named_by: Option<String>,
    /// Nothing creates or removes it.
    pub external: bool,
    /// It may be there already, with data in it: the platform names or takes over something, or creates nothing.
    pub adopted: bool,
}

/// A volume that a runtime keeps, by its key there.
pub struct KeptVolume {
    pub key: String,
    /// Where platform.toml speaks of it.
    pub path: DataKey,
    pub keeping: Keeping,
}

impl KeptVolume {
    /// A volume that only raw keys know.
    pub fn of_raw_keys(keeper: Keeper, key: &str, name: &str, path: DataKey) -> Self {
        Self {
            key: key.to_string(),
            keeping: Keeping {
                keeper,
                name: name.to_string(),
                backing: None,
                moved: false,
                size: None,
                folder: None,
                device: None,
                named_by: Some(path.to_string()),
                external: false,
                adopted: true,
            },
            path,
        }
    }
}

/// What a runtime has written about data.
pub struct RuntimeData<'a> {
    pub target: Target,
    pub volumes: Vec<KeptVolume>,
    pub started: Vec<Started<'a>>,
}

impl RuntimeData<'_> {
    /// Adds the data of a platform, as this runtime keeps it, and the folders of a machine that it mounts.
    pub fn remember(self, platform: &Platform, out: &mut FileSet) {
        let mounts = self.started.iter().flat_map(|started| &started.mounts);
        let folders = mounts.filter_map(|mounted| match &mounted.source {
            Source::Folder { path, .. } => Some(path.clone()),
            Source::Volume(_) | Source::Content(_) | Source::Elsewhere => None,
        });
        out.folders.extend(folders);
        let started = self.started.iter();
        let folders: Vec<Vec<ProgramFolder>> = started.map(|it| it.folders(platform)).collect();
        let started = self.started.iter().zip(&folders);
        out.unkept
            .extend(started.filter_map(|(it, folders)| unkept::of(it, folders, platform)));
        out.kept.extend(self.kept(&folders, platform));
    }

    /// `program_folders`: of each workload.
    fn kept(self, program_folders: &[Vec<ProgramFolder>], platform: &Platform) -> Vec<Kept> {
        let volumes = self.volumes.into_iter();
        let mut volumes: BTreeMap<String, Kept> =
            volumes.map(|it| (it.key.clone(), of_volume(it))).collect();
        let mut folders: BTreeMap<String, Kept> = BTreeMap::new();
        for (started, program_folders) in self.started.iter().zip(program_folders) {
            let replacing_data = started.replacing_data();
            for (index, mounted) in started.mounts.iter().enumerate() {
                let mount = started.typed.find(mounted);
                let own = program_folders.iter();
                let own: Vec<&ProgramFolder> =
                    own.filter(|folder| folder.mount == Some(index)).collect();
                let is_store = is_store(started.component, mount, &own);
                let is_versioned = !started.component.upgrades.is_empty();
                let holds_data =
                    || is_store || mount.is_some_and(is_data) || replacing_data.contains(&index);
                let kept = match &mounted.source {
                    Source::Volume(key) => volumes.get_mut(key),
                    Source::Folder { path, raw_key } if holds_data() => {
                        let key = key_of_mount(self.target, started.workload, mount);
                        let made = folders.entry(path.clone());
                        Some(made.or_insert_with(|| of_folder(path, key, raw_key)))
                    }
                    Source::Folder { .. } | Source::Content(_) | Source::Elsewhere => None,
                };
                let Some(kept) = kept else {
                    continue;
                };
                let key = key_of_mount(self.target, started.workload, mount);
                kept.mounts.push(key);
                kept.readers.insert(mounted_by(started));
                kept.places
                    .extend(places(self.target, started, mounted, &own));
                // Of several programs that mount it, one that asks for something counts.
                if is_store && (is_versioned || kept.upgrades.is_empty()) {
                    kept.upgrades.clone_from(&started.component.upgrades);
                    let program = started.component.program_of_data(started.image.as_deref());
                    kept.data.program = program;
                    made_with(started, kept);
                    kept.scripts.extend(scripts::of(started, platform));
                }
            }
        }
        of_pipelines(platform, self.target, &mut volumes);
        for volume in &platform.volumes {
            if let Some(kept) = volumes.get_mut(&volume.key) {
                kept.before.clone_from(&volume.before);
            }
        }
        let kept = volumes.into_values().chain(folders.into_values());
        kept.map(with_each_mount_once).collect()
    }
}

/// Thousands may mount one volume, some of them several times.
fn with_each_mount_once(mut kept: Kept) -> Kept {
    let mut known = BTreeSet::new();
    kept.mounts.retain(|key| known.insert(key.clone()));
    kept
}

fn of_volume(volume: KeptVolume) -> Kept {
    let KeptVolume { path, keeping, .. } = volume;
    Kept {
        data: Data {
            keeper: keeping.keeper,
            name: keeping.name,
            backing: keeping.backing,
            key: path,
            moved: keeping.moved,
            program: None,
        },
        mounts: Vec::new(),
        upgrades: Vec::new(),
        size: keeping.size,
        folder: keeping.folder,
        places: Default::default(),
        readers: Default::default(),
        made_with: Default::default(),
        first_start: Default::default(),
        of_secrets: Default::default(),
        scripts: Default::default(),
        named_by: keeping.named_by,
        device: keeping.device,
        mounted_by: None,
        external: keeping.external,
        adopted: keeping.adopted,
        before: Vec::new(),
    }
}

fn of_folder(path: &str, key: DataKey, raw_key: &str) -> Kept {
    let is_raw = matches!(key, DataKey::RawMounts { .. });
    let mut kept = of_volume(KeptVolume {
        key: path.to_string(),
        path: key,
        keeping: Keeping {
            keeper: Keeper::Host,
            name: path.to_string(),
            backing: None,
            moved: false,
            size: None,
            folder: None,
            device: None,
            named_by: None,
            external: false,
            adopted: false,
        },
    });
    kept.mounted_by = is_raw.then(|| raw_key.to_string());
    kept
}

/// What the program read when it made the data, as far as it tells.
fn made_with(started: &Started<'_>, kept: &mut Kept) {
    if started.workload.part.is_some() {
        return;
    }
    for (variable, needs) in &started.component.first_start {
        if let Some(value) = started.env.get(variable) {
            kept.made_with.insert(variable.clone(), value.clone());
            kept.first_start.insert(variable.clone(), needs.clone());
        }
    }
    let of_secrets = started.workload.env.iter();
    let of_secrets = of_secrets.filter(|it| !it.value.secrets().is_empty());
    let of_secrets = of_secrets.map(|it| it.name.clone());
    kept.of_secrets
        .extend(of_secrets.filter(|it| kept.first_start.contains_key(it)));
}

fn mounted_by(started: &Started<'_>) -> MountedBy {
    let component = started.component;
    let image = started.image.as_deref();
    let program = component.program_of_data(image);
    MountedBy {
        workload: started.workload.name.clone(),
        component: component.name.clone(),
        program: program
            .filter(|_| started.workload.part.is_none())
            .map(|it| it.kind),
    }
}

/// Where a workload meets what is mounted there: one place for each folder of its program that lies in it.
fn places(
    target: Target,
    started: &Started<'_>,
    mounted: &StartedMount,
    own: &[&ProgramFolder],
) -> Vec<Place> {
    let open_to = started.open_to.as_ref().map(Unread::shown);
    let place = |folder: Option<String>, unread: Option<&String>| Place {
        runtime: target,
        workload: started.workload.name.clone(),
        mount: mounted.at.clone(),
        sub_path: mounted.sub_path.clone(),
        folder,
        unread: open_to.as_ref().or(unread).cloned(),
    };
    match own {
        [] => vec![place(None, None)],
        own => own
            .iter()
            .map(|it| {
                let folder = join_paths(&mounted.sub_path, &it.path);
                place(Some(folder), it.unread.as_ref())
            })
            .collect(),
    }
}

/// Tasks meet data too. No raw key changes how.
fn of_pipelines(platform: &Platform, target: Target, volumes: &mut BTreeMap<String, Kept>) {
    for pipeline in &platform.pipelines {
        for mount in &pipeline.volumes {
            let MountSource::Volume(key) = &mount.source else {
                continue;
            };
            if let Some(kept) = volumes.get_mut(key) {
                kept.places.insert(Place {
                    runtime: target,
                    workload: format!("pipelines.{}", pipeline.name),
                    mount: mount.path.clone(),
                    sub_path: String::new(),
                    folder: None,
                    unread: None,
                });
            }
        }
    }
}

/// Whether it is marked as data.
fn is_data(mount: &Mount) -> bool {
    matches!(mount.source, MountSource::Bind { data: true, .. })
}

/// Whether another program, or another version of the component's own, may not be able to read what is mounted.
/// `own`: the folders of the program that lie in it.
fn is_store(component: &Component, mount: Option<&Mount>, own: &[&ProgramFolder]) -> bool {
    let is_named_so = |mount: &Mount| {
        let is_own =
            mount.source == MountSource::Volume(format!("{}-{STORE_VOLUME}", component.name));
        // What it shares with others, or only reads, may be theirs.
        mount.name == STORE_VOLUME && (!component.upgrades.is_empty() || is_own && !mount.read_only)
    };
    !component.any_program && (mount.is_some_and(is_named_so) || !own.is_empty())
}

/// The key of a volume as the user writes it. Workloads of one image share theirs.
fn key_of_mount(target: Target, workload: &Workload, mount: Option<&Mount>) -> DataKey {
    let component = workload.component.clone();
    match mount {
        Some(mount) => DataKey::Component {
            component,
            volume: mount.name.clone(),
        },
        None => DataKey::RawMounts { component, target },
    }
}

/// How Docker's engine keeps a volume, where no raw key says otherwise.
pub fn kept_by_engine(volume: &PlatformVolume) -> KeptVolume {
    KeptVolume {
        key: volume.key.clone(),
        path: volume.path.clone(),
        keeping: Keeping {
            keeper: Keeper::Engine,
            name: volume.real_name.clone(),
            backing: None,
            moved: volume.volume_moved,
            size: None,
            folder: None,
            device: None,
            named_by: None,
            external: volume.external,
            adopted: volume.named || volume.external || volume.volume_moved,
        },
    }
}
