//! CI entries, and what the Jenkins that runs them has to know.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{
    Scene, image, notify,
    pipelines::{Names, secret_variables, shown, written_out},
    program,
    reference::{Scope, text},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{read, unknown},
    files::GENERATED,
    model::{
        Agent, Ci, CiAnswer, CiParameter, CiStage, CiTriggers, EnvironmentVariable, Notify,
        Platform, Post, Receiver, SecretVariable, Text,
    },
    source::Span,
    syntax::{Key, Node, Table, Value},
    value::PostCondition,
};

pub(super) fn resolve(tree: &Table, scene: &Scene<'_>, platform: &mut Platform, sink: &mut Sink) {
    for (key, table) in read::tables(tree, "ci") {
        let ci = ci(key, table, Names { scene, platform }, sink);
        platform.ci.push(ci);
    }
}

/// The Jenkins that runs the entries reads what they need from its environment: the secrets that become credentials, and the one
/// that mails are sent with.
pub(super) fn job_secrets(
    tree: &Table,
    scene: &Scene<'_>,
    notify: Option<&Notify>,
) -> Vec<EnvironmentVariable> {
    let mut names = credentials(tree, scene, notify);
    if heard(tree, notify).iter().any(|it| !it.email.is_empty()) {
        let smtp = notify.and_then(|it| it.smtp.as_ref()?.password.as_ref());
        let secrets = smtp.into_iter().flat_map(|it| it.value.secrets());
        names.extend(secrets.map(ToString::to_string));
    }
    secret_variables(scene, &names)
}

/// The secrets of entries and stages, and those of the receivers that they notify. What is wrong with a variable is reported where
/// the entry is resolved.
fn credentials(tree: &Table, scene: &Scene<'_>, notify: Option<&Notify>) -> BTreeSet<String> {
    let quiet = &mut Sink::default();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for table in entries_and_stages(tree) {
        let bound = table.table("secrets").into_iter().flat_map(Table::iter);
        names.extend(bound.filter_map(|(_, node)| Some(node.as_str()?.to_string())));
        let variables = program::environment(scene, table, &Scope::platform(), quiet);
        let read = variables.iter().flat_map(|it| it.value.secrets());
        names.extend(read.map(ToString::to_string));
    }
    let texts = heard(tree, notify).into_iter().flat_map(Receiver::texts);
    names.extend(texts.flat_map(Text::secrets).map(ToString::to_string));
    names
}

/// What the template of the kind that runs the entries sees: `jobs`, `credentials`, and `mail` where somebody is notified
/// by mail.
pub(super) fn view(tree: &Table, scene: &Scene<'_>, environment: Option<&str>) -> Json {
    let folder = environment.map_or_else(
        || GENERATED.to_string(),
        |environment| format!("{GENERATED}/{environment}"),
    );
    let notify = notify::resolve(tree, scene, &mut Sink::default());
    let secrets = secret_variables(scene, &credentials(tree, scene, notify.as_ref()));
    let jobs = read::tables(tree, "ci").map(|(key, entry)| {
        let stages = stage_tables(entry, "stages").into_iter();
        let inner =
            stages.flat_map(|stage| std::iter::once(stage).chain(stage_tables(stage, "parallel")));
        json!({
            "name": key.name,
            "script": format!("{folder}/jenkins/{}/Jenkinsfile", key.name),
            "tags": std::iter::once(entry).chain(inner).any(|it| it.get("tags").is_some()),
        })
    });
    let credentials = secrets.iter().flat_map(|variable| {
        let names = variable.value.secrets().into_iter();
        names.map(|name| json!({ "id": name, "variable": variable.name }))
    });
    json!({
        "jobs": jobs.collect::<Vec<_>>(),
        "credentials": credentials.collect::<Vec<_>>(),
        "mail": notify.as_ref().and_then(|notify| mail(tree, scene, notify)),
    })
}

/// What mails are sent with.
fn mail(tree: &Table, scene: &Scene<'_>, notify: &Notify) -> Option<Json> {
    let heard = heard(tree, Some(notify));
    let smtp = notify.smtp.as_ref()?;
    let (host, port) = smtp.host.rsplit_once(':')?;
    let password = smtp.password.as_ref();
    let secret = password.and_then(|it| it.value.secrets().first().copied());
    let password = secret.and_then(|name| scene.names.secrets.find(name));
    heard.iter().any(|it| !it.email.is_empty()).then(|| {
        json!({
            "host": host,
            "port": port,
            "from": smtp.from,
            "user": smtp.user,
            "tls": smtp.tls,
            "password": password.map(|secret| secret.env.as_str()),
        })
    })
}

/// The receivers that some entry notifies.
fn heard<'a>(tree: &Table, notify: Option<&'a Notify>) -> Vec<&'a Receiver> {
    let posts = entries_and_stages(tree).filter_map(|table| table.table("post"));
    let names: BTreeSet<String> = posts
        .flat_map(|post| read::one_or_many(post, "notify"))
        .collect();
    let receivers = notify.into_iter().flat_map(|it| &it.receivers);
    receivers.filter(|it| names.contains(&it.name)).collect()
}

