//! Data that stays where it is while the program that wrote it is led to another place of it, to another version, or to new keys.

use std::{collections::BTreeSet, fs};

use mlopsgen::{
    catalog::{Kind, SettingType},
    data::Program,
    plan::{Consequence, Manifest},
    syntax::Node,
};

use super::{compiled, data_plan, kinds, majors, named, planned, platform, with};

const STACK: &str = r#"
[platform]
name = "p"
targets = ["compose", "swarm", "helm"]
[secrets]
a = { env = "A_KEY" }
b = { env = "B_KEY" }
db = { env = "DB_PASSWORD" }
[groups]
g = "G"
[components.store]
kind = "s3"
group = "g"
settings = { access_key = "${secrets.a}", secret_key = "${secrets.b}", buckets = ["models", "others"] }
[components.db]
kind = "postgres"
group = "g"
settings = { database = "mlflow", password = "${secrets.db}", databases = ["more"] }
[components.mlflow]
kind = "mlflow"
image = "me/mlflow:2.22.4"
group = "g"
uses = { backend_store = "db", artifact_store = "store/models" }
[components.meta-db]
kind = "postgres"
group = "g"
settings = { database = "meta", password = "${secrets.db}" }
[components.metabase]
kind = "metabase"
group = "g"
uses = { database = "meta-db" }
"#;

fn consequences(before: &str, after: &str) -> Vec<Consequence> {
    data_plan(before, after).consequences
}

/// What a change of the stack is said to mean, a line each.
fn sentences(from: &str, to: &str) -> String {
    assert!(STACK.contains(from), "{from}");
    let said = consequences(STACK, &STACK.replacen(from, to, 1));
    let said: Vec<String> = said.iter().map(Consequence::sentence).collect();
    said.join("\n")
}

/// The variable of a kind that a setting fills, with the setting: always, or in a case.
fn filled_by(kind: &Kind, variable: &str) -> Option<String> {
    let cases = kind.table.array("when").unwrap_or_default().iter();
    let tables = std::iter::once(&kind.table).chain(cases.filter_map(Node::as_table));
    let mut envs = tables.filter_map(|it| it.get_path(&["workload", "env"])?.as_table());
    let setting = envs.find_map(|it| it.string(variable)?.strip_prefix("${settings."))?;
    Some(setting.strip_suffix('}')?.to_string())
}

/// A platform of the kind, in a version whose program the kind tells a variable, where there is one.
fn reading(kind: &Kind, variable: &str) -> String {
    let mut texts: Vec<String> = majors(kind).iter().map(|it| platform(kind, *it)).collect();
    let newest = texts.last().expect("a major").clone();
    texts.reverse();
    let has = |text: &String| {
        let compiled = compiled(text);
        let store = compiled.platform.component("store").expect("the store");
        let mut env = store.workloads.iter().flat_map(|it| &it.env);
        env.any(|it| it.name == variable)
    };
    texts.into_iter().find(has).unwrap_or(newest)
}

/// Whether a setting for a secret or a key of the kind fills a variable.
fn is_of_secret(kind: &Kind, variable: &str) -> bool {
    let env = kind.table.get_path(&["workload", "env", variable]);
    let is_key = env
        .and_then(|it| it.as_str())
        .is_some_and(|it| it.starts_with("${own."));
    let setting = filled_by(kind, variable);
    let mut settings = kind.settings.iter();
    is_key
        || settings.any(|it| it.kind == SettingType::Secret && Some(&it.name) == setting.as_ref())
}

