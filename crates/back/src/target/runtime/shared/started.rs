//! The services of a file as they start: what an engine is going to mount, raw keys included. Raw keys are the reason to read
//! what is written: they may have changed each of it.
//!
//! The forms are those of the Compose specification (05-services.md: `volumes`, `tmpfs`, `environment`, `command`; 07-volumes.md).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{files::host_path, service::ServiceView};
use crate::{
    data::{DataKey, Device, Keeper},
    files::Target,
    model::{MountSource, Platform, Workload},
    speak::Speak,
    target::shared::kept::{
        Defaults, KeptVolume, RuntimeData, Source, Started, StartedMount, TypedMounts, Unread,
        kept_by_engine, names_folders,
    },
    value::Tmpfs,
};

/// Reads services as their engine does.
pub struct Services<'a> {
    speak: &'a dyn Speak,
    defaults: Defaults,
    /// Paths of the host by how a file names them.
    paths: BTreeMap<String, String>,
}

/// What files of variables set beside the service's own. A value that names other variables is not known here.
fn of_files(workload: &Workload, unread: &[Unread], env: &mut BTreeMap<String, String>) {
    let of_shell = |name: &str| unread.iter().any(|it| it.variable.as_deref() == Some(name));
    let variables = workload.env_files.iter().rev();
    let variables = variables.flat_map(|file| file.variables.iter().flatten().rev());
    for variable in variables.filter(|it| !it.value.contains('$') && !of_shell(&it.name)) {
        env.entry(variable.name.clone())
            .or_insert_with(|| variable.value.clone());
    }
}

impl<'a> Services<'a> {
    pub fn new(speak: &'a dyn Speak) -> Self {
        let platform = speak.platform();
        let mounts = platform.workloads().flat_map(|it| &it.mounts);
        let paths = mounts.filter_map(|mount| match &mount.source {
            MountSource::Bind { path, .. } => Some(path),
            MountSource::Volume(_) => None,
        });
        let paths = paths.map(|path| (host_path(speak, platform, path), path.as_str().to_string()));
        Self {
            speak,
            defaults: Defaults::new(platform, speak),
            paths: paths.collect(),
        }
    }

    /// What a text of a service is where nobody sets a variable.
    pub fn text(&self, written: &Value) -> Option<String> {
        self.defaults.text(written)
    }

