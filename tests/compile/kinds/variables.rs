//! Variables that kinds fill from settings: what the user says in one and in the other is the same, or an error.

use mlopsgen::{
    catalog::{Kind, SettingSpec, SettingType},
    syntax::Table,
};

use super::{author::least, catalog, compiled};
use crate::support::{compiled::compiled as compilation, messages::messages};

/// Where a user may say variables of a kind, such as `env.POSTGRES_USER`, each with the setting that the kind fills it from.
fn variables(kind: &Kind) -> Vec<(String, &SettingSpec)> {
    let cases = kind.table.one_or_many_tables("when").into_iter();
    let mut out = Vec::new();
    for table in std::iter::once(&kind.table).chain(cases) {
        let parts = table.table("parts").into_iter().flat_map(Table::iter);
        let parts = parts.map(|(part, node)| (format!("parts.{}.env", part.name), node));
        let main = table.get("workload").map(|node| ("env".to_string(), node));
        for (place, node) in parts.chain(main) {
            let env = node.as_table().and_then(|workload| workload.table("env"));
            for (variable, value) in env.into_iter().flat_map(Table::iter) {
                let text = value.as_str().unwrap_or_default();
                let name = text.strip_prefix("${settings.");
                let name = name.and_then(|rest| rest.strip_suffix('}'));
                let spec = kind
                    .settings
                    .iter()
                    .find(|it| Some(it.name.as_str()) == name);
                out.extend(spec.map(|spec| (format!("{place}.{}", variable.name), spec)));
            }
        }
    }
    out
}

/// The platform with these two values of a setting and of a variable.
fn platform(kind: &Kind, spec: &SettingSpec, variable: &str, values: [&str; 2]) -> String {
    let [said, written] = values.map(|value| match spec.kind {
        SettingType::Secret => format!("\"${{secrets.{value}}}\""),
        _ => format!("\"{value}\""),
    });
    let said = match spec.kind {
        SettingType::List | SettingType::Databases => format!("[{said}]"),
        _ => said,
    };
    let lines = format!("settings.{} = {said}\n{variable} = {written}\n", spec.name);
    let text = least(&kind.name);
    let (before, it) = text.split_once("[components.it]\n").expect("the component");
    let given = format!("settings.{} = ", spec.name);
    let it: Vec<&str> = it
        .lines()
        .filter(|line| !line.starts_with(&given))
        .collect();
    let secrets = "[secrets]\none = { env = \"ONE\" }\nother = { env = \"OTHER\" }\n";
    let before = before.replace("[secrets]\n", secrets);
    format!("{before}[components.it]\n{lines}{}\n", it.join("\n"))
}

/// No kind's variable wins over a setting unsaid: not one of a case, nor one of a part.
#[test]
fn a_variable_says_what_its_setting_says() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        for (variable, spec) in variables(kind) {
            let refusal = format!("`{variable}` is not what `settings.{}` says", spec.name);
            let said = |values| {
                let compilation = compilation(platform(kind, spec, &variable, values));
                messages(&compilation).contains(&refusal)
            };
            // An exporter with one variable alone may say another password only with the user whose it is.
            if !said(["one", "other"]) {
                faults.push(format!("{name}: `{variable}` may differ"));
            }
            if said(["one", "one"]) {
                faults.push(format!("{name}: `{variable}` may not say the same"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn compose(kind: &str, lines: &str) -> String {
    let mut text = least(kind);
    if lines.contains("secrets.one") {
        text = text.replace("[secrets]\n", "[secrets]\none = { env = \"ONE\" }\n");
    }
    let it = format!("[components.it]\n{lines}");
    let watch =
        "[components.watch]\nkind = \"prometheus\"\ngroup = \"one\"\nallow = [\"nobody-told\"]\n";
    let output = compiled(&(text.replace("[components.it]\n", &it) + watch));
    let files = output.files.files.iter();
    let texts = files.filter(|(path, _)| path.starts_with("compose/"));
    texts.map(|(_, file)| file.text.to_string()).collect()
}

#[test]
fn a_variable_of_a_case_is_the_setting_where_nothing_else_says_it() {
    let redis = compose("redis", "env.REDIS_PASSWORD = \"${secrets.one}\"\n");
    assert!(redis.contains("requirepass"), "{redis}");
    assert!(redis.contains("REDISCLI_AUTH"), "{redis}");
    let region = "settings.buckets = [\"models\"]\nenv.MINIO_REGION = \"eu-west-1\"\n";
    let minio = compose("minio", region);
    assert!(minio.matches("eu-west-1").count() > 1, "{minio}");
    let mariadb = compose("mariadb", "env.MARIADB_USER = \"shop\"\n");
    assert!(mariadb.contains("MYSQL_USER: shop"), "{mariadb}");
    let airflow = compose("airflow", "env.AIRFLOW__CORE__PARALLELISM = 7\n");
    assert!(
        airflow.contains("AIRFLOW__CORE__PARALLELISM: \"7\""),
        "{airflow}"
    );
}

/// An exporter may have a log-in of its own: the user beside the password.
#[test]
fn an_exporter_may_log_in_as_another_user() {
    for lines in [
        "parts.exporter.env = { DATA_SOURCE_USER = \"watcher\", DATA_SOURCE_PASS = \"${secrets.one}\" }\n",
        "settings.user = \"shop\"\nparts.exporter.env.DATA_SOURCE_USER = \"shop\"\n",
    ] {
        compose("postgres", lines);
    }
    let lines =
        "parts.exporter.env = { REDIS_USER = \"watcher\", REDIS_PASSWORD = \"${secrets.one}\" }\n";
    compose("redis", lines);
}
