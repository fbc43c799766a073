//! The words of the lint.

use std::collections::BTreeSet;

use super::{Data, DataKind, Environment, Shareable, What};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    project::{environment_file, suffix_of},
    text::all_of,
};

/// Who shares something, for a message.
struct Sharing<'a> {
    /// The environment that is compiled.
    environment: &'a str,
    own_file: String,
    /// The files of those that have it too.
    others: String,
    /// The name that it would have if its file gave it none.
    usual: String,
}

/// Reports what this environment shares with others. `others`: the base, then the others.
pub fn report(
    shareable: &[Shareable],
    others: &[Environment],
    (file, environment): (&str, &str),
    sink: &mut Sink,
) {
    let mut reported: BTreeSet<(&str, &str)> = BTreeSet::new();
    let base = others.first().map_or("", |base| base.project.as_str());
    for it in shareable {
        let same = others.iter().filter(|other| other.has(&it.what));
        let same: Vec<&Environment> = same.collect();
        if same.is_empty() {
            continue;
        }
        // A folder of the machine and of the nodes, and a volume of two runtimes, is reported once.
        if let What::Data(data) = &it.what
            && !reported.insert((&it.written.key, &data.name))
        {
            continue;
        }
        let files: Vec<&str> = same.iter().map(|other| other.file.as_str()).collect();
        let sharing = Sharing {
            environment,
            own_file: environment_file(file, environment),
            others: all_of(&files),
            usual: format!("{base}{}", suffix_of(environment)),
        };
        sink.push(sharing.diagnostic(it, &same));
        // All of their data is the same then.
        if matches!(it.what, What::Project(_)) {
            return;
        }
    }
}

impl Sharing<'_> {
    /// `same`: the environments that have it too.
    fn diagnostic(&self, it: &Shareable, same: &[&Environment]) -> Diagnostic {
        let Self {
            environment,
            others,
            ..
        } = self;
        let (message, label) = match &it.what {
            What::Project(_) => (
                format!(
                    "the environment `{environment}` has the name of {others}: on one machine they share containers and data"
                ),
                "one project of Compose, with one set of volumes",
            ),
            What::Containers(name) => (
                format!(
                    "the environment `{environment}` is the project `{name}` of Compose, as {others} is: on one machine each replaces the containers of the other"
                ),
                "the name of one project",
            ),
            What::Release((_, namespace)) => (
                format!(
                    "the release of the environment `{environment}` has the namespace `{namespace}`, as that of {others} has: they share objects and claims"
                ),
                "one namespace of one cluster",
            ),
            What::Data(data) => (self.shared_data(data, same), "the same data on one machine"),
        };
        let component = match &it.what {
            What::Data(data) => data.component.clone(),
            _ => None,
        };
        Diagnostic::new(Code::SharedData, message)
            .label(it.written.span, label)
            .of(component.map(Subject::Component))
            .help_to_accept(|accept| self.help(it, accept))
    }

    /// How to keep the two apart; `accept`: what a user writes where they are one on purpose.
    fn help(&self, it: &Shareable, accept: &str) -> String {
        let Self {
            own_file, usual, ..
        } = self;
        match &it.what {
            What::Project(_) => format!(
                "leave `platform.name` out: the name is `{usual}` then; where they never run on one machine, or are one on purpose, write {accept} in `{own_file}`"
            ),
            What::Containers(_) => format!(
                "leave `raw.compose.name` out: the name is `{usual}` then; where they never run on one machine, write {accept} in `{own_file}`"
            ),
            What::Release(_) => format!(
                "say another `{}` in `{own_file}`; where they are one on purpose, write {accept} there",
                it.written.key
            ),
            What::Data(data) => self.help_of_data(it, data, accept),
        }
    }

    fn shared_data(&self, data: &Data, same: &[&Environment]) -> String {
        let (title, environment, others) = (data.title(), self.environment, &self.others);
        match same.iter().any(|other| other.has_same(data)) {
            true => format!("{title} of the environment `{environment}` is also that of {others}"),
            // One of the two folders lies in the other.
            false => format!(
                "{title} of the environment `{environment}` lies in a folder of {others}, or around one"
            ),
        }
    }

    fn help_of_data(&self, it: &Shareable, data: &Data, accept: &str) -> String {
        let (key, own_file) = (&it.written.key, &self.own_file);
        let own = match it.written.is_in_list {
            true => format!("name another folder in `{key}` of `{own_file}`"),
            false => format!(
                "say `{key} = \"{}{}\"` in `{own_file}`",
                data.name,
                suffix_of(self.environment)
            ),
        };
        format!("{own}; to share it on purpose {}", data.on_purpose(accept))
    }
}

impl Data {
    /// As in ``volume `old-data` ``.
    fn title(&self) -> String {
        let noun = match self.kind {
            DataKind::Volume => "volume",
            DataKind::Folder => "folder",
            DataKind::NodeFolder => "folder of the nodes",
        };
        format!("{noun} `{}`", self.name)
    }

    /// What a user writes to share it on purpose.
    fn on_purpose(&self, accept: &str) -> String {
        match (self.kind, &self.component) {
            (DataKind::Folder | DataKind::NodeFolder, None) => format!("{accept} there"),
            (DataKind::Folder | DataKind::NodeFolder, Some(_)) => accept.to_string(),
            (DataKind::Volume, Some(_)) => format!("`external = true` beside it, or {accept}"),
            (DataKind::Volume, None) => "`external = true` beside it".to_string(),
        }
    }
}
