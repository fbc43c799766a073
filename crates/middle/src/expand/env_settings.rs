//! Settings that are said as variables of the program: `env.POSTGRES_USER = "app"` is `settings.user = "app"`.
//!
//! Who knows an image knows its variables. A kind fills them from its settings, which its outputs, exporters and clients read
//! too: what is said in `env` alone would reach the program, and nobody else. So it is with the variables of a case and of a part.
//!
//! Only what the program itself reads says the setting. A client's variable (`PGUSER`) tells with which name a client logs in, and no
//! server makes that user: it is compared where the kind fills it, and says nothing else.

use std::collections::BTreeSet;

use super::{
    Declarations, Layers,
    edits::{edit, key},
    env_values::{differ, holds_value, is_secret, is_word},
    layers::{Layered, is_exporter},
};
use crate::{
    catalog::{Kind, SettingSpec, SettingType},
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Piece, Words},
    syntax::{Entry, Node, Table, Value, places},
};

/// Gives a component the settings that its variables say, where nothing else says them. What says something else is an error: the
/// program would get the one, and all who ask it the other.
pub(super) fn read(user: &mut Table, kind: &Kind, sink: &mut Sink) {
    // Of most components neither says a variable.
    if user.get("env").is_none() && user.get("parts").is_none() {
        return;
    }
    let said = said_variables(user);
    let variables = filled(kind, &is_among(&said));
    let mut seen = BTreeSet::new();
    for filled in variables {
        for place in filled.places(kind) {
            if seen.insert((place.join("."), filled.what.setting())) {
                compare(user, kind, &filled, &place, sink);
                say(user, kind, &filled, &place);
            }
        }
    }
}

/// Compares the variables of clients in parts with what the component's `env` says of them: that holds for the parts that run.
pub(super) fn check_parts(all: &Declarations, layers: &[Layers], sink: &mut Sink) {
    for (declared, layers) in all.components.iter().zip(layers) {
        let Some(env) = declared.user.table("env") else {
            continue;
        };
        let said: BTreeSet<&str> = env.keys().collect();
        let variables = filled(&declared.kind, &is_among(&said));
        let mut seen = BTreeSet::new();
        for client in variables.iter().filter(|it| !it.says) {
            let name = client.variable.as_str();
            let of_part = |it: &&Layered| it.part.is_some() && it.part.as_deref() == client.part;
            let gets = layers.workloads.iter().find(of_part);
            let gets = gets.and_then(|it| it.table.get_path(&["env", name]));
            let is_that = |it: &Node| env.get(name).is_some_and(|said| said.span == it.span);
            // What the program reads under the same name was compared when it was declared.
            let is_known = variables
                .iter()
                .any(|it| it.part.is_none() && it.variable == client.variable);
            let mut is_new = || seen.insert((name, client.what.setting()));
            if gets.is_some_and(is_that) && !is_known && is_new() {
                compare(&declared.user, &declared.kind, client, &["env", name], sink);
            }
        }
    }
}

/// Whether one of these is the variable, or its file.
fn is_among(said: &BTreeSet<&str>) -> impl Fn(&str) -> bool {
    |name| {
        let mut from = said.range(name..).map_while(|it| it.strip_prefix(name));
        from.any(|end| end.is_empty() || FILES.contains(&end))
    }
}

/// What images write behind the name of a variable that they read from a file.
const FILES: [&str; 2] = ["_FILE", "__FILE"];

/// The variables that the user says anywhere.
fn said_variables(user: &Table) -> BTreeSet<&str> {
    let parts = user.entries_of("parts");
    let parts = parts.filter_map(|(_, part)| part.as_table());
    let tables = std::iter::once(user).chain(parts);
    tables
        .filter_map(|table| table.table("env"))
        .flat_map(Table::keys)
        .collect()
}