/// Over the catalog: another secret for what data was made with is said, and nobody is asked: its value may be the same.
#[test]
fn another_secret_than_that_of_the_data_is_said() {
    let mut tried = BTreeSet::new();
    for kind in kinds() {
        let variables = kind.table.table("first_start").into_iter();
        let names: Vec<String> = variables
            .flat_map(|it| it.keys().map(ToString::to_string))
            .collect();
        for variable in names.iter().filter(|it| is_of_secret(&kind, it)) {
            let text = reading(&kind, variable);
            let text = text.replacen("[secrets]\n", "[secrets]\nother = { env = \"OTHER\" }\n", 1);
            let mut before = text.clone();
            let after = match filled_by(&kind, variable) {
                Some(setting) => {
                    let set = |secret: &str| format!("{setting} = \"${{secrets.{secret}}}\"");
                    let text = match text.contains(&set("key")) {
                        true => text.clone(),
                        false => {
                            let with = format!("settings = {{ {},", set("key"));
                            text.replacen("settings = {", &with, 1)
                        }
                    };
                    before.clone_from(&text);
                    text.replacen(&set("key"), &set("other"), 1)
                }
                None => with(&text, &format!("env.{variable} = \"${{secrets.other}}\"")),
            };
            let plan = data_plan(&before, &after);
            assert!(!plan.is_loss(), "{variable}: {plan:?}");
            let said = plan.other_secrets.iter().map(Consequence::sentence);
            let said: Vec<String> = said.collect();
            let to =
                format!("the program reads `{variable}=${{secrets.other}}` in an empty one alone");
            assert!(
                said.iter().any(|it| it.contains(&to)),
                "{variable}: {said:?}"
            );
            assert_eq!(data_plan(&before, &before).other_secrets, [], "{variable}");
            tried.insert(variable.clone());
        }
    }
    assert!(tried.len() > 5, "{tried:?}");
}