/// The tables of the entries, each followed by those of its stages.
fn entries_and_stages(tree: &Table) -> impl Iterator<Item = &Table> {
    let entries = read::tables(tree, "ci").map(|(_, table)| table);
    entries.flat_map(|entry| {
        let stages = stage_tables(entry, "stages").into_iter();
        let all =
            stages.flat_map(|stage| std::iter::once(stage).chain(stage_tables(stage, "parallel")));
        std::iter::once(entry).chain(all)
    })
}

fn ci(key: &Key, table: &Table, at: Names<'_>, sink: &mut Sink) -> Ci {
    let scene = at.scene;
    let scope = Scope::platform();
    let stages: Vec<&Table> = stage_tables(table, "stages");
    if stages.is_empty() && table.array("stages").is_some() {
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("CI entry `{}` has no stages", key.name),
            )
            .label(key.span, "nothing to run")
            .help(format!(
                "write `[[ci.{}.stages]]` with `name` and `run`",
                key.name
            )),
        );
    }
    let stages: Vec<CiStage> = stages
        .into_iter()
        .map(|stage_table| stage(stage_table, key.span, at, sink))
        .collect();
    report_equal_stages(&stages, sink);
    Ci {
        name: key.name.clone(),
        description: shown(at, table, "description", sink),
        agent: agent(at, table, sink).unwrap_or(Agent::Any),
        paths: read::strings(table, "paths"),
        branches: read::strings(table, "branches"),
        tags: read::strings(table, "tags"),
        env: program::environment(scene, table, &scope, sink),
        secrets: secrets(table, scene, sink),
        timeout: read::duration(table, "timeout").unwrap_or(3_600_000),
        retries: read::unsigned(table, "retries").unwrap_or(0),
        parameters: parameters(at, table, sink),
        triggers: triggers(table),
        post: post(at, table, sink),
        stages,
        written: table.clone(),
        span: key.span,
    }
}

fn stage_tables<'a>(table: &'a Table, name: &str) -> Vec<&'a Table> {
    table
        .array(name)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .collect()
}

/// Jenkins refuses two stages of one name in a pipeline.
fn report_equal_stages(stages: &[CiStage], sink: &mut Sink) {
    let all: Vec<&CiStage> = stages
        .iter()
        .flat_map(|stage| std::iter::once(stage).chain(&stage.parallel))
        .collect();
    for (index, stage) in all.iter().enumerate() {
        if let Some(first) = all[..index].iter().find(|other| other.name == stage.name) {
            sink.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    format!("stage `{}` is there twice", stage.name),
                )
                .label(first.span, "first here")
                .label(stage.span, "and again here")
                .help("Jenkins wants a name of its own for each stage: rename one"),
            );
        }
    }
}

fn stage(table: &Table, entry: Span, at: Names<'_>, sink: &mut Sink) -> CiStage {
    let scene = at.scene;
    let span = table.get("name").map_or(entry, |name| name.span);
    let scope = Scope::platform();
    let run_scope = scope.clone().without_secrets("`run`").shell();
    let run: Vec<Text> = table
        .array("run")
        .unwrap_or_default()
        .iter()
        .map(|node| text(scene, node, &run_scope, sink))
        .collect();
    let parallel: Vec<CiStage> = stage_tables(table, "parallel")
        .into_iter()
        .map(|inner| stage(inner, entry, at, sink))
        .collect();
    let broken = |key: &str| table.get(key).is_some_and(Node::is_broken);
    if run.is_empty() == parallel.is_empty() && !broken("run") && !broken("parallel") {
        let (code, message) = if run.is_empty() {
            (Code::MissingKey, "this stage does nothing")
        } else {
            (
                Code::ConflictingKeys,
                "a stage runs lines or has parallel stages, not both",
            )
        };
        let diagnostic = Diagnostic::new(code, message).label(span, "this stage");
        sink.push(diagnostic.help(match code {
            Code::MissingKey => "a stage has `run = [\"make build\"]`, or stages in `parallel`",
            _ => "keep one of `run` and `parallel`",
        }));
    }
    CiStage {
        name: shown(at, table, "name", sink).unwrap_or_default(),
        run,
        env: program::environment(scene, table, &scope, sink),
        secrets: secrets(table, scene, sink),
        paths: read::strings(table, "paths"),
        branches: read::strings(table, "branches"),
        tags: read::strings(table, "tags"),
        timeout: read::duration(table, "timeout"),
        retries: read::unsigned(table, "retries").unwrap_or(0),
        post: post(at, table, sink),
        agent: agent(at, table, sink),
        parallel,
        span,
    }
}