/// The variable of the program by which a setting was said.
pub(super) fn variable_of<'a>(user: &'a Table, said: &Node) -> Option<&'a str> {
    let env = user.table("env")?;
    let found = env.iter().find(|(_, node)| node.span == said.span);
    found.map(|(key, _)| key.name.as_str())
}

/// A variable that a kind fills from a setting.
struct Filled<'a> {
    /// `None`: of the main workload.
    part: Option<&'a str>,
    variable: String,
    what: What<'a>,
    /// Whether it says the setting where nothing else does.
    says: bool,
}

/// What a variable holds of a setting.
#[derive(Clone, Copy)]
enum What<'a> {
    /// The setting and nothing else.
    Whole(&'a str),
    /// The setting among other words.
    Within(&'a str),
    /// The path of a file that holds the setting.
    File(&'a str),
}

impl<'a> What<'a> {
    fn setting(self) -> &'a str {
        match self {
            What::Whole(name) | What::Within(name) | What::File(name) => name,
        }
    }
}

impl<'a> Filled<'a> {
    /// Where a user may say it: the variables of a component hold for each workload of the kind's own image. Whether a part gets a
    /// client's from there is known when it is known to run.
    fn places(&self, kind: &Kind) -> Vec<Vec<&str>> {
        let of_all = vec!["env", self.variable.as_str()];
        match self.part {
            None => vec![of_all],
            Some(part) => {
                let own = vec!["parts", part, "env", self.variable.as_str()];
                match !self.says || has_own_image(kind, part) {
                    true => vec![own],
                    false => vec![of_all, own],
                }
            }
        }
    }
}

fn has_own_image(kind: &Kind, part: &str) -> bool {
    kind.tables()
        .any(|table| table.get_path(&["parts", part, "image"]).is_some())
}

/// The variables that are filled from settings, and the others that the program reads as the same: of those that count. Those of
/// the main workload stand first: they may say what the others are compared with.
fn filled<'a>(kind: &'a Kind, counts: &dyn Fn(&str) -> bool) -> Vec<Filled<'a>> {
    let mut out = Vec::new();
    // Which cases hold is not known yet, and a variable means the same in each.
    for table in kind.tables() {
        of_workload(kind, None, table.get("workload"), counts, &mut out);
    }
    for spec in &kind.settings {
        for variable in &spec.variables {
            out.extend(variable_and_its_file_forms(Filled {
                part: None,
                variable: variable.clone(),
                what: What::Whole(&spec.name),
                says: true,
            }));
        }
    }
    for table in kind.tables() {
        for (part, node) in table.entries_of("parts") {
            of_workload(kind, Some(&part.name), Some(node), counts, &mut out);
        }
    }
    out
}

fn of_workload<'a>(
    kind: &Kind,
    part: Option<&'a str>,
    workload: Option<&'a Node>,
    counts: &dyn Fn(&str) -> bool,
    out: &mut Vec<Filled<'a>>,
) {
    let env = workload.and_then(|node| node.as_table()?.table("env"));
    let variables = env.into_iter().flat_map(Table::iter);
    for (variable, node) in variables.filter(|(variable, _)| counts(&variable.name)) {
        let name = &variable.name;
        let phrase = reference::of_node(node, Words::Kind, Mode::Strict);
        let is_whole = matches!(phrase.pieces.as_slice(), [Piece::Reference(_)]);
        for reference in phrase.references() {
            let ["settings", setting] = reference.segments.as_slice() else {
                continue;
            };
            let says = match part {
                None => !is_of_clients(kind, setting, name),
                Some(_) => !is_read_by_program(kind, setting),
            };
            let filled = |what| Filled {
                part,
                variable: name.clone(),
                what,
                says,
            };
            match is_whole {
                true => out.extend(variable_and_its_file_forms(filled(What::Whole(setting)))),
                false => out.push(filled(What::Within(setting))),
            }
        }
    }
}

fn is_of_clients(kind: &Kind, setting: &str, variable: &str) -> bool {
    let spec = kind.settings.iter().find(|spec| spec.name == setting);
    spec.is_some_and(|spec| spec.client_variables.iter().any(|it| it == variable))
}