    /// What a runtime's files say about data. `project`: what a volume without a name is named after; `declared`: the volumes of
    /// the files, by their keys.
    pub fn runtime_data<'b>(
        &'b self,
        target: Target,
        project: &str,
        declared: &BTreeMap<String, Value>,
        services: impl Iterator<Item = &'b ServiceView>,
    ) -> RuntimeData<'b> {
        let platform = self.speak.platform();
        let started = services.filter_map(|service| {
            self.started(platform, platform.workload(&service.name)?, service)
        });
        RuntimeData {
            target,
            volumes: self.volumes(project, declared),
            started: started.collect(),
        }
    }

    /// A service as its engine starts it.
    pub fn started<'b>(
        &self,
        platform: &'b Platform,
        workload: &'b Workload,
        service: &ServiceView,
    ) -> Option<Started<'b>> {
        let keys = &service.keys;
        let image = keys.get("image").and_then(Value::as_str);
        let own = self.speak.text(&workload.image.text());
        let component = platform.component(&workload.component)?;
        let (mut env, mut words, mut unread) = (BTreeMap::new(), Vec::new(), Vec::new());
        if names_folders(component, workload) {
            env = self.environment(keys.get("environment"));
            unread = self.unread_variables(keys);
            if keys.contains_key("env_file") {
                of_files(workload, &unread, &mut env);
            }
            words = self.list(keys.get("entrypoint"));
            words.extend(self.list(keys.get("command")));
        }
        Some(Started {
            component,
            workload,
            typed: TypedMounts::of(workload),
            image: image
                .filter(|image| *image != own)
                .and_then(|image| self.text(&Value::from(image))),
            env,
            words,
            unread,
            open_to: keys.get("extends").map(|it| self.extended(it)),
            mounts: self.mounts(keys),
        })
    }

    fn mounts(&self, keys: &Map<String, Value>) -> Vec<StartedMount> {
        let volumes = keys.get("volumes").and_then(Value::as_array);
        let volumes = volumes.into_iter().flatten();
        let memory = self.list(keys.get("tmpfs")).into_iter();
        let memory = memory
            .filter_map(|it| Tmpfs::parse(&it))
            .map(|it| StartedMount {
                at: it.path.as_str().to_string(),
                sub_path: String::new(),
                source: Source::Elsewhere,
            });
        volumes
            .filter_map(|volume| self.volume(volume))
            .chain(memory)
            .chain(self.contents(keys))
            .collect()
    }

    /// Entries of `configs` and `secrets` that say where they are mounted.
    fn contents(&self, keys: &Map<String, Value>) -> impl Iterator<Item = StartedMount> {
        let nouns = [("configs", "the config"), ("secrets", "the secret")].into_iter();
        nouns.flat_map(move |(key, noun)| {
            let entries = keys.get(key).and_then(Value::as_array);
            entries.into_iter().flatten().filter_map(move |entry| {
                let name = self.text(&entry["source"])?;
                Some(StartedMount {
                    at: self.text(&entry["target"])?,
                    sub_path: String::new(),
                    source: Source::Content(format!("{noun} `{name}`")),
                })
            })
        })
    }

    /// One of `volumes`, in its long or its short form.
    fn volume(&self, volume: &Value) -> Option<StartedMount> {
        if volume.is_string() {
            return self.text(volume).map(|short| self.short(&short));
        }
        let text = |value: &Value| self.text(value);
        let source = text(&volume["source"]);
        Some(StartedMount {
            at: text(&volume["target"])?,
            sub_path: text(&volume["volume"]["subpath"]).unwrap_or_default(),
            source: match (volume["type"].as_str(), source) {
                (Some("volume"), Some(key)) => Source::Volume(key),
                (Some("bind"), Some(path)) => self.folder(path),
                _ => Source::Elsewhere,
            },
        })
    }

    /// `SOURCE:TARGET[:MODE]`, or the target of a volume without a name.
    fn short(&self, written: &str) -> StartedMount {
        let mut words = written.split(':');
        let (first, target) = (words.next().unwrap_or_default(), words.next());
        let mounted = |at: &str, source: Source| StartedMount {
            at: at.to_string(),
            sub_path: String::new(),
            source,
        };
        match target {
            None => mounted(first, Source::Elsewhere),
            Some(target) if first.starts_with(['.', '/', '~']) => {
                mounted(target, self.folder(first.to_string()))
            }
            Some(target) => mounted(target, Source::Volume(first.to_string())),
        }
    }

    /// A folder of the machine, under the name that it has in the project.
    fn folder(&self, written: String) -> Source {
        let known = self.paths.get(&written).cloned();
        Source::Folder {
            path: known.unwrap_or_else(|| self.speak.platform().from_compose(&written)),
            raw_key: "volumes".to_string(),
        }
    }

    /// `NAME: VALUE`, or a list of `NAME=VALUE`.
    fn environment(&self, value: Option<&Value>) -> BTreeMap<String, String> {
        match value {
            Some(Value::Object(table)) => table
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), self.text(value)?)))
                .collect(),
            value => self
                .list(value)
                .iter()
                .filter_map(|entry| entry.split_once('='))
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        }
    }

    /// One text, or a list of them.
    fn list(&self, value: Option<&Value>) -> Vec<String> {
        match value {
            Some(Value::Array(many)) => many.iter().filter_map(|it| self.text(it)).collect(),
            one => one.and_then(|it| self.text(it)).into_iter().collect(),
        }
    }

    /// Each volume of a platform as the files declare it, and those that raw keys add.
    pub fn volumes(&self, project: &str, declared: &BTreeMap<String, Value>) -> Vec<KeptVolume> {
        let platform = self.speak.platform();
        let mut out: Vec<KeptVolume> = platform.volumes.iter().map(kept_by_engine).collect();
        for volume in &mut out {
            if let Some(declaration) = declared.get(&volume.key) {
                self.declare(volume, project, declaration);
            }
        }
        let known: BTreeSet<&str> = platform.volumes.iter().map(|it| it.key.as_str()).collect();
        // Only raw keys declare others.
        for (key, declaration) in declared
            .iter()
            .filter(|(key, _)| !known.contains(key.as_str()))
        {
            let path = DataKey::Raw {
                target: Target::Compose,
                volume: key.clone(),
            };
            let mut volume = KeptVolume::of_raw_keys(Keeper::Engine, key, key, path);
            self.declare(&mut volume, project, declaration);
            out.push(volume);
        }
        out
    }

    /// Takes over what a declaration says of a volume's name, and where its driver keeps it.
    fn declare(&self, volume: &mut KeptVolume, project: &str, declaration: &Value) {
        let keeping = &mut volume.keeping;
        let name = match self.text(&declaration["name"]) {
            Some(name) => name,
            None => format!("{project}_{}", volume.key),
        };
        keeping.backing = self.backing(declaration);
        keeping.device = self.device(declaration);
        keeping.folder = self.bound_folder(declaration);
        keeping.external |= declaration["external"] == true;
        keeping.adopted |= keeping.external;
        if name != keeping.name || keeping.backing.is_some() {
            keeping.moved &= name == keeping.name;
            keeping.named_by = Some(format!("raw.compose.volumes.{}", volume.key));
            keeping.name = name;
            keeping.adopted = true;
        }
    }

    /// The absolute path of a folder that a volume is by its options (docker/docs, "docker volume create": `o=bind`).
    fn bound_folder(&self, declaration: &Value) -> Option<String> {
        let options = &declaration["driver_opts"];
        let of_mount = self.text(&options["o"])?;
        let is_bind = of_mount
            .split(',')
            .any(|it| ["bind", "rbind"].contains(&it));
        let device = self.text(&options["device"])?;
        (is_bind && device.starts_with('/')).then_some(device)
    }

    /// What the options of a declaration mount (docker/docs, "docker volume create"; mount(8)). A word without `/` is no place: it
    /// is there for the form, as in `type=tmpfs device=tmpfs`.
    fn device(&self, declaration: &Value) -> Option<Device> {
        let options = &declaration["driver_opts"];
        let path = self.text(&options["device"])?;
        let of_mount = self.text(&options["o"]).unwrap_or_default();
        let machine = of_mount.split(',').find_map(|it| it.strip_prefix("addr="));
        let machine = machine.filter(|_| path.starts_with(':'));
        path.contains('/').then(|| Device {
            machine: machine.map(ToString::to_string),
            path,
        })
    }

    /// As in `local device=/srv/data o=bind type=none`. An engine's own folder is `None`.
    fn backing(&self, declaration: &Value) -> Option<String> {
        let driver = self.text(&declaration["driver"]);
        let options = declaration["driver_opts"].as_object();
        let options: BTreeMap<&str, String> = options
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                let text = self.text(value).unwrap_or_else(|| value.to_string());
                (name.as_str(), text)
            })
            .collect();
        if options.is_empty() && driver.as_deref().is_none_or(|driver| driver == "local") {
            return None;
        }
        let driver = driver.unwrap_or_else(|| "local".to_string());
        let options = options
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let words: Vec<String> = std::iter::once(driver).chain(options).collect();
        Some(words.join(" "))
    }

    /// Variables that get their values from files, or from whoever starts the service.
    fn unread_variables(&self, keys: &Map<String, Value>) -> Vec<Unread> {
        let of_shell = |name: &str| Unread {
            key: "environment",
            names: name.to_string(),
            variable: Some(name.to_string()),
        };
        let mut unread: Vec<Unread> = match keys.get("environment") {
            Some(Value::Object(table)) => {
                let empty = table.iter().filter(|(_, value)| value.is_null());
                empty.map(|(name, _)| of_shell(name)).collect()
            }
            Some(Value::Array(entries)) => {
                let names = entries.iter().filter_map(Value::as_str);
                let names = names.filter(|entry| !entry.contains('='));
                names.map(of_shell).collect()
            }
            _ => Vec::new(),
        };
        unread.extend(keys.get("env_file").map(|files| Unread {
            key: "env_file",
            names: self.file_names(files),
            variable: None,
        }));
        unread
    }

    /// `"a"`, `["a"]` or `[{ path = "a" }]`.
    fn file_names(&self, files: &Value) -> String {
        let one = files.is_string().then_some(files);
        let many = files.as_array().into_iter().flatten();
        let names = one.into_iter().chain(many).filter_map(|file| {
            let path = file.get("path").unwrap_or(file);
            self.text(path)
        });
        names.collect::<Vec<_>>().join(", ")
    }

    /// The service that is laid under this one: `"a"`, or `{ file = "x.yaml", service = "a" }`.
    fn extended(&self, extends: &Value) -> Unread {
        let part = |key: &str| extends.get(key).and_then(|it| self.text(it));
        let service = part("service").or_else(|| self.text(extends));
        let names = part("file").into_iter().chain(service);
        Unread {
            key: "extends",
            names: names.collect::<Vec<_>>().join(": "),
            variable: None,
        }
    }
}