fn agent(at: Names<'_>, table: &Table, sink: &mut Sink) -> Option<Agent> {
    let agent = table.table("agent")?;
    match (agent.entry("docker"), agent.entry("label")) {
        (Some(docker), Some(label)) => sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                "an agent is an image or a label, not both",
            )
            .label(docker.key.span, "an image")
            .label(label.key.span, "and a label")
            .help("keep one of `docker` and `label`"),
        ),
        (None, None) => {
            let span = table.entry("agent")?.key.span;
            sink.push(
                Diagnostic::new(Code::MissingKey, "this agent has neither an image nor a label")
                    .label(span, "no `docker` and no `label`")
                    .help("an agent is `{ docker = \"python:3.12\" }` or `{ label = \"linux\" }`; leave it out, then any agent does"),
            );
        }
        _ => {}
    }
    if let Some(node) = agent.get("docker") {
        let read = |sink: &mut Sink| Text::literal(written_out(at, node, sink));
        let image = image::standalone(at.scene, node, read, sink);
        return Some(Agent::Docker(image));
    }
    shown(at, agent, "label", sink).map(Agent::Label)
}

fn secrets(table: &Table, scene: &Scene<'_>, sink: &mut Sink) -> Vec<SecretVariable> {
    let mut out = Vec::new();
    for (key, node) in table.table("secrets").into_iter().flat_map(Table::iter) {
        let Some(name) = node.as_str() else { continue };
        if scene.secret(name, node.span, sink).is_some() {
            out.push(SecretVariable {
                variable: key.name.clone(),
                secret: name.to_string(),
            });
        }
    }
    out
}

fn triggers(table: &Table) -> CiTriggers {
    let triggers = table.table("triggers");
    let read = |key: &str| triggers.and_then(|it| read::owned(it, key));
    CiTriggers {
        cron: read("cron"),
        poll: read("poll"),
    }
}

fn parameters(at: Names<'_>, table: &Table, sink: &mut Sink) -> Vec<CiParameter> {
    let all = table.table("parameters").into_iter().flat_map(Table::iter);
    all.filter_map(|(key, node)| parameter(at, key, node, sink))
        .collect()
}

fn parameter(at: Names<'_>, key: &Key, node: &Node, sink: &mut Sink) -> Option<CiParameter> {
    let whole = node.as_table();
    let description = whole.and_then(|table| shown(at, table, "description", sink));
    let choices = match (&node.value, whole) {
        (Value::Array(items), _) => Some(items.as_slice()),
        (_, Some(table)) => table.array("choices"),
        _ => None,
    };
    let default = whole.map_or(Some(node), |table| table.get("default"));
    let answer = match (choices, default.map(|node| &node.value)) {
        (Some(items), _) => {
            let written = items.iter().map(|item| written_out(at, item, sink));
            let mut choices: Vec<String> = written.collect();
            if choices.is_empty() {
                let nothing = Diagnostic::new(Code::BadValue, "there is nothing to choose from")
                    .label(node.span, "no choice")
                    .help("list what may be answered: `choices = [\"staging\", \"production\"]`");
                sink.push(nothing);
                return None;
            }
            // Jenkins takes the first for the default.
            let first = whole.and_then(|table| shown(at, table, "default", sink));
            if let Some(first) = first {
                let Some(index) = choices.iter().position(|choice| *choice == first) else {
                    let place = default.map_or(node.span, |node| node.span);
                    let known: Vec<&str> = choices.iter().map(String::as_str).collect();
                    sink.push(unknown("choice", &first, place, &known));
                    return None;
                };
                let default = choices.remove(index);
                choices.insert(0, default);
            }
            CiAnswer::Choice(choices)
        }
        (None, Some(Value::Boolean(switch))) => CiAnswer::Switch(*switch),
        (None, Some(_)) => CiAnswer::Text(written_out(at, default?, sink)),
        (None, None) => CiAnswer::Text(String::new()),
    };
    Some(CiParameter {
        name: key.name.clone(),
        description,
        answer,
    })
}

fn post(at: Names<'_>, table: &Table, sink: &mut Sink) -> Post {
    let Some(table) = table.table("post") else {
        return Post::default();
    };
    let scope = Scope::platform().without_secrets("`post`").shell();
    let steps = PostCondition::ALL.iter().filter_map(|condition| {
        let lines = table.array(condition.name())?;
        let lines = lines.iter().map(|node| text(at.scene, node, &scope, sink));
        Some((*condition, lines.collect()))
    });
    let steps = steps.collect();
    for node in receivers(table) {
        let receivers = at.platform.notify.iter().flat_map(|it| &it.receivers);
        let known: Vec<&str> = receivers.map(|it| it.name.as_str()).collect();
        let Some(name) = node.as_str().filter(|name| !known.contains(name)) else {
            continue;
        };
        let mut diagnostic = unknown("receiver", name, node.span, &known);
        if known.is_empty() {
            diagnostic = diagnostic.help(format!(
                "receivers are declared below `[notify.receivers]`: `{name} = {{ email = [\"team@example.com\"] }}`"
            ));
        }
        sink.push(diagnostic);
    }
    Post {
        steps,
        archive: read::strings(table, "archive"),
        junit: read::strings(table, "junit"),
        notify: read::one_or_many(table, "notify"),
    }
}

fn receivers(post: &Table) -> &[Node] {
    match post.get("notify") {
        Some(node) => node.as_array().unwrap_or(std::slice::from_ref(node)),
        None => &[],
    }
}