/// Whether the program of the main workload has a variable for a setting: a part that gets it too is a client. What a part alone
/// gets, it does itself (makes the first user, offers the memory).
fn is_read_by_program(kind: &Kind, setting: &str) -> bool {
    let text = format!("${{settings.{setting}}}");
    let mut main = kind
        .tables()
        .filter_map(|table| table.get_path(&["workload", "env"])?.as_table())
        .flat_map(Table::iter);
    main.any(|(_, node)| node.as_str() == Some(&text))
        || kind
            .settings
            .iter()
            .any(|spec| spec.name == setting && !spec.variables.is_empty())
}

/// A variable that holds nothing but a setting. Images read it from a file too, under one of two names.
fn variable_and_its_file_forms(one: Filled<'_>) -> [Filled<'_>; 3] {
    let [short, long] = FILES.map(|end| Filled {
        part: one.part,
        variable: format!("{}{end}", one.variable),
        what: What::File(one.what.setting()),
        says: one.says,
    });
    [one, short, long]
}

/// Compares a variable with its setting.
fn compare(user: &Table, kind: &Kind, filled: &Filled<'_>, place: &[&str], sink: &mut Sink) {
    let Some(written) = entry_at(user, place) else {
        return;
    };
    let setting = filled.what.setting();
    let Some(spec) = kind.settings.iter().find(|spec| spec.name == setting) else {
        return;
    };
    let said = user.get_path(&["settings", setting]);
    let known = said.or(spec.default.as_ref());
    let watcher = filled.part.filter(|part| is_watcher(kind, part));
    // What runs elsewhere gets no variables: that is said of all of them.
    let is_told = user.get("external").is_none() || watcher.is_some();
    let logs_in_itself = || watcher.is_some_and(|part| logs_in_as_another(user, kind, part));
    let name = place.join(".");
    match filled.what {
        What::File(_) => {
            // Who unsets the variable itself has the file alone.
            let variable = without_file(&filled.variable);
            let (_, path) = place.split_last().unwrap_or((&"", &[]));
            let path: Vec<&str> = path.iter().copied().chain([variable]).collect();
            let is_said = entry_at(user, &path).is_some();
            let known = known.filter(|_| is_told && !is_said);
            if let Some(said) = known.filter(|_| written.value.as_str().is_some())
                && !logs_in_itself()
            {
                sink.push(said_by_file(written, &name, setting, said));
            }
        }
        What::Within(_) => {
            let known = said.filter(|_| is_told && watcher.is_none());
            if let Some(said) = known.filter(|said| !holds_value(&written.value, said, spec)) {
                sink.push(said_without(written, &name, setting, said));
            }
        }
        What::Whole(_) => {
            // A client finds the default, where nothing says more; what the program reads becomes the setting.
            let known = match filled.says && watcher.is_none() {
                true => said,
                false => known,
            };
            let known = known.filter(|said| is_told && differ(said, &written.value, spec));
            if let Some(said) = known
                && !logs_in_itself()
            {
                sink.push(said_otherwise(written, &name, setting, said));
            }
        }
    }
}

/// Makes a variable the setting that nothing else says.
fn say(user: &mut Table, kind: &Kind, filled: &Filled<'_>, place: &[&str]) {
    let What::Whole(setting) = filled.what else {
        return;
    };
    let is_of_another = filled.part.is_some_and(|part| is_watcher(kind, part));
    if !filled.says || is_of_another || user.get_path(&["settings", setting]).is_some() {
        return;
    }
    let spec = kind.settings.iter().find(|spec| spec.name == setting);
    let Some((spec, written)) = spec.zip(entry_at(user, place)) else {
        return;
    };
    if let Some(value) = as_setting(kind, spec, &written.value) {
        let place = written.value.span;
        let value = Node { span: place, value };
        edit(user, "settings", place, |settings| {
            settings.set(key(setting, place), value);
        });
    }
}

