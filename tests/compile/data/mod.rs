//! What a change of platform.toml means for data: plans for platforms of one store, of each kind.

mod config_files;
mod config_paths;
mod elsewhere;
mod folders;
mod images;
mod places;
mod raw_keys;
mod snapshots;
mod stores;
mod upgrades;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use mlopsgen::{
    catalog::{Kind, SettingType},
    compile::Output,
    files::Target,
    plan::{DataPlan, Fingerprints, Found, Inputs, Manifest, Plan, Recorded, plan},
};

use crate::{
    kinds::catalog,
    support::{self, messages::messages},
};

const RUNTIMES: [Target; 3] = [Target::Compose, Target::Helm, Target::Swarm];

fn kinds() -> Vec<Kind> {
    catalog().values().cloned().collect()
}

fn named(name: &str) -> Kind {
    let mut kinds = kinds().into_iter();
    kinds.find(|kind| kind.name == name).expect(name)
}

/// Whether the kind has a volume `data`, which is where a store keeps what it wrote.
fn keeps_data(kind: &Kind) -> bool {
    let volume = kind.table.get_path(&["workload", "volumes", "data"]);
    volume.is_some_and(|volume| {
        volume
            .as_table()
            .is_some_and(|it| it.get("source").is_none())
    })
}

/// The major versions that a component of the kind may have.
fn majors(kind: &Kind) -> Vec<u64> {
    match (kind.versions.majors.as_slice(), kind.default_major()) {
        ([], Some(0)) => vec![0],
        ([], Some(major)) => vec![major - 1, major, major + 1],
        (majors, _) => majors.to_vec(),
    }
}

/// A platform of one component of a kind.
fn platform(kind: &Kind, major: u64) -> String {
    let settings: Vec<String> = kind
        .settings
        .iter()
        .filter(|setting| setting.kind == SettingType::Secret)
        .map(|setting| format!("{} = \"${{secrets.key}}\"", setting.name))
        .collect();
    let mut settings = match kind.settings.iter().any(|setting| setting.required) {
        true => settings,
        false => Vec::new(),
    };
    // The version below is an old one where a major has many minor versions.
    let older_with = kind.older_with.iter();
    settings.extend(older_with.map(|setting| format!("{setting} = []")));
    let settings = settings.join(", ");
    let roles = kind.roles.iter().filter(|role| role.required);
    let (mut uses, mut others) = (String::new(), String::new());
    for role in roles {
        let (name, kind) = (&role.name, &role.kinds[0]);
        let filler = format!("of-{}", name.replace('_', "-"));
        uses += &format!("{name} = \"{filler}\",");
        let secrets = named(kind).settings.into_iter();
        let needed = secrets.filter(|it| it.required && it.kind == SettingType::Secret);
        let mut settings: String = needed
            .map(|it| format!("settings.{} = \"${{secrets.key}}\"\n", it.name))
            .collect();
        if named(kind).settings.iter().any(|it| it.name == "buckets") {
            settings += "settings.buckets = [\"one\"]\n";
        }
        if role.not_older {
            settings += &format!("version = \"{major}.99.99\"\n");
        }
        others += &format!("[components.{filler}]\nkind = \"{kind}\"\ngroup = \"g\"\n{settings}");
    }
    format!(
        "[platform]\nname = \"p\"\ntargets = [\"compose\", \"swarm\", \"helm\"]\n[groups]\ng = \"g\"\n\
         [secrets]\nkey = {{ env = \"KEY\" }}\n\
         [components.store]\nkind = \"{}\"\ngroup = \"g\"\nversion = \"{major}.99.99\"\nsettings = {{ {settings} }}\nuses = {{ {uses} }}\n\
         allow = [\"end-of-life\", \"no-resources\", \"target-loss\"]\n{others}",
        kind.name
    )
}

thread_local! {
    /// What was compiled, by its text. Each test has a thread of its own, and compares few platforms in many ways.
    static COMPILED: RefCell<BTreeMap<String, Rc<Output>>> = const { RefCell::new(BTreeMap::new()) };
}

fn compiled(text: &str) -> Rc<Output> {
    let known = COMPILED.with_borrow(|all| all.get(text).cloned());
    known.unwrap_or_else(|| {
        let compilation = support::compiled::compiled(text);
        let printed = messages(&compilation);
        let output = compilation.output.unwrap_or_else(|_| panic!("{printed}"));
        let output = Rc::new(output);
        COMPILED.with_borrow_mut(|all| all.insert(text.to_string(), Rc::clone(&output)));
        output
    })
}

/// What the change from one text to another means for data.
fn data_plan(before: &str, after: &str) -> DataPlan {
    let recorded = planned(before, Manifest::default()).manifest;
    planned(after, recorded).data
}

/// What a text means for the data that the manifest of an earlier version of this program names: it says neither where data is
/// mounted nor what raw keys made of it.
fn data_plan_of_earlier(before: &str, after: &str) -> DataPlan {
    let mut recorded = planned(before, Manifest::default()).manifest;
    for facts in recorded.volumes.values_mut() {
        facts.places.clear();
    }
    planned(after, recorded).data
}

fn planned(text: &str, manifest: Manifest) -> Plan {
    planned_from(&compiled(text), manifest)
}

fn planned_from(output: &Output, manifest: Manifest) -> Plan {
    let targets: BTreeSet<Target> = [Target::Compose, Target::Swarm, Target::Helm].into();
    let wanted = &output.files;
    plan(&Inputs {
        file: "platform.toml",
        wanted,
        fingerprints: &Fingerprints::of(wanted),
        targets: &targets,
        selected: None,
        recorded: &Recorded {
            manifest,
            conflicted: false,
        },
        found: &Found::default(),
    })
}

/// The platform of one store, with more keys of the store.
fn with(text: &str, lines: &str) -> String {
    text.replacen(
        "[components.store]\n",
        &format!("[components.store]\n{lines}\n"),
        1,
    )
}

fn store(name: &str) -> String {
    let kind = named(name);
    let major = kind.default_major().expect("a major");
    platform(&kind, major)
}

/// The runtimes in which the store no longer meets its data.
fn displaced_in(plan: &DataPlan) -> BTreeSet<Target> {
    let all = plan.displaced.iter();
    let own = all.filter(|it| it.data.key.component() == Some("store"));
    own.flat_map(|it| it.runtimes.iter().copied()).collect()
}

fn stores() -> impl Iterator<Item = (Kind, String)> {
    kinds().into_iter().filter(keeps_data).map(|kind| {
        let major = kind.default_major().unwrap_or(1);
        let text = platform(&kind, major);
        // Where a tag is a date, the version of the kind is a good one too.
        let text = text.replace(
            &format!("version = \"{major}.99.99\"\n"),
            &kind
                .version
                .iter()
                .map(|it| format!("version = \"{it}\"\n"))
                .collect::<String>(),
        );
        (kind, text)
    })
}
