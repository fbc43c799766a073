//! The configuration of the Jenkins that runs the entries: secrets, jobs, receivers of notifications.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::stage_tables;
use crate::{
    diag::Sink,
    expand::read,
    files::output_folder,
    model::{EnvironmentVariable, Notify, Receiver, Text},
    resolve::{Scene, notify, pipelines::secret_variables, program, reference::Scope},
    syntax::Table,
};

/// The Jenkins that runs the entries reads what they need from its environment: the secrets that become credentials, and the one
/// that mails are sent with.
pub(in super::super) fn job_secrets(
    tree: &Table,
    scene: &Scene<'_>,
    notify: Option<&Notify>,
) -> Vec<EnvironmentVariable> {
    let mut names = credentials(tree, scene, notify);
    if notified(tree, notify).iter().any(|it| !it.email.is_empty()) {
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
        let bound = table.entries_of("secrets");
        names.extend(bound.filter_map(|(_, node)| Some(node.as_str()?.to_string())));
        let variables = program::environment(scene, table, &Scope::platform(), quiet);
        let read = variables.iter().flat_map(|it| it.value.secrets());
        names.extend(read.map(ToString::to_string));
    }
    let texts = notified(tree, notify).into_iter().flat_map(Receiver::texts);
    names.extend(texts.flat_map(Text::secrets).map(ToString::to_string));
    names
}

/// What the template of the kind that runs the entries sees: `jobs`, `credentials`, and `mail` where somebody is notified
/// by mail.
pub(in super::super) fn view(tree: &Table, scene: &Scene<'_>, environment: Option<&str>) -> Json {
    let folder = output_folder(environment);
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

/// The mail server and its login.
fn mail(tree: &Table, scene: &Scene<'_>, notify: &Notify) -> Option<Json> {
    let notified = notified(tree, Some(notify));
    let smtp = notify.smtp.as_ref()?;
    let password = smtp.password.as_ref();
    let secret = password.and_then(|it| it.value.secrets().first().copied());
    let password = secret.and_then(|name| scene.names.secrets.find(name));
    notified.iter().any(|it| !it.email.is_empty()).then(|| {
        json!({
            "host": smtp.server.host.to_string(),
            "port": smtp.server.port.to_string(),
            "from": smtp.from,
            "user": smtp.user,
            "tls": smtp.tls,
            "password": password.map(|secret| secret.env.as_str()),
        })
    })
}

/// The receivers that some entry notifies.
fn notified<'a>(tree: &Table, notify: Option<&'a Notify>) -> Vec<&'a Receiver> {
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
