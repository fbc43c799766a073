//! Files of the chart, and how workloads mount them: a ConfigMap per component, or several where one would be too large.
//!
//! Generated files keep their path below `files/`; those of the project stand below `files/project/`. What is not text
//! that Helm reads back unchanged stands below `files/base64/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;

use data_encoding::BASE64;
use memchr::memchr2;

use super::compact::compact;
use crate::{
    files::STUBS,
    model::{FileContent, Workload},
    names::Names,
    speak::{ChartDefaults, Speak},
    target::{Context, shared::mounted},
};

/// Bytes of one ConfigMap: Kubernetes takes a MiB, names and labels included.
const CONFIG_MAP_LIMIT: usize = 1_000_000;

/// A mounted file or folder, a value of a workload.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileValues {
    /// Where it is mounted.
    path: String,
    mode: u32,
    /// The key of the Secret that it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// `items` are what the folder holds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    folder: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<FileItem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FileItem {
    /// The file below the chart's `files/`.
    file: String,
    config_map: String,
    key: String,
    /// Below the folder.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
}

/// One file to put into the chart.
struct Source<'a> {
    path: String,
    content: Content<'a>,
    below: String,
}

/// What stands in it.
enum Content<'a> {
    /// Generated, and shared with who else has it.
    Text(Arc<str>),
    /// A file of the project.
    Bytes(&'a [u8]),
}

impl Content<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }

    /// A text that Helm's `.Files` and YAML carry unchanged: Helm cuts off a byte order mark.
    fn text(&self) -> Option<Arc<str>> {
        let is_carried = |text: &str| {
            !text.starts_with('\u{feff}') && memchr2(b'\0', b'\r', text.as_bytes()).is_none()
        };
        match self {
            Content::Text(text) => is_carried(text).then(|| Arc::clone(text)),
            Content::Bytes(bytes) => {
                let text = std::str::from_utf8(bytes).ok()?;
                is_carried(text).then(|| text.into())
            }
        }
    }
}

/// Collects the files of the chart.
#[derive(Debug)]
pub struct ChartFiles<'a> {
    context: &'a Context<'a>,
    files: BTreeMap<String, Arc<str>>,
    /// The ConfigMaps of each component.
    maps: BTreeMap<String, Maps>,
    /// Names of ConfigMaps.
    names: Names,
}

impl<'a> ChartFiles<'a> {
    pub fn new(context: &'a Context<'a>) -> Self {
        let names = context.platform.workloads();
        Self {
            context,
            files: BTreeMap::new(),
            maps: BTreeMap::new(),
            names: names.map(|workload| workload.name.as_str()).collect(),
        }
    }

    /// Paths below `files/`, and their texts.
    pub fn finish(self) -> BTreeMap<String, Arc<str>> {
        self.files
    }

    /// What a workload mounts.
    pub fn mounts(&mut self, workload: &Workload) -> Vec<FileValues> {
        let component = &workload.component;
        let maps = self.maps.remove(component);
        let mut maps = maps.unwrap_or_else(|| Maps::new(component));
        let mut out = Vec::new();
        for mount in &workload.files {
            let folder = self.is_folder(&mount.content);
            let sources = self.sources(workload, &mount.content);
            let items = sources
                .into_iter()
                .map(|source| self.item(source, &mut maps))
                .collect();
            let secret = match &mount.content {
                FileContent::Secret(name) => Some(name.clone()),
                _ => None,
            };
            out.push(FileValues {
                path: mount.path.clone(),
                mode: mount.mode,
                secret,
                folder,
                items,
            });
        }
        self.maps.insert(component.clone(), maps);
        // A folder without files, or a file that nothing made, mounts nothing.
        out.retain(|file| file.secret.is_some() || !file.items.is_empty());
        out
    }

    fn is_folder(&self, content: &FileContent) -> bool {
        match content {
            FileContent::Folder { .. } | FileContent::Stubs => true,
            FileContent::Generated(it) => self.context.mounted.get(it.path()).is_none(),
            _ => false,
        }
    }

