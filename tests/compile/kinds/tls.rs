//! What a store elsewhere asks of its clients, `tls` and `ca`, reaches each of them.

use std::collections::BTreeSet;

use mlopsgen::{
    catalog::{Kind, SettingType},
    compile::{Request, compile},
    files::Target,
    syntax::Table,
    world::MemoryWorld,
};

use super::{Author, catalog, compiled};

const WAYS: [(&str, &str); 3] = [
    ("off", ""),
    ("require", ""),
    ("verify-full", "settings.ca = \"ca.pem\"\n"),
];

/// Where certificates of authorities are mounted.
const AUTHORITIES: &str = "/etc/mlopsgen/ca/";

/// A store that runs elsewhere, in the place of the component that the author declared for a role.
fn elsewhere(text: &str, filler: &str, store: &Kind, (tls, ca): (&str, &str)) -> String {
    let heading = format!("[components.{filler}]\n");
    let (before, rest) = text.split_once(&heading).expect("what fills the role");
    let after = rest.find("\n[").map_or("", |at| &rest[at + 1..]);
    let mut block = format!(
        "{heading}kind = \"{}\"\nexternal = {{ host = \"store.example.com\", port = 4321 }}\nsettings.tls = \"{tls}\"\n{ca}",
        store.name
    );
    let logs_in = has_user_elsewhere(store);
    let of_login = |name: &str| logs_in && name == "password";
    let asked = store.settings.iter();
    for setting in asked.filter(|it| it.required || of_login(&it.name)) {
        let value = match setting.kind {
            SettingType::Secret => "${secrets.store}",
            _ => "sample",
        };
        block += &format!("settings.{} = \"{value}\"\n", setting.name);
    }
    if logs_in {
        block += "settings.user = \"somebody\"\n";
    }
    if store.settings.iter().any(|it| it.name == "buckets") {
        block += "settings.buckets = [\"models\"]\n";
    }
    format!("{before}{block}{after}\n[secrets.store]\nenv = \"STORE\"\n")
}

/// Whether all clients of a store elsewhere log in as one user.
fn has_user_elsewhere(store: &Kind) -> bool {
    let mut settings = store.settings.iter();
    settings.any(|it| it.name == "user" && it.only_external)
}

/// What the containers of the component `it` get: their services in Compose, and files that are made for them. `missing`: workloads that
/// are told of a certificate that they do not have.
fn client(text: &str, kind: &Kind, missing: &mut Vec<String>) -> String {
    let world = MemoryWorld::new().with("platform.toml", text).with(
        "ca.pem",
        "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
    );
    let request = Request {
        targets: Some(BTreeSet::from([Target::Compose, Target::Grafana])),
        ..Request::default()
    };
    let compilation = compile(&world, &request);
    let output = compilation
        .output
        .unwrap_or_else(|_| panic!("no output for\n{text}"));
    let parts = kind.table.table("parts").into_iter().flat_map(Table::keys);
    let names: Vec<String> = parts
        .map(|part| format!("it-{part}"))
        .chain(["it".to_string()])
        .collect();
    let mut found = String::new();
    for (path, file) in &output.files.files {
        let of_config = |name: &String| path.starts_with(&format!("config/{name}/"));
        let is_source = kind.name == "grafana" && path.contains("/datasources/");
        if is_source || names.iter().any(of_config) {
            found += &file.text;
        }
    }
    let compose = &output.files.files["compose/one.yaml"].text;
    for name in &names {
        if let Some((_, service)) = compose.split_once(&format!("\n  {name}:\n")) {
            let lines = service.lines().take_while(|line| line.starts_with("    "));
            let service: String = lines.map(|line| format!("{line}\n")).collect();
            if lacks_authority(&service) {
                missing.push(format!("{name} of {}: {service}", kind.name));
            }
            found += &service;
        }
    }
    found
}

/// Whether a service is told of the certificate of an authority that it does not mount.
fn lacks_authority(service: &str) -> bool {
    let mut told = service.split(AUTHORITIES).skip(1);
    told.any(|rest| {
        let name = rest.split_once(".pem").map_or(rest, |(name, _)| name);
        !service.contains(&format!("target: {AUTHORITIES}{name}.pem"))
    })
}