fn entry_at<'a>(table: &'a Table, place: &[&str]) -> Option<&'a Entry> {
    let (name, path) = place.split_last()?;
    let mut inner = table;
    for key in path {
        inner = inner.table(key)?;
    }
    inner.entry(name)
}

/// Whether the part is another program that watches this one.
fn is_watcher(kind: &Kind, part: &str) -> bool {
    let of_part = kind.table.get_path(&["parts", part]);
    of_part.and_then(Node::as_table).is_some_and(is_exporter)
}

/// Whether an exporter has a log-in of its own: a user beside the password, as each program says it, here or in a file.
fn logs_in_as_another(user: &Table, kind: &Kind, part: &str) -> bool {
    let Some(own) = user.get_path(&["parts", part]).and_then(Node::as_table) else {
        return false;
    };
    let of_kind: BTreeSet<String> = filled(kind, &|_| true)
        .into_iter()
        .filter(|it| it.part == Some(part) && matches!(it.what, What::Whole(_)))
        .map(|it| it.variable)
        .collect();
    let written = own.table("env").into_iter().flat_map(Table::keys);
    let written: BTreeSet<&str> = written.map(without_file).collect();
    let says = |variable: &String| written.contains(variable.as_str());
    let is_pair = of_kind.len() > 1 || written.iter().any(|name| !of_kind.contains(*name));
    of_kind.iter().all(says) && (is_pair || own.get("args").is_some())
}

fn without_file(variable: &str) -> &str {
    let short = variable.strip_suffix("_FILE").unwrap_or(variable);
    short.strip_suffix('_').unwrap_or(short)
}

/// `name`: the key of the variable, with its tables.
fn said_otherwise(written: &Entry, name: &str, setting: &str, said: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("`{name}` is not what `settings.{setting}` says"),
    )
    .label(written.value.span, "the program would get this")
    .label(said.span, "and all else that reads the setting this")
    .help(format!(
        "remove `{name}`: the kind fills it from `settings.{setting}`"
    ))
    .removing(places(&written.key, &written.value))
}

fn said_without(written: &Entry, name: &str, setting: &str, said: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("`{name}` leaves out what `settings.{setting}` says"),
    )
    .label(written.value.span, "the program would get this")
    .label(said.span, "and never hear of this")
    .help(format!(
        "remove `{name}`: the kind fills it from `settings.{setting}`"
    ))
    .removing(places(&written.key, &written.value))
}

fn said_by_file(written: &Entry, name: &str, setting: &str, said: &Node) -> Diagnostic {
    let variable = without_file(&written.key.name);
    Diagnostic::new(
        Code::ConflictingKeys,
        format!("`{name}` beside `settings.{setting}`, which the program gets as `{variable}`"),
    )
    .label(written.key.span, "a program takes one of both")
    .label(said.span, "said here")
    .help(format!(
        "remove `{name}`: the kind fills `{variable}` from `settings.{setting}`"
    ))
    .removing(places(&written.key, &written.value))
}

/// The value as one of the setting, where it takes such. Beside a role that says the same the variable stays one.
pub(super) fn as_setting(kind: &Kind, spec: &SettingSpec, written: &Node) -> Option<Value> {
    let stands_for = |name: &Option<String>| name.as_ref() == Some(&spec.name);
    if kind.roles.iter().any(|role| stands_for(&role.or_setting)) {
        return None;
    }
    let text = written.scalar();
    match spec.kind {
        SettingType::Secret => is_secret(written).then(|| written.value.clone()),
        SettingType::Integer if is_word(written) => text.parse().ok().map(Value::Integer),
        SettingType::Boolean => text.parse().ok().map(Value::Boolean),
        SettingType::String | SettingType::Duration | SettingType::Period | SettingType::Size => {
            written.as_str().map(|text| Value::String(text.to_string()))
        }
        _ => None,
    }
}