/// Over the catalog: what is read at the first start alone is asked for on data that exists, and not on new data.
#[test]
fn what_is_read_at_the_first_start_alone_is_asked_for() {
    let mut tried = 0;
    for kind in kinds() {
        let Some(variables) = kind.table.table("first_start") else {
            continue;
        };
        for variable in variables.keys().filter(|it| !is_of_secret(&kind, it)) {
            let text = reading(&kind, variable);
            let set = |value: &str| match filled_by(&kind, variable) {
                Some(setting) => text.replacen(
                    "settings = {",
                    &format!("settings = {{ {setting} = \"{value}\","),
                    1,
                ),
                None => with(&text, &format!("env.{variable} = \"{value}\"")),
            };
            let said = consequences(&set("one"), &set("two"));
            let values: BTreeSet<(&str, &str)> = said
                .iter()
                .filter_map(|it| match it {
                    Consequence::FirstStart {
                        variable: of,
                        from,
                        to,
                        ..
                    } if of == variable => Some((from.as_str(), to.as_str())),
                    _ => None,
                })
                .collect();
            assert_eq!(values, [("one", "two")].into(), "{} {variable}", kind.name);
            assert_eq!(consequences(&set("one"), &set("one")), [], "{variable}");
            let first = planned(&set("two"), Manifest::default()).data;
            assert_eq!(first.consequences, [], "{} {variable}", kind.name);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

/// The store itself says it once, not each that uses it.
#[test]
fn a_database_that_is_called_otherwise_is_said_once() {
    let said = sentences("database = \"mlflow\"", "database = \"tracking\"");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(said.contains(
        "volume `p_db-data` (components.db.volumes.data) was made with `POSTGRES_DB=mlflow`"
    ));
    assert!(said.contains("claim `db-data`"), "{said}");
}

#[test]
fn a_component_that_is_led_to_another_store_starts_empty_there() {
    assert_eq!(
        sentences("backend_store = \"db\"", "backend_store = \"db/more\""),
        "`mlflow` has its data in `db/mlflow` (`backend_store`), and is to look in `db/more`: it starts empty there"
    );
    assert_eq!(
        sentences("store/models", "store/others"),
        "`mlflow` has its data in `store/models` (`artifact_store`), and is to look in `store/others`: it starts empty there"
    );
    assert_eq!(
        sentences("backend_store = \"db\", ", ""),
        "`mlflow` has its data in `db/mlflow`, and nothing fills its role `backend_store` any more: it starts empty"
    );
    let renamed = STACK
        .replace("components.db]", "components.pg]")
        .replace("\"db\"", "\"pg\"")
        + "[[moved]]\nfrom = \"components.db\"\nto = \"components.pg\"\n";
    assert_eq!(consequences(STACK, &renamed), []);
    // Renamed once more, by an entry after the first.
    let again = renamed
        .replace("components.pg]", "components.last]")
        .replace("\"pg\"", "\"last\"")
        + "[[moved]]\nfrom = \"components.pg\"\nto = \"components.last\"\n";
    for before in [STACK, &renamed, &again] {
        assert_eq!(consequences(before, &again), []);
    }
}

/// A platform in which a kind keeps its schema in a store of another component.
fn with_schema_elsewhere(kind: &Kind, major: u64) -> String {
    let text = platform(kind, major);
    let mut roles = kind.roles.iter();
    let Some(role) = roles.find(|role| role.schema && !role.required) else {
        return text;
    };
    let (name, store) = (&role.name, &role.kinds[0]);
    let text = text.replacen("uses = {", &format!("uses = {{ {name} = \"schema\", "), 1);
    format!(
        "{text}[components.schema]\nkind = \"{store}\"\ngroup = \"g\"\nsettings.password = \"${{secrets.key}}\"\n"
    )
}

/// Over the catalog: a program that loses its only store is asked for, though nothing is there to be remembered of it then.
#[test]
fn a_component_that_loses_its_last_store_is_asked_for() {
    let mut tried = Vec::new();
    for kind in kinds() {
        let major = *majors(&kind).last().unwrap_or(&1);
        let before = with_schema_elsewhere(&kind, major);
        let mut roles = kind.roles.iter();
        let Some(role) =
            roles.find(|role| before.contains(&format!("{} = \"schema\", ", role.name)))
        else {
            continue;
        };
        let after = before.replace(&format!("{} = \"schema\", ", role.name), "");
        let said = consequences(&before, &after);
        let is_lost = |it: &Consequence| matches!(it, Consequence::OtherStore { role: of, to: None, .. } if *of == role.name);
        assert!(said.iter().any(is_lost), "{}: {said:?}", kind.name);
        assert_eq!(consequences(&after, &before), [], "{}", kind.name);
        tried.push(kind.name);
    }
    assert!(tried.len() > 4, "{tried:?}");
}

/// Over the catalog: a schema in the store of another component asks for what one on the component's own volume does.
#[test]
fn another_version_over_a_schema_elsewhere_is_asked_for() {
    let mut tried = 0;
    for kind in kinds() {
        let majors = majors(&kind);
        let has_schema = kind.roles.iter().any(|role| role.schema);
        let (Some(major), true) = (majors.last(), has_schema && !kind.upgrades.is_empty()) else {
            continue;
        };
        let newer = with_schema_elsewhere(&kind, *major);
        let name = &kind.name;
        let (older, versions) = match majors.as_slice() {
            [.., before, _] => (
                with_schema_elsewhere(&kind, *before),
                [format!("{name} {before}"), format!("{name} {major}")],
            ),
            _ => (
                newer.replace(&format!("{major}.99.99"), &format!("{major}.98.1")),
                [format!("{name} {major}.98"), format!("{name} {major}.99")],
            ),
        };
        let [old, new] = versions.map(|it| Program::parse(&it).expect("a program"));
        for (texts, (from, to)) in [
            ((&older, &newer), (&old, &new)),
            ((&newer, &older), (&new, &old)),
        ] {
            let asks = kind.upgrades.iter().any(|it| it.is_of(from, to));
            let plan = data_plan(texts.0, texts.1);
            let mut said = plan.consequences.iter();
            let is_said = said.any(|it| matches!(it, Consequence::OtherVersion { .. }));
            assert_eq!(is_said || !plan.upgrades.is_empty(), asks, "{from} to {to}");
        }
        tried += 1;
    }
    assert!(tried > 9, "{tried}");
}

/// A kind with a schema in the store of another component has the steps of a change of its version, or a reason for none.
#[test]
fn a_kind_with_a_schema_elsewhere_has_steps_or_says_why() {
    for kind in kinds() {
        if !kind.upgrades.is_empty() || !kind.roles.iter().any(|role| role.schema) {
            continue;
        }
        let text =
            fs::read_to_string(format!("templates/kinds/{}.toml", kind.name)).expect("a file");
        assert!(
            text.lines()
                .any(|line| line.starts_with("# Upgrades: none to ask for: ")),
            "{}",
            kind.name
        );
    }
}

#[test]
fn the_major_of_a_component_without_a_volume_is_asked_for() {
    assert_eq!(
        sentences("mlflow:2.22.4", "mlflow:3.14.0"),
        "`db/mlflow` holds the schema of `mlflow`, which mlflow 2 wrote, and mlflow 3 is to read it"
    );
    // A release of an image of one's own has a number of its own; that of the makers' image is the program's.
    assert_eq!(sentences("mlflow:2.22.4", "mlflow:2.23.0"), "");
    let made =
        |tag: &str| STACK.replace("me/mlflow:2.22.4", &format!("ghcr.io/mlflow/mlflow:{tag}"));
    assert_eq!(
        consequences(&made("v3.13.0-full"), &made("v3.14.0-full")).len(),
        1
    );
}

/// Nobody here knows whether two names lead to one server; two ports of one name mostly do.
#[test]
fn another_port_of_a_store_elsewhere_is_no_other_store() {
    let elsewhere = |host: &str| {
        let here = "settings = { database = \"mlflow\", password = \"${secrets.db}\", databases = [\"more\"] }";
        assert!(STACK.contains(here));
        STACK.replace(here, &format!("external = {{ {host} }}\n{here}"))
    };
    let before = elsewhere("host = \"a.example.com\", port = 5432");
    let pooled = elsewhere("host = \"a.example.com\", port = 6432");
    assert_eq!(consequences(&before, &pooled), []);
    let moved = consequences(&before, &elsewhere("host = \"b.example.com\", port = 5432"));
    assert_eq!(
        moved[0].sentence(),
        "`mlflow` has its data in `db at a.example.com/mlflow` (`backend_store`), and is to look in `db at b.example.com/mlflow`: it starts empty there, if that is another server"
    );
}

/// A component without a volume that gets another name gets new keys, too, unless an entry says that it is the same.
#[test]
fn a_component_with_another_name_gets_new_keys_unless_it_moved() {
    assert_eq!(
        sentences("components.metabase]", "components.bi]"),
        "`metabase` is `bi` now, which gets new keys (`encryption-key`): it can't read what the old ones encrypted"
    );
    let renamed = STACK.replace("components.metabase]", "components.bi]");
    let needs = consequences(STACK, &renamed)[0].needs();
    let moved = needs[0].split_once('\n').expect("lines to write").1;
    assert_eq!(consequences(STACK, &format!("{renamed}{moved}\n")), []);
    let gone = STACK
        .split("[components.metabase]")
        .next()
        .expect("a start");
    assert_eq!(consequences(STACK, gone), []);
}

/// A variable of the user's counts more than `uses`, unless it names the same store.
#[test]
fn a_variable_that_leads_away_from_a_store_is_another_store() {
    let set = |value: &str| {
        let variable = format!("[components.mlflow]\nenv.MLFLOW_BACKEND_STORE_URI = \"{value}\"");
        let said = consequences(STACK, &STACK.replacen("[components.mlflow]", &variable, 1));
        let said: Vec<String> = said.iter().map(Consequence::sentence).collect();
        said.join("\n")
    };
    assert_eq!(
        set("postgresql://d:${secrets.a}@other:5432/d?sslmode=require"),
        "`mlflow` has its data in `db/mlflow` (`backend_store`), and is to look in `other/d by MLFLOW_BACKEND_STORE_URI`: it starts empty there, if that is another server"
    );
    let other = "`db/more by MLFLOW_BACKEND_STORE_URI`";
    assert!(set("postgresql://d@db:5432/more").contains(other));
    assert!(set("${secrets.a}").contains("`${secrets.a} by MLFLOW"));
    for same in [
        "postgresql://d@db:6432/mlflow?sslmode=require",
        "postgresql+psycopg://d:${secrets.db}@${components.db.postgres.address}/mlflow",
    ] {
        assert_eq!(set(same), "");
    }
    // Results of Celery do not have to last.
    let queue = "[components.queue]\nkind = \"redis\"\ngroup = \"g\"\n";
    let flow = platform(&named("airflow"), 3) + queue;
    let flow = flow.replacen("uses = {", "uses = { broker = \"queue\", ", 1);
    let results = "env.AIRFLOW__CELERY__RESULT_BACKEND = \"redis://queue:6379/1\"";
    assert_eq!(consequences(&flow, &with(&flow, results)), []);
    let other = "env.AIRFLOW__DATABASE__SQL_ALCHEMY_CONN = \"postgresql://a@other/a\"";
    assert_eq!(consequences(&flow, &with(&flow, other)).len(), 1);
}

/// A flag does what the variable does, in `args` and in a command of a shell, and of a kind that has flags alone.
#[test]
fn a_flag_that_leads_to_another_store_is_asked_for() {
    let set = |lines: &str| {
        let lines = format!("[components.mlflow]\n{lines}");
        let said = consequences(STACK, &STACK.replacen("[components.mlflow]", &lines, 1));
        let said: Vec<String> = said.iter().map(Consequence::sentence).collect();
        said.join("\n")
    };
    let other = "`db/more by --backend-store-uri`";
    let uri = "postgresql://d@db:5432/more";
    for lines in [
        format!("args = [\"--backend-store-uri\", \"{uri}\"]"),
        format!("args = [\"--backend-store-uri={uri}\"]"),
        format!(
            "command = [\"sh\", \"-c\", \"mlflow server --backend-store-uri '{uri}' --host 0.0.0.0\"]"
        ),
    ] {
        assert!(set(&lines).contains(other), "{lines}: {}", set(&lines));
    }
    let same = uri.replace("more", "mlflow");
    assert_eq!(set(&format!("args = [\"--backend-store-uri={same}\"]")), "");
    for filled_in in ["$URI", "$${URI}", "postgresql://d@db/$DB"] {
        let line = format!(
            "command = [\"sh\", \"-c\", \"mlflow server --backend-store-uri {filled_in}\"]"
        );
        assert_eq!(set(&line), "", "{filled_in}");
        // The store that `uses` names counts, at first and later.
        let before = STACK.replacen(
            "[components.mlflow]",
            &format!("[components.mlflow]\n{line}"),
            1,
        );
        let after = before.replace("backend_store = \"db\",", "backend_store = \"db/more\",");
        assert_eq!(consequences(&before, &after).len(), 1, "{filled_in}");
    }
    assert!(set("args = [\"--backend-store-uri=postgresql://d:$${PW}@db/more\"]").contains(other));
    assert_eq!(set("env.MLFLOW_BACKEND_STORE_URI = \"$(URI)\""), "");
    let traces = "[platform]\nname = \"p\"\ntargets = [\"compose\"]\n[groups]\ng = \"g\"\n[secrets]\nkey = { env = \"KEY\" }\n\
        [components.s3]\nkind = \"s3\"\ngroup = \"g\"\nsettings = { buckets = [\"one\", \"two\"], access_key = \"${secrets.key}\", secret_key = \"${secrets.key}\" }\n\
        [components.tempo]\nkind = \"tempo\"\ngroup = \"g\"\nuses.storage = \"s3/one\"\n";
    let moved = format!("{traces}args = [\"-storage.trace.s3.bucket=two\"]\n");
    let said = consequences(traces, &moved);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0]
            .sentence()
            .contains("`two by -storage.trace.s3.bucket`"),
        "{said:?}"
    );
}

/// Over the catalog: a variable in the place of a key is asked for once, where something was encrypted with the key.
#[test]
fn a_variable_in_the_place_of_a_key_is_asked_for() {
    let mut tried = BTreeSet::new();
    for kind in kinds() {
        for key in &kind.secrets {
            let Some(variable) = key
                .replaced_by
                .first()
                .filter(|_| !key.at_start && key.condition.is_none())
            else {
                continue;
            };
            let text = platform(&kind, *majors(&kind).last().unwrap_or(&1));
            let after = with(&text, &format!("env.{variable} = \"${{secrets.key}}\""));
            let said = consequences(&text, &after);
            let is_asked = said
                .iter()
                .any(|it| matches!(it, Consequence::OtherKey { key: of, .. } if *of == key.name));
            let is_first = kind.table.get_path(&["first_start", variable]).is_some();
            assert_eq!(is_asked, !is_first, "{}: {said:?}", kind.name);
            assert_eq!(consequences(&after, &after), [], "{}", kind.name);
            if is_asked {
                tried.insert(key.name.clone());
                let other = with(&text, &format!("env.{variable} = \"${{secrets.other}}\""));
                let secrets = "[secrets]\nother = { env = \"OTHER\" }\n";
                let other = other.replacen("[secrets]\n", secrets, 1);
                let told = data_plan(&after, &other).other_secrets;
                let is_told = |it: &Consequence| matches!(it, Consequence::Encrypted { to, .. } if to == "${secrets.other}");
                assert!(told.iter().any(is_told), "{}: {told:?}", kind.name);
            }
        }
    }
    assert!(tried.len() > 3, "{tried:?}");
}

/// A manifest of an earlier version knows nothing of it.
#[test]
fn a_manifest_without_components_asks_for_nothing() {
    let mut recorded = planned(STACK, Manifest::default()).manifest;
    recorded.tenants.clear();
    for facts in recorded.volumes.values_mut() {
        facts.made_with.clear();
    }
    let after = STACK
        .replace("database = \"mlflow\"", "database = \"x\"")
        .replace("2.22.4", "3.14.0");
    assert_eq!(planned(&after, recorded).data.consequences, []);
}
