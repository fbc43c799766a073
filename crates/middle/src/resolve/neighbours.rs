//! Environments that would share data without a word: two of one name on a machine, two volumes of one name, one folder for
//! two. Only what an environment names itself or takes over from the base can be shared: all other names carry its own.

use super::deploy::Around;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Component, MountSource, Named, PlatformVolume},
    project::{environment_file, suffix_of, written},
    source::Span,
    syntax::{Node, Table},
    text::all_of,
};

/// The files of the platform without an environment and of its other environments.
struct Neighbours<'a> {
    environment: &'a str,
    around: &'a Around<'a>,
    base: Table,
    /// Names and files.
    others: Vec<(&'a str, Table)>,
}

/// Something with a name that an environment may not have to itself.
struct Shared<'a> {
    /// The keys that lead to the name.
    path: Vec<&'a str>,
    /// The name.
    value: &'a str,
    /// Where it is written, or the volume.
    span: Span,
    /// What it is, as a message starts.
    what: String,
    component: Option<&'a str>,
    /// What a help writes to share it on purpose.
    on_purpose: &'a str,
}

/// Reports what this environment shares with others. `all`: the names of all environments.
pub(super) fn check(
    tree: &Table,
    (volumes, components): (&Named<PlatformVolume>, &Named<Component>),
    (environment, all): (Option<&str>, &[String]),
    around: &Around<'_>,
    sink: &mut Sink,
) {
    let Some(environment) = environment else {
        return;
    };
    let others = all.iter().filter(|other| *other != environment);
    let neighbours = Neighbours {
        environment,
        around,
        base: written(around.world, around.file).unwrap_or_default(),
        others: others
            .filter_map(|other| {
                let file = environment_file(around.file, other);
                Some((other.as_str(), written(around.world, &file)?))
            })
            .collect(),
    };
    if let Some(diagnostic) = neighbours.project(tree) {
        sink.push(diagnostic);
        return;
    }
    let named = volumes.iter().filter(|it| it.named && !it.external);
    let named = named.map(|volume| Shared {
        path: volume.path.split('.').chain(["name"]).collect(),
        value: &volume.real_name,
        span: volume.span,
        what: format!("volume `{}`", volume.real_name),
        component: volume.component.as_deref(),
        on_purpose: "external = true",
    });
    for shared in named.chain(folders(components)) {
        if let Some(diagnostic) = neighbours.shared(tree, &shared) {
            sink.push(diagnostic);
        }
    }
}

/// Folders of the machine that hold data.
fn folders(components: &Named<Component>) -> impl Iterator<Item = Shared<'_>> {
    components.iter().flat_map(|component| {
        let mounts = component.workloads.iter().flat_map(|it| &it.mounts);
        let mut seen = Vec::new();
        mounts.filter_map(move |mount| match &mount.source {
            MountSource::Bind { path, data: true } if !seen.contains(&&mount.name) => {
                seen.push(&mount.name);
                Some(Shared {
                    path: vec![
                        "components",
                        &component.name,
                        "volumes",
                        &mount.name,
                        "source",
                    ],
                    value: path.as_str(),
                    span: mount.span,
                    what: format!("folder `{}`", path.as_str()),
                    component: Some(&component.name),
                    on_purpose: "",
                })
            }
            _ => None,
        })
    })
}

impl Neighbours<'_> {
    /// Two environments of one name are one project on a machine.
    fn project(&self, tree: &Table) -> Option<Diagnostic> {
        let node = tree.get_path(&["platform", "name"])?;
        let name = node
            .as_str()
            .filter(|_| self.is_of_environment(node.span))?;
        let base = self.base.get_path(&["platform", "name"])?.as_str()?;
        let mut same = Vec::new();
        if base == name {
            same.push(self.around.file.to_string());
        }
        for (other, table) in &self.others {
            let own = table.get_path(&["platform", "name"]).and_then(Node::as_str);
            let is_same = match own {
                Some(own) => own == name,
                None => name == format!("{base}{}", suffix_of(other)),
            };
            if is_same {
                same.push(environment_file(self.around.file, other));
            }
        }
        if same.is_empty() {
            return None;
        }
        let usual = format!("{base}{}", suffix_of(self.environment));
        Some(
            Diagnostic::new(
                Code::SharedData,
                format!(
                    "the environment `{}` has the name of {}: on one machine they share containers and data",
                    self.environment,
                    all_of(&same)
                ),
            )
            .label(node.span, "one project of Compose, with one set of volumes")
            .help(format!(
                "leave `platform.name` out: the name is `{usual}` then; where they never run on one machine, or are one on purpose, write `lints.shared-data = \"allow\"` in `{}`",
                self.file()
            )),
        )
    }

    /// Who else has this name at this place: those that say the same, and those that say nothing where the base says it.
    fn shared(&self, tree: &Table, shared: &Shared<'_>) -> Option<Diagnostic> {
        let node = tree.get_path(&shared.path);
        let span = node.map_or(shared.span, |node| node.span);
        let is_inherited = !self.is_of_environment(span);
        let own = self.base.get_path(&shared.path).and_then(Node::as_str);
        let is_base_s = is_inherited || own == Some(shared.value);
        let mut same = Vec::new();
        if is_base_s {
            same.push(self.around.file.to_string());
        }
        for (other, table) in &self.others {
            let owner = &shared.path[..shared.path.len().min(2)];
            let is_gone = table.get_path(owner).is_some_and(Node::is_false);
            let says = table.get_path(&shared.path).and_then(Node::as_str);
            if !is_gone && says.map_or(is_base_s, |says| says == shared.value) {
                same.push(environment_file(self.around.file, other));
            }
        }
        if same.is_empty() {
            return None;
        }
        let key = shared.path.join(".");
        let own = format!(
            "{key} = \"{}{}\"",
            shared.value,
            suffix_of(self.environment)
        );
        let on_purpose = match (shared.on_purpose, shared.component) {
            ("", Some(_)) => "`allow = [\"shared-data\"]` on the component".to_string(),
            (more, Some(_)) => {
                format!("`{more}` beside it, or `allow = [\"shared-data\"]` on the component")
            }
            (more, None) => format!("`{more}` beside it"),
        };
        let diagnostic = Diagnostic::new(
            Code::SharedData,
            format!(
                "{} of the environment `{}` is also that of {}",
                shared.what,
                self.environment,
                all_of(&same)
            ),
        )
        .label(span, "the same data on one machine")
        .help(format!(
            "say `{own}` in `{}`; to share it on purpose {on_purpose}",
            self.file()
        ));
        Some(match shared.component {
            Some(component) => diagnostic.about(component),
            None => diagnostic,
        })
    }

    fn file(&self) -> String {
        environment_file(self.around.file, self.environment)
    }

    fn is_of_environment(&self, at: Span) -> bool {
        self.around.sources.file(at.source).name == self.file()
    }
}
