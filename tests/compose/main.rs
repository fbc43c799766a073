//! The Compose target, judged by the real Compose where `MLOPSGEN_COMPOSE` names its binary.

mod platform;

use std::{collections::BTreeMap, fs, process::Command};

use mlopsgen::{
    diag::Code,
    graph,
    model::{
        Condition, Dependency, FileContent, FileMount, Health, HostPort, Mount, MountSource,
        Piece, Platform, PlatformVolume, PortRange, Probe, Protocol, Raw, Reach, Secret,
        SecretForm, SecretOrigin, Text, Variable,
    },
    target::{Context, Emission, Vantage, compose, config},
    template::Engine,
};
use platform::{platform, port, shares, span, variable, workload};

/// Strings that some reader on the way to the container could take for something else.
const NASTY: &[&str] = &[
    "$HOME ${HOME} $$ $(id) ${x:-y} ${V:?m}",
    "a: b # c",
    "'single' \"double\" `back` \\ \\n",
    "line one\nline two\n\n  indented $X\n",
    "\n leading",
    "100% %s {{ .x }} {% y %}",
    "ünïcode ☃ \u{1f600} \u{2028}\u{7f}\t",
    "yes",
    "0x1f",
    "",
    " spaces ",
    "- a",
    "}",
    "{",
];

fn emit(platform: &Platform) -> Emission {
    let engine = Engine::new(Vec::new()).expect("the templates are well-formed");
    let graph = graph::build(platform);
    let none = BTreeMap::new();
    let context = |mounted| Context {
        platform,
        graph: &graph,
        engine: &engine,
        vantage: Vantage::Compose,
        mounted,
    };
    let config = config::emit(&context(&none)).expect("config renders");
    let mounted: BTreeMap<String, String> = config
        .files
        .files
        .iter()
        .map(|(path, file)| (path.clone(), file.text.clone()))
        .collect();
    let mut emission = compose::emit(&context(&mounted)).expect("compose renders");
    emission.files.files.extend(config.files.files);
    emission
}

fn text<'a>(emission: &'a Emission, path: &str) -> &'a str {
    &emission.files.files[path].text
}

/// What Compose reads from these files, as JSON; `None` where there is no Compose. Its output doubles every `$` again.
fn read_back(emission: &Emission, files: &[&str]) -> Option<serde_json::Value> {
    let binary = std::env::var("MLOPSGEN_COMPOSE").ok()?;
    let folder = tempfile::tempdir().expect("a folder");
    for (path, file) in &emission.files.files {
        let path = folder.path().join("generated").join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, &file.text).expect("a file");
    }
    let mut command = Command::new(binary);
    for file in files {
        command
            .arg("-f")
            .arg(folder.path().join("generated/compose").join(file));
    }
    let output = command
        .env("DB_PASSWORD", "s3cret")
        .args(["--profile", "*", "config", "--format", "json"])
        .output()
        .expect("Compose runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
    let json = String::from_utf8(output.stdout).expect("UTF-8");
    Some(serde_json::from_str(&json.replace("$$", "$")).expect("JSON"))
}

fn health(probe: Probe) -> Option<Health> {
    Some(Health {
        probe,
        interval: 10_000,
        timeout: 1_500,
        retries: 5,
        start_period: 0,
        span: span(),
    })
}

fn secret(name: &str, env: &str, optional: bool) -> Secret {
    Secret {
        name: name.to_string(),
        env: env.to_string(),
        description: Some("of the # database\nline".to_string()),
        optional,
        form: SecretForm::Token,
        origin: SecretOrigin::Declared,
        span: span(),
    }
}

fn file(path: &str, content: FileContent) -> FileMount {
    FileMount {
        path: path.to_string(),
        content,
        mode: 0o644,
        span: span(),
    }
}

#[test]
fn compose_reads_every_string_back_unchanged() {
    let mut api = workload("api", "serving");
    for (index, text) in NASTY.iter().enumerate() {
        api.env
            .push(variable(&format!("V{index}"), Text::literal(*text)));
    }
    let words: Vec<Text> = NASTY.iter().map(|text| Text::literal(*text)).collect();
    api.command = Some(words.clone());
    api.health = health(Probe::Command(words));
    api.runtime.labels = NASTY
        .iter()
        .map(|text| (format!("l{text}"), Text::literal(*text)))
        .filter(|(key, _)| !key.contains('\n'))
        .collect();
    api.files = vec![file(
        "/etc/a$b ${c}: 'd' #.conf",
        FileContent::Project {
            path: "conf/a$b ${c}: 'd' #.conf".to_string(),
            bytes: b"x".to_vec(),
        },
    )];
    let mut shell = workload("shell", "serving");
    shell.health = health(Probe::Shell(Text::literal(NASTY[3])));
    let emission = emit(&platform(&["serving"], vec![api, shell]));
    let Some(read) = read_back(&emission, &["serving.yaml"]) else {
        return;
    };
    let api = &read["services"]["api"];
    for (index, text) in NASTY.iter().enumerate() {
        assert_eq!(api["environment"][format!("V{index}")], **text);
        assert_eq!(api["command"][index], **text);
        assert_eq!(api["healthcheck"]["test"][index + 1], **text);
        if !text.contains('\n') {
            assert_eq!(api["labels"][format!("l{text}")], **text);
        }
    }
    let mount = &api["volumes"][0];
    assert_eq!(mount["target"], "/etc/a$b ${c}: 'd' #.conf");
    assert!(
        mount["source"]
            .as_str()
            .is_some_and(|path| path.ends_with("/conf/a$b ${c}: 'd' #.conf"))
    );
    assert_eq!(
        read["services"]["shell"]["healthcheck"]["test"][1],
        NASTY[3]
    );
}
