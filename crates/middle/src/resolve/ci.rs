//! CI entries.

mod after;
mod asked;
mod jobs;
mod variables;

use std::collections::BTreeMap;

pub(super) use jobs::{job_secrets, view};

use super::{
    Scene, image, program,
    reference::{Scope, text},
    texts::Texts,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    model::{Agent, Ci, CiStage, Notify, SecretVariable, Text},
    source::Span,
    syntax::{Key, Node, Table},
};

pub(super) fn entries(
    at: Texts<'_>,
    tree: &Table,
    notify: Option<&Notify>,
    sink: &mut Sink,
) -> Vec<Ci> {
    read::tables(tree, "ci")
        .map(|(key, table)| ci(key, table, at, notify, sink))
        .collect()
}

fn ci(key: &Key, table: &Table, at: Texts<'_>, notify: Option<&Notify>, sink: &mut Sink) -> Ci {
    let scene = at.scene;
    let scope = Scope::ci(scene);
    variables::check(table, sink);
    let stages = placed_stages(table, "stages");
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
        .map(|inner| stage(inner, key.span, (at, notify), sink))
        .collect();
    report_equal_stages(&stages, sink);
    Ci {
        name: key.name.clone(),
        description: at.key(table, "description", sink),
        agent: agent(at, table, sink).unwrap_or(Agent::Any),
        paths: read::strings(table, "paths"),
        branches: read::strings(table, "branches"),
        tags: read::strings(table, "tags"),
        env: program::environment(scene, table, &scope, sink),
        unset: program::unset(table),
        secrets: secrets(table, scene, sink),
        timeout: read::duration(table, "timeout").unwrap_or(3_600_000),
        retries: read::unsigned(table, "retries").unwrap_or(0),
        parameters: asked::parameters(at, table, sink),
        triggers: asked::triggers(table),
        post: after::post(at, table, notify, sink),
        stages,
        written: table.clone(),
        span: key.span,
    }
}

/// The stages of a list, each with its place.
fn placed_stages<'a>(table: &'a Table, name: &str) -> Vec<(Span, &'a Table)> {
    let nodes = table.array(name).unwrap_or_default().iter();
    nodes
        .filter_map(|node| Some((node.span, node.as_table()?)))
        .collect()
}

fn stage_tables<'a>(table: &'a Table, name: &str) -> Vec<&'a Table> {
    let stages = placed_stages(table, name).into_iter();
    stages.map(|(_, stage)| stage).collect()
}

/// Jenkins refuses two stages of one name in a pipeline.
fn report_equal_stages(stages: &[CiStage], sink: &mut Sink) {
    let mut firsts: BTreeMap<&str, &CiStage> = BTreeMap::new();
    let all = stages
        .iter()
        .flat_map(|stage| std::iter::once(stage).chain(&stage.parallel));
    for stage in all {
        let first = *firsts.entry(&stage.name).or_insert(stage);
        if !std::ptr::eq(first, stage) {
            sink.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    format!("stage `{}` is declared twice", stage.name),
                )
                .label(first.span, "first here")
                .label(stage.span, "and again here")
                .help("Jenkins needs another name for each stage: rename one of the two"),
            );
        }
    }
}

fn does_nothing(stage: Span) -> Diagnostic {
    Diagnostic::new(Code::MissingKey, "this stage does nothing")
        .label(stage, "this stage")
        .help("a stage has `run = [\"make build\"]`, or stages in `parallel`")
}

fn does_two_things(stage: Span) -> Diagnostic {
    let message = "a stage runs lines or has parallel stages, not both";
    Diagnostic::new(Code::ConflictingKeys, message)
        .label(stage, "this stage")
        .help("keep one of `run` and `parallel`")
}

fn stage(
    (place, table): (Span, &Table),
    entry: Span,
    (at, notify): (Texts<'_>, Option<&Notify>),
    sink: &mut Sink,
) -> CiStage {
    let scene = at.scene;
    let span = table.get("name").map_or(entry, |name| name.span);
    let scope = Scope::ci(scene);
    variables::check(table, sink);
    let run_scope = scope.clone().without_secrets("`run`").shell();
    let run: Vec<Text> = table
        .array("run")
        .unwrap_or_default()
        .iter()
        .map(|node| text(scene, node, &run_scope, sink))
        .collect();
    let parallel: Vec<CiStage> = placed_stages(table, "parallel")
        .into_iter()
        .map(|inner| stage(inner, entry, (at, notify), sink))
        .collect();
    let broken = |key: &str| table.get(key).is_some_and(Node::is_broken);
    // An unknown key of it may be what it was to do.
    let is_known = !sink.is_incomplete(place) && !broken("run") && !broken("parallel");
    if run.is_empty() == parallel.is_empty() && is_known {
        sink.push(match run.is_empty() {
            true => does_nothing(span),
            false => does_two_things(span),
        });
    }
    let errors = sink.errors();
    let name: String = at.key(table, "name", sink).unwrap_or_default();
    // What is wrong with a reference in it leaves it empty.
    let is_read = sink.errors() == errors;
    if is_read && name.trim().is_empty() && table.string("name").is_some() {
        sink.push(
            Diagnostic::new(Code::BadValue, "a stage needs a name")
                .label(span, "a blank one")
                .help("write what it does: `name = \"build\"`")
                .replacing(span, "\"build\""),
        );
    }
    CiStage {
        name,
        run,
        env: program::environment(scene, table, &scope, sink),
        unset: program::unset(table),
        secrets: secrets(table, scene, sink),
        paths: read::strings(table, "paths"),
        branches: read::strings(table, "branches"),
        tags: read::strings(table, "tags"),
        timeout: read::duration(table, "timeout"),
        retries: read::unsigned(table, "retries").unwrap_or(0),
        post: after::post(at, table, notify, sink),
        agent: agent(at, table, sink),
        parallel,
        span,
    }
}

fn agent(at: Texts<'_>, table: &Table, sink: &mut Sink) -> Option<Agent> {
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
        // A key that the agent does not have may be the one that is missing.
        (None, None) if sink.is_incomplete(table.get("agent")?.span) => {}
        (None, None) => {
            let span = table.entry("agent")?.key.span;
            sink.push(
                Diagnostic::new(Code::MissingKey, "this agent has neither an image nor a label")
                    .label(span, "no `docker` and no `label`")
                    .help("an agent is `{ docker = \"python:3.12\" }` or `{ label = \"linux\" }`; leave it out to use any agent"),
            );
        }
        _ => {}
    }
    if let Some(node) = agent.get("label")
        && node.as_str().is_some_and(|label| label.trim().is_empty())
    {
        sink.push(
            Diagnostic::new(Code::BadValue, "this label of an agent is blank")
                .label(node.span, "Jenkins finds no agent by it")
                .help("write a label such as `\"linux\"`; leave `agent` out to use any agent")
                .replacing(node.span, "\"linux\""),
        );
    }
    if let Some(node) = agent.get("docker") {
        let read = |sink: &mut Sink| Text::literal(at.constant(node, sink));
        let image = image::standalone(at.scene, node, read, sink);
        return Some(Agent::Docker(image));
    }
    at.key(agent, "label", sink).map(Agent::Label)
}

fn secrets(table: &Table, scene: &Scene<'_>, sink: &mut Sink) -> Vec<SecretVariable> {
    let mut out = Vec::new();
    for (key, node) in table.entries_of("secrets") {
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
