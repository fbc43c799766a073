//! Secrets that nobody here can make up: `env init` asks for them, and `doctor` and `env secret` say what they have to be.

use crate::{
    binary::{self, run},
    support::{folder::Folder, machine::Machine},
};

fn project(text: &str) -> Folder {
    let project = Folder::new();
    project.write(
        "platform.toml",
        format!("[platform]\nname = \"demo\"\n[groups]\ng = \"G\"\n{text}"),
    );
    project
}

const DOOR: &str = r#"
[components.door]
kind = "nginx"
group = "g"
[components.api]
image = "api:1"
group = "g"
ports.http = 8000
[routes.door]
through = "door"
host = "ml.example.com"
tls = { secret = "ml-tls" }
paths = { "/" = "api" }
"#;

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

/// A route makes a certificate of its secret, whether `[secrets]` declares it or not.
#[test]
fn nobody_makes_up_a_certificate() {
    for declared in ["", "[secrets]\nml-tls = { env = \"ML_TLS\" }\n"] {
        let project = project(&format!("{declared}{DOOR}"));
        let ran = run(&project, &["env", "init"]);
        ran.succeeded();
        let asked = "ML_TLS: the certificate of ml.example.com, its chain and its private key, as PEM between single quotes; \
                     write that to generated/compose/.env\n";
        assert_eq!(ran.err, asked);
        assert!(!project.exists("generated/compose/.env"), "{declared}");
        let help = "write `ML_TLS` to generated/compose/.env: the certificate of ml.example.com";
        run(&project, &["env", "secret"]).failed_with(&["ml-tls (ML_TLS)", help]);
        for (value, fault) in [
            (
                "A0".to_string(),
                "neither a certificate nor its private key",
            ),
            (
                CERTIFICATE.to_string(),
                "no private key, only a certificate",
            ),
            (KEY.to_string(), "no certificate, only a private key"),
            (
                format!(
                    "{CERTIFICATE}{}",
                    KEY.replace("PRIVATE", "ENCRYPTED PRIVATE")
                ),
                "a private key that asks for a passphrase",
            ),
            (
                format!("{CERTIFICATE}-----BEGIN PRIVATE KEY-----\nAAAA\n"),
                "no private key, only a certificate",
            ),
        ] {
            project.write("generated/compose/.env", format!("ML_TLS='{value}'\n"));
            let message = format!("the value of `ML_TLS` holds {fault}");
            let ran = run(&project, &["env", "secret"]);
            ran.failed_with(&[&message, help]);
            assert_eq!(ran.out, "");
            let ran = run(&project, &["doctor"]);
            assert_eq!(ran.status, 1);
            assert!(
                ran.out.contains(&format!("error[secret]: {message}\n")),
                "{}",
                ran.out
            );
        }
        project.write(
            "generated/compose/.env",
            format!("ML_TLS='{CERTIFICATE}{KEY}'\n"),
        );
        run(&project, &["env", "secret"]).succeeded();
        let ran = run(&project, &["doctor"]);
        assert!(!ran.out.contains("ML_TLS"), "{}", ran.out);
    }
}

/// `up` starts no server that would end at once.
#[test]
fn up_wants_the_key_of_a_certificate() {
    let machine = Machine::new("docker");
    let head = "[platform]\nname = \"demo\"\ntargets = [\"compose\"]\n[groups]\ng = \"G\"\n";
    machine
        .folder
        .write("project/platform.toml", format!("{head}{DOOR}"));
    machine.ok(&["apply", "--yes", "--accept-data-loss"]);
    machine.folder.write(
        "project/generated/compose/.env",
        format!("ML_TLS='{CERTIFICATE}'\n"),
    );
    let printed = machine.refuses(&["up"]);
    assert!(
        printed.contains("`ML_TLS` holds no private key"),
        "{printed}"
    );
    assert_eq!(machine.log(), "");
}

const OTHERS: &str = r##"
[secrets]
slack = { env = "SLACK_HOOK" }
pager = { env = "PD_KEY" }
mail = { env = "MAIL" }
git = { env = "GIT" }
admin = { env = "ADMIN" }
metrics = { env = "METRICS" }
client = { env = "CLIENT" }
hugging = { env = "HUGGING" }
openai = { env = "OPENAI" }
training = { env = "TRAINING" }
lake = { env = "LAKE" }
said = { env = "SAID", generate = false }
mine = { env = "MINE", generate = true }
[components.prometheus]
kind = "prometheus"
group = "g"
settings = { remote_write = "https://metrics.example.com/push", remote_write_token = "${secrets.metrics}" }
[components.alertmanager]
kind = "alertmanager"
group = "g"
[components.jenkins]
kind = "jenkins"
group = "g"
settings = { admin_password = "${secrets.admin}", repository = "https://git.example.com/a.git", repository_token = "${secrets.git}" }
[components.login]
kind = "oauth2-proxy"
group = "g"
settings = { issuer_url = "https://id.example.com", client_id = "a", client_secret = "${secrets.client}" }
[components.llm]
kind = "vllm"
group = "g"
settings = { model = "a/b", hf_token = "${secrets.hugging}" }
[components.store]
image = "own/minio:1"
group = "g"
env.MINIO_ROOT_PASSWORD = "${secrets.lake}"
[components.app]
image = "app:1"
group = "g"
env = { OPENAI_API_KEY = "${secrets.openai}", AWS_SECRET_ACCESS_KEY = "${secrets.lake}", SAID = "${secrets.said}", WANDB_API_KEY = "${secrets.mine}" }
[pipelines.train]
image = "train:1"
env.WANDB_API_KEY = "${secrets.training}"
tasks.a = { run = "a" }
[notify]
default = "team"
smtp = { host = "mail.example.com:587", from = "a@example.com", user = "a", password = "${secrets.mail}" }
[notify.receivers]
team = { slack = "${secrets.slack}", channel = "#a" }
call = { pagerduty = "${secrets.pager}" }
[[notify.routes]]
receiver = "call"
severity = "critical"
"##;