    fn sources<'s>(&self, workload: &Workload, content: &'s FileContent) -> Vec<Source<'s>>
    where
        'a: 's,
    {
        match content {
            FileContent::Text { name, text } => {
                let path = mounted::config_path(&workload.component, name);
                let generated = self.context.mounted.get(&path).cloned();
                let content = generated
                    .unwrap_or_else(|| ChartDefaults(self.context.platform).text(text).into());
                vec![Source::single(path, Content::Text(content))]
            }
            FileContent::Project { path, bytes } => {
                vec![Source::single(project_path(path), Content::Bytes(bytes))]
            }
            FileContent::Folder { path, files } => self
                .context
                .mounted
                .folder(path, files)
                .into_iter()
                .map(|(below, bytes)| Source {
                    path: project_path(&format!("{path}/{below}")),
                    content: Content::Bytes(bytes),
                    below: below.to_string(),
                })
                .collect(),
            FileContent::Secret(_) => Vec::new(),
            FileContent::Stubs => self.generated(STUBS),
            FileContent::Generated(it) => self.generated(it.path()),
        }
    }

    /// A generated file, or all below a folder.
    fn generated(&self, path: &str) -> Vec<Source<'a>> {
        self.context
            .mounted
            .below(path)
            .map(|(file, below, text)| Source {
                path: file.to_string(),
                content: Content::Text(match file.ends_with(".json") {
                    true => compact(text).into(),
                    false => Arc::clone(text),
                }),
                below: below.trim_start_matches('/').to_string(),
            })
            .collect()
    }

    fn item(&mut self, source: Source<'_>, maps: &mut Maps) -> FileItem {
        let bytes = source.content.bytes();
        let (file, text) = match source.content.text() {
            Some(text) => (source.path, text),
            None => (
                format!("base64/{}", source.path),
                format!("{}\n", BASE64.encode(bytes)).into(),
            ),
        };
        let (config_map, key) = maps.place(&file, bytes.len(), &mut self.names);
        self.files.insert(file.clone(), text);
        FileItem {
            file,
            config_map,
            key,
            path: source.below,
        }
    }
}

impl<'a> Source<'a> {
    fn single(path: String, content: Content<'a>) -> Self {
        Self {
            path,
            content,
            below: String::new(),
        }
    }
}

/// The ConfigMaps of one component while they fill: what several of its workloads mount stands in them once.
#[derive(Debug)]
struct Maps {
    component: String,
    /// Name, bytes and keys of each; the last one fills.
    maps: Vec<(String, usize, BTreeSet<String>)>,
    /// Where a file is that was placed before.
    placed: BTreeMap<String, (String, String)>,
}

impl Maps {
    fn new(component: &str) -> Self {
        Self {
            component: component.to_string(),
            maps: vec![(component.to_string(), 0, BTreeSet::new())],
            placed: BTreeMap::new(),
        }
    }

    /// The ConfigMap and the key of a file.
    fn place(&mut self, file: &str, size: usize, names: &mut Names) -> (String, String) {
        if let Some(place) = self.placed.get(file) {
            return place.clone();
        }
        let full = self
            .maps
            .last()
            .is_none_or(|(_, bytes, _)| *bytes > 0 && bytes + size > CONFIG_MAP_LIMIT);
        if full {
            let name = next_name(&self.component, names);
            self.maps.push((name, 0, BTreeSet::new()));
        }
        let Some((name, bytes, keys)) = self.maps.last_mut() else {
            return (self.component.clone(), key_of(file, &BTreeSet::new()));
        };
        let key = key_of(file, keys);
        *bytes += size + key.len();
        keys.insert(key.clone());
        let place = (name.clone(), key);
        self.placed.insert(file.to_string(), place.clone());
        place
    }
}

fn next_name(component: &str, names: &mut Names) -> String {
    let mut number = 2;
    loop {
        let name = format!("{component}-files-{number}");
        if names.take(&name) {
            return name;
        }
        number += 1;
    }
}

/// A ConfigMap's key for a path: its last 200 characters that a key takes.
fn key_of(file: &str, taken: &BTreeSet<String>) -> String {
    let plain: String = file
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "-._".contains(c) => c,
            _ => '_',
        })
        .collect();
    let start = plain.len().saturating_sub(200);
    let plain = plain[start..].trim_start_matches('.').to_string();
    let mut key = plain.clone();
    let mut number = 2;
    while taken.contains(&key) {
        key = format!("{plain}.{number}");
        number += 1;
    }
    key
}

/// A project's path below the chart's `files/`. Steps up, which `outside-source` allows, stay inside of the chart.
fn project_path(path: &str) -> String {
    let steps: Vec<&str> = path
        .split('/')
        .filter(|step| !step.is_empty() && *step != ".")
        .map(|step| if step == ".." { "_up" } else { step })
        .collect();
    format!("project/{}", steps.join("/"))
}
