//! Commands that outputs, messages and generated files tell people to type: they are about the environment that is meant.

use crate::{
    binary::{Ran, run},
    support::folder::Folder,
};

const PLATFORM: &str = r#"[platform]
name = "demo"
targets = ["compose", "swarm", "helm", "prometheus", "grafana", "jenkins", "airflow", "docs", "gitops"]
[deploy.argocd]
repository = "https://git.example.com/team/platform.git"
revision = "main"
[groups]
g = "G"
[secrets]
pw = { env = "PW" }
login = { env = "LOGIN" }
[components.db]
kind = "postgres"
group = "g"
settings = { password = "${secrets.pw}", databases = ["lake"] }
[components.flow]
kind = "airflow"
group = "g"
uses.database = "db"
settings.admin_password = "${secrets.login}"
[components.files]
kind = "s3"
group = "g"
settings = { access_key = "${secrets.login}", secret_key = "${secrets.pw}", buckets = ["lake"] }
[components.lake]
kind = "hive-metastore"
image = "apache/hive:4.0.1"
group = "g"
uses = { database = "db/lake", store = "files" }
[components.prometheus]
kind = "prometheus"
group = "g"
[components.alertmanager]
kind = "alertmanager"
group = "g"
[components.grafana]
kind = "grafana"
group = "g"
settings.admin_password = "${secrets.login}"
[components.door]
kind = "nginx"
group = "g"
[pipelines.train]
image = "train:1"
volumes.out = { mount = "/out", source = "out" }
tasks.a = { run = "a" }
[ci.build]
stages = [{ name = "s", run = ["true"] }]
"#;

/// Lines that name a command of this program, without what says which environment it is about.
fn about_the_base(text: &str) -> Vec<String> {
    let commands = [
        "apply", "check", "doctor", "down", "env ", "plan", "up", "restart", "status", "logs",
    ];
    let names_one = |line: &str| {
        commands
            .iter()
            .any(|command| line.contains(&format!("mlopsgen {command}")))
    };
    let is_told = |line: &str| line.contains("--env p") || line.contains("the environment p");
    let lines = text
        .lines()
        .filter(|line| names_one(line) && !is_told(line));
    lines.map(ToString::to_string).collect()
}

fn project() -> Folder {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    project.write("platform.p.toml", "");
    project
}

#[test]
fn files_of_an_environment_name_its_commands() {
    let project = project();
    run(&project, &["apply", "--yes", "--all-envs"]).succeeded();
    let mut read = 0;
    for (path, text) in project.tree() {
        let Some(path) = path.strip_prefix("generated/p/") else {
            continue;
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(about_the_base(&text), Vec::<String>::new(), "{path}");
        read += usize::from(text.contains("--env p"));
        // A comment of XML ends where `--` stands.
        if path.ends_with(".xml") || path.ends_with(".svg") {
            assert!(
                text.contains("`mlopsgen apply` for the environment p"),
                "{path}"
            );
        }
    }
    assert!(read > 40, "{read}");
    let base = project.read("generated/helm/demo/README.md");
    assert!(base.contains("`mlopsgen env secret | kubectl"), "{base}");
    let compose = project.read("generated/p/compose/g.yaml");
    let asked = "${PW:?the secret pw is missing, run mlopsgen env init --env p}";
    assert!(compose.contains(asked), "{compose}");
    // `docker stack` takes what follows a `-` for the value.
    let stack = project.read("generated/p/swarm/stack.yaml");
    assert!(
        stack.contains("${PW:?it is missing in the file .env}"),
        "{stack}"
    );
    run(&project, &["check"]).succeeded();
}

#[test]
fn outputs_about_an_environment_name_its_commands() {
    let project = project();
    run(&project, &["apply", "--yes", "--all-envs"]).succeeded();
    let said = |words: &[&str], expected: &str| {
        let Ran { out, err, .. } = run(&project, words);
        let all = out + &err;
        assert_eq!(about_the_base(&all), Vec::<String>::new(), "{words:?}");
        assert!(all.contains(expected), "{words:?}: {all}");
    };
    let init = "`mlopsgen env init --env p`";
    said(&["doctor", "--env", "p"], init);
    said(&["doctor", "--env", "p", "--format", "json"], init);
    said(&["env", "secret", "--env", "p"], init);
    said(&["env", "secret", "--env", "p", "--format", "json"], "yaml");
    project.write("platform.toml", format!("{PLATFORM}[components.more]\nkind = \"redis\"\ngroup = \"g\"\nsettings.password = \"${{secrets.more}}\"\n[secrets.more]\nenv = \"MORE\"\n[[moved]]\nfrom = \"components.db\"\nto = \"components.store\"\n")
        .replace("components.db]", "components.store]").replace("database = \"db", "database = \"store"));
    said(
        &["plan", "--env", "p"],
        "mlopsgen env secret --env p | kubectl apply -f -",
    );
    said(
        &["plan", "--env", "p"],
        "`mlopsgen down --env p`, then `mlopsgen apply --env p` and `mlopsgen up --env p`",
    );
    run(&project, &["apply", "--yes", "--env", "p"]).succeeded();
    project.write(
        "generated/p/compose/.env",
        "PW=as-before\nFLOW_FERNET_KEY=as-before\n",
    );
    run(&project, &["env", "init", "--env", "p"]).succeeded();
    said(
        &["env", "secret", "--env", "p"],
        "# mlopsgen env secret --env p | kubectl",
    );
    // The flags that say where the platform is belong to it as well.
    let outer = Folder::new();
    outer.write("ml/shop.toml", PLATFORM);
    let ran = run(
        &outer,
        &["-C", "ml", "--file", "shop.toml", "env", "secret"],
    );
    let command = "`mlopsgen env init -C ml --file shop.toml`";
    assert!(ran.err.contains(command), "{}", ran.err);
}