#[test]
fn what_only_others_issue_is_asked_for() {
    let project = project(OTHERS);
    let ran = run(&project, &["env", "init"]);
    ran.succeeded();
    let made = project.read("generated/compose/.env");
    for (variable, issuer) in [
        ("SLACK_HOOK", "Slack"),
        ("PD_KEY", "PagerDuty"),
        ("MAIL", "the mail server `mail.example.com`"),
        ("GIT", "the server of the repository"),
        ("METRICS", "the store that the samples go to"),
        ("CLIENT", "the provider of the log-in"),
        ("HUGGING", "Hugging Face"),
        ("OPENAI", "OpenAI"),
        ("TRAINING", "Weights & Biases"),
    ] {
        assert!(!made.contains(&format!("{variable}=")), "{made}");
        let line = format!(
            "{variable}: only {issuer} can issue it; write that to generated/compose/.env\n"
        );
        assert!(ran.err.contains(&line), "no {line} in {}", ran.err);
    }
    let line = "SAID: `generate = false` says that others issue it; write that to";
    assert!(
        ran.err.contains(line) && !made.contains("SAID="),
        "{}",
        ran.err
    );
    for variable in ["ADMIN", "LAKE", "MINE"] {
        assert!(made.contains(&format!("{variable}=")), "{made}");
    }
    let ran = run(&project, &["doctor"]);
    for words in [
        "`GIT` to generated/compose/.env: only the server",
        "`OPENAI` to",
    ] {
        assert!(ran.out.contains(words), "{}", ran.out);
    }
    assert!(!ran.out.contains("env init"), "{}", ran.out);
    run(&project, &["env", "secret"]).failed_with(&["only PagerDuty can issue it"]);
}

/// What earlier versions made up tells nobody.
#[test]
fn a_receiver_with_a_made_up_value_reaches_nobody() {
    let project = project(OTHERS);
    let doctor = |slack: &str, pager: &str| {
        let mut command = binary::command(&project, &["doctor"]);
        command.env("SLACK_HOOK", slack).env("PD_KEY", pager);
        binary::finish(command).out
    };
    let made = "aB3_".repeat(8);
    let (hook, key) = ("https://hooks.slack.com/services/A/B/C", "a1".repeat(16));
    let found = "warning[alerts]: alerts reach nobody: no receiver of `[notify]` has what it needs, `SLACK_HOOK` and `PD_KEY`";
    let printed = doctor(&made, &made);
    assert!(printed.contains(found), "{printed}");
    for (slack, pager) in [(hook, made.as_str()), (made.as_str(), key.as_str())] {
        let printed = doctor(slack, pager);
        assert!(!printed.contains("reach nobody"), "{printed}");
    }
}

/// Characters that are made up are no address: who answers there has it.
#[test]
fn nobody_makes_up_an_address() {
    let project = project(
        "[secrets]\nhook = { env = \"TEAMS\" }\ndatabase = { env = \"STORE_DSN\" }\ntoken = { env = \"TOKEN\" }\n\
         anything = { env = \"OWN_URL\", generate = true }\n\
         [components.bridge]\nimage = \"me/bridge:1\"\ngroup = \"g\"\n\
         env.TEAMS_INCOMING_WEBHOOK_URL = \"${secrets.hook}\"\nenv.STORE = \"${secrets.database}\"\n\
         env.CALLBACK_URL = \"https://example.com/${secrets.token}\"\nenv.X = \"${secrets.anything}\"\n",
    );
    let ran = run(&project, &["env", "init"]);
    ran.succeeded();
    let asked = "TEAMS: a whole address, as `TEAMS_INCOMING_WEBHOOK_URL` says, which can't be made up; write that to \
                 generated/compose/.env\n\
                 STORE_DSN: a whole address, as `STORE_DSN` says, which can't be made up; write that to generated/compose/.env\n";
    assert_eq!(ran.err, asked);
    let made = project.read("generated/compose/.env");
    for name in ["TOKEN=", "OWN_URL="] {
        assert!(made.contains(name), "{made}");
    }
    assert!(
        !made.contains("TEAMS=") && !made.contains("STORE_DSN="),
        "{made}"
    );
}