/// A program whose client can't be told by a URL: see the lint `not-trusted`.
#[test]
fn every_authority_of_a_store_elsewhere_can_be_named_and_comes_along() {
    let kinds = catalog();
    let with_authority = |it: &Kind| it.settings.iter().any(|it| it.name == "ca");
    let names: Vec<&str> = kinds
        .values()
        .filter(|it| with_authority(it))
        .map(|it| it.name.as_str())
        .collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let mut author = Author::new();
        author.declare("store", name);
        let text = elsewhere(&author.text(), "store", &kinds[name], WAYS[2]);
        let text = format!(
            "{text}\n[components.it]\nimage = \"team/it:1\"\ngroup = \"one\"\nhealth = false\nenv.CA = \"${{components.store.ca}}\"\n"
        );
        let found = client(&text, &kinds["service"], &mut Vec::new());
        let told = found.contains(&format!("CA: {AUTHORITIES}store.pem"));
        let mounts = found.contains(&format!("target: {AUTHORITIES}store.pem"));
        assert!(told && mounts, "{name}: {found}");
    }
}

#[test]
fn what_a_store_elsewhere_asks_for_reaches_each_client() {
    let kinds = catalog();
    let mut tried = 0;
    let (mut deaf, mut missing) = (Vec::new(), Vec::new());
    for kind in kinds.values() {
        for role in &kind.roles {
            let stores = role.kinds.iter().filter_map(|name| kinds.get(name));
            for store in stores.filter(|it| it.settings.iter().any(|it| it.name == "tls")) {
                let mut author = Author::new();
                author.declare_with_all_roles("it", &kind.name);
                let text = author.text();
                let filler = format!("it-{}", role.name.replace('_', "-"));
                if !text.contains(&format!("[components.{filler}]")) {
                    continue;
                }
                tried += 1;
                let found = WAYS.map(|way| {
                    let text = elsewhere(&text, &filler, store, way);
                    client(&text, kind, &mut missing)
                });
                let trusts = ["/ca/", "BEGIN CERTIFICATE"]
                    .iter()
                    .any(|it| found[2].contains(it));
                let lacks_user = has_user_elsewhere(store) && !found[0].contains("somebody");
                if lacks_user || found[0] == found[1] || found[1] == found[2] || !trusts {
                    deaf.push(format!("{}.{} at {}", kind.name, role.name, store.name));
                }
            }
        }
    }
    assert!(tried > 20, "only {tried} roles");
    assert_eq!(
        deaf, [""; 0],
        "these clients do not hear `tls`, `ca` or `user`"
    );
    assert_eq!(
        missing, [""; 0],
        "these lack the file that they are told of"
    );
}

/// The port of a URL that a kind writes itself: `amqp` of `amqp://...@${self.amqp.address}/`.
fn port_of_url(kind: &Kind) -> Option<&str> {
    let url = kind.table.get_path(&["outputs", "url"])?.as_str()?;
    let (before, _) = url.split_once("://")?.1.split_once(".address}")?;
    before.rsplit_once("${self.").map(|(_, port)| port)
}

/// Kinds with a setting `tls` say it there.
#[test]
fn the_url_of_what_runs_elsewhere_has_the_scheme_of_its_port() {
    let mut tried = 0;
    for kind in catalog().values() {
        let Some(port) = port_of_url(kind) else {
            continue;
        };
        if kind.settings.iter().any(|it| it.name == "tls") {
            continue;
        }
        let of_kind = kind.table.get_path(&["workload", "ports", port, "scheme"]);
        let scheme = match of_kind.and_then(|it| it.as_str()) {
            None | Some("grpc") => "https".to_string(),
            Some(scheme) => format!("{scheme}s"),
        };
        let asked = kind.settings.iter().filter(|it| it.required);
        let settings: String = asked
            .map(|it| format!("settings.{} = \"${{secrets.store}}\"\n", it.name))
            .collect();
        let text = format!(
            "[platform]\nname = \"sample\"\n[secrets]\nstore = {{ env = \"STORE\" }}\n[groups]\none = \"One\"\n\
             [components.it]\nkind = \"{}\"\nexternal = {{ {port} = \"store.example.com:4321\" }}\nports.{port}.scheme = \"{scheme}\"\n{settings}\
             [components.reader]\nimage = \"a/b:1\"\ngroup = \"one\"\nresources = {{ memory = \"64Mi\" }}\nenv = {{ URL = \"${{components.it.url}}\", OTHER = \"${{secrets.store}}\" }}\n",
            kind.name
        );
        let output = compiled(&text);
        let compose = &output.files.files["compose/one.yaml"].text;
        tried += 1;
        let told = format!("{scheme}://");
        assert!(compose.contains(&told), "{}: {compose}", kind.name);
    }
    assert!(tried > 2, "only {tried} kinds");
}
