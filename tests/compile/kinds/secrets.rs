//! A secret that a component is given reaches its program, also where a kind extends another one.

use std::collections::BTreeSet;

use mlopsgen::{
    catalog::{Kind, SettingSpec, SettingType},
    compile::{Request, compile},
    world::MemoryWorld,
};

use super::{catalog, least};

/// The least platform of a kind, with one more secret.
fn with_secret(kind: &Kind, spec: &SettingSpec) -> String {
    let heading = "[components.it]\n";
    let line = format!("{heading}settings.{} = \"${{secrets.extra}}\"\n", spec.name);
    let text = least(&kind.name).replace(heading, &line);
    format!("{text}\n[secrets.extra]\nenv = \"EXTRA\"\n")
}

/// The services of a Compose file, each as its text.
fn services(text: &str) -> Vec<String> {
    let mut services: Vec<String> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("  ") {
            Some(name) if !name.starts_with(' ') => services.push(String::new()),
            Some(_) => {
                if let Some(service) = services.last_mut() {
                    *service += &format!("{line}\n");
                }
            }
            None => {}
        }
    }
    services
}

/// The variables with secrets that a shell in a service reads.
fn read(service: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let names = service.split("$$").skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]
    });
    let endings = ["PASSWORD", "TOKEN", "KEY", "SECRET"];
    names
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .collect()
}

#[test]
fn a_secret_that_is_given_reaches_the_program() {
    let (mut tried, mut faults) = (0, Vec::new());
    for kind in catalog().values() {
        let secrets = kind.settings.iter().filter(|spec| {
            spec.kind == SettingType::Secret && !spec.required && !spec.only_external
        });
        for spec in secrets {
            let world = MemoryWorld::new().with("platform.toml", with_secret(kind, spec));
            // Some settings need others, and say so.
            let Ok(output) = compile(&world, &Request::default()).output else {
                continue;
            };
            tried += 1;
            let compose = &output.files.files["compose/one.yaml"].text;
            let name = format!("{}: `{}`", kind.name, spec.name);
            if !compose.contains("${EXTRA:?") {
                faults.push(format!("{name} reaches nothing"));
            }
            for service in services(compose) {
                for variable in read(&service) {
                    let is_set = [format!(" {variable}: "), format!("{variable}=")];
                    if !is_set.iter().any(|it| service.contains(it)) {
                        faults.push(format!("{name}: nothing sets `{variable}`"));
                    }
                }
            }
        }
    }
    assert!(tried >= 5, "only {tried} secrets");
    assert_eq!(faults, [""; 0]);
}

/// The cases of the kind below hold as well: without that a server would run without its password.
#[test]
fn cases_of_a_kind_follow_those_of_the_kind_that_it_extends() {
    let platform = "[platform]\nname = \"sample\"\n[groups]\none = \"One\"\n[secrets]\nextra = { env = \"EXTRA\" }\n\
                    [components.it]\nkind = \"our-redis\"\ngroup = \"one\"\nsettings.password = \"${secrets.extra}\"\n";
    let case =
        "[[when]]\nif = \"settings.password\"\n[when.workload]\nlabels = { closed = \"yes\" }\n";
    let compose = |cases: &str| {
        let kind = format!("extends = \"redis\"\ntitle = \"Ours\"\n{cases}");
        let world = MemoryWorld::new()
            .with("platform.toml", platform)
            .with("mlopsgen/kinds/our-redis.toml", kind);
        let output = compile(&world, &Request::default())
            .output
            .expect("no errors");
        output.files.files["compose/one.yaml"].text.to_string()
    };
    let both = compose(case);
    for wanted in ["requirepass", "REDIS_PASSWORD: \"${EXTRA:?", "closed: "] {
        assert!(both.contains(wanted), "{wanted}: {both}");
    }
    let none = compose("when = false\n");
    assert!(!none.contains("requirepass"), "{none}");
}
