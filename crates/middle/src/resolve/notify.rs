//! `[notify]`: receivers, routes, and what the Alertmanagers that carry them need: secrets as files, edges.

use std::collections::BTreeSet;

use super::{
    reference::{Scope, text},
    scene::Scene,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{read, unknown},
    model::{
        AlertSeverity, At, FileContent, FileMount, Notify, NotifyRoute, Piece, Reach, Receiver,
        Smtp, Text, notify_file, notify_secret,
    },
    source::Span,
    syntax::{Entry, Key, Node, Table},
    value::{HostAndPort, is_url},
};

pub(super) fn resolve(tree: &Table, scene: &Scene, sink: &mut Sink) -> Option<Notify> {
    let entry = tree.entry("notify")?;
    let table = entry.value.as_table()?;
    let receivers: Vec<Receiver> = read::entries(table, "receivers")
        .filter_map(|(key, node)| receiver(scene, key, node, sink))
        .collect();
    // What is wrong with a receiver was reported; its name stays known.
    let known: Vec<&str> = read::entries(table, "receivers")
        .map(|(key, _)| key.name.as_str())
        .collect();
    let are_lost = table.get("receivers").is_some_and(Node::is_broken);
    let mut named = |table: &Table, key: &str| {
        let node = table.get(key)?;
        let name = node.as_str()?;
        if !are_lost && !known.contains(&name) {
            sink.push(unknown("receiver", name, node.span, &known));
        }
        Some(name.to_string())
    };
    let default = named(table, "default");
    let watchdog = named(table, "watchdog").and_then(|value| {
        let span = table.get("watchdog")?.span;
        Some(At { value, span })
    });
    let routes = table.array("routes").unwrap_or_default();
    let routes = routes
        .iter()
        .filter_map(|node| Some((node, node.as_table()?)))
        .map(|(node, route)| NotifyRoute {
            receiver: named(route, "receiver").unwrap_or_default(),
            severities: read::one_or_many(route, "severity")
                .iter()
                .filter_map(|name| AlertSeverity::parse(name))
                .collect(),
            groups: patterns(route, "group"),
            components: patterns(route, "component"),
            alerts: patterns(route, "alert"),
            span: node.span,
        })
        .collect();
    report_empty_lists(table, sink);
    let smtp = table.entry("smtp");
    let smtp = smtp.and_then(|entry| self::smtp(scene, entry, sink));
    Some(Notify {
        default,
        watchdog,
        receivers,
        routes,
        smtp,
        span: entry.key.span,
    })
}

/// A condition that nothing is named in would fit nothing as it reads, and fits everything as Alertmanager reads it.
fn report_empty_lists(notify: &Table, sink: &mut Sink) {
    let routes = notify.array("routes").unwrap_or_default().iter();
    for route in routes.filter_map(Node::as_table) {
        for key in ["severity", "group", "component", "alert"] {
            let Some(entry) = route.entry(key) else {
                continue;
            };
            if entry.value.as_array().is_some_and(<[Node]>::is_empty) {
                sink.push(
                    Diagnostic::new(Code::BadValue, format!("`{key}` of a route names nothing"))
                        .label(entry.value.span, "an empty list")
                        .help(format!(
                            "name what the route takes, or leave `{key}` out: then it takes each"
                        )),
                );
            }
        }
    }
}

fn patterns(route: &Table, key: &str) -> Vec<At<String>> {
    let Some(node) = route.get(key) else {
        return Vec::new();
    };
    let nodes = node.items();
    nodes
        .iter()
        .filter_map(|node| {
            Some(At {
                value: node.as_str()?.to_string(),
                span: node.span,
            })
        })
        .collect()
}

fn receiver(scene: &Scene, key: &Key, node: &Node, sink: &mut Sink) -> Option<Receiver> {
    let (name, span, table) = (&key.name, key.span, node.as_table()?);
    let channel = table
        .entry("channel")
        .filter(|_| table.get("slack").is_none());
    if let Some(channel) = channel {
        sink.push(
            Diagnostic::new(Code::MissingKey, "`channel` is for Slack only")
                .label(channel.key.span, "there is no `slack` beside it")
                .help("write `slack = \"${secrets.NAME}\"`, a secret that holds the URL of an incoming webhook"),
        );
    } else if !sink.is_incomplete(node.span)
        && ["slack", "webhook", "email", "pagerduty"]
            .iter()
            .all(|way| {
                let node = table.get(way);
                node.is_none_or(|node| node.as_array().is_some_and(<[Node]>::is_empty))
            })
    {
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("the receiver `{name}` has no way to be notified"),
            )
            .label(span, "this receiver")
            .help("write one of `slack`, `webhook`, `email` and `pagerduty`"),
        );
    }
    Some(Receiver {
        name: name.clone(),
        slack: url(scene, table, "slack", sink),
        channel: read::owned(table, "channel"),
        webhook: url(scene, table, "webhook", sink),
        email: read::one_or_many(table, "email"),
        pagerduty: whole_value(scene, table, "pagerduty", sink),
        span,
    })
}

fn smtp(scene: &Scene, entry: &Entry, sink: &mut Sink) -> Option<Smtp> {
    let table = entry.value.as_table()?;
    for (key, other, line) in [
        ("password", "user", "user = \"alerts@example.com\""),
        (
            "user",
            "password",
            "password = \"${secrets.smtp-password}\"",
        ),
    ] {
        if let (Some(found), None) = (table.entry(key), table.get(other)) {
            sink.push(
                Diagnostic::new(
                    Code::MissingKey,
                    format!("`smtp` has a `{key}` without a `{other}`"),
                )
                .label(found.key.span, "nobody logs in")
                .help(format!(
                    "say the other half of the log-in, as `{line}`, or leave `{key}` out"
                )),
            );
        }
    }
    if let Some(user) = table.get("user").filter(|it| it.as_str() == Some("")) {
        sink.push(empty("user", user.span));
    }
    Some(Smtp {
        // The form of the key accepts nothing else.
        server: HostAndPort::parse(table.string("host")?)?,
        from: read::owned(table, "from").unwrap_or_default(),
        user: read::owned(table, "user"),
        password: whole_value(scene, table, "password", sink),
        tls: table.boolean("tls").unwrap_or(true),
    })
}

fn url(scene: &Scene, table: &Table, key: &str, sink: &mut Sink) -> Option<At<Text>> {
    let text = whole_value(scene, table, key, sink)?;
    let plain = scene.known_with_defaults(&text.value);
    if let Some(plain) = plain.filter(|it| !is_url(it)) {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{plain}` is not a URL"))
                .label(text.span, format!("`{key}` is a URL"))
                .help(
                    "write a URL such as `https://pager.example.com/hook`, without spaces and with two hexadecimal digits after each `%`, or a secret that holds one",
                ),
        );
    }
    Some(text)
}

/// Alertmanager takes an empty value for none, and so refuses its configuration or notifies nobody.
fn empty(key: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{key}` is empty"))
        .label(span, "nothing")
        .help(format!("write a value, or leave `{key}` out"))
}

/// Alertmanager reads a secret from a file, which holds the whole value.
fn whole_value(scene: &Scene, table: &Table, key: &str, sink: &mut Sink) -> Option<At<Text>> {
    let node: &Node = table.get(key).filter(|node| !node.is_broken())?;
    let value = complete_text(scene, node, sink)?;
    if node.as_str() == Some("") {
        sink.push(empty(key, node.span));
        return None;
    }
    if !value.secrets().is_empty() && value.pieces.len() > 1 {
        sink.push(
            Diagnostic::new(
                Code::SecretPlace,
                format!("`{key}` must be one secret and nothing else, or contain none"),
            )
            .label(node.span, "a secret and something else")
            .help("Alertmanager reads the value from a file: let the secret hold all of it"),
        );
    }
    Some(At {
        value,
        span: node.span,
    })
}

/// A string of which every reference stands for something. What is left of another one is not what the user wrote.
fn complete_text(scene: &Scene, node: &Node, sink: &mut Sink) -> Option<Text> {
    let mut found = Sink::default();
    let value = text(scene, node, &Scope::platform(), &mut found);
    let is_whole = !found.has_errors();
    found.finish().into_iter().for_each(|it| sink.push(it));
    is_whole.then_some(value)
}

/// Further files and edges of an Alertmanager that is configured by `[notify]`: the secrets and the components that `[notify]`
/// names. Empty for any other workload. `files` are those that it mounts already.
pub(super) fn needs(notify: &Notify, files: &[FileMount]) -> (Vec<FileMount>, Vec<Reach>) {
    let is_made = |file: &&FileMount| notify_file(&file.content).is_some();
    let Some(file) = files.iter().find(is_made) else {
        return (Vec::new(), Vec::new());
    };
    let secrets: BTreeSet<&str> = notify.texts().flat_map(Text::secrets).collect();
    let reached: BTreeSet<(&str, &str)> = notify
        .texts()
        .flat_map(|text| &text.pieces)
        .filter_map(|piece| match piece {
            Piece::Endpoint(it) => Some((it.component.as_str(), it.port.as_str())),
            _ => None,
        })
        .collect();
    let mounts = secrets.into_iter().map(|secret| FileMount {
        path: notify_secret(secret),
        content: FileContent::Secret(secret.to_string()),
        setting: None,
        template: None,
        asks: Vec::new(),
        mode: 0o444,
        span: file.span,
    });
    let reaches = reached.into_iter().map(|(component, port)| Reach {
        component: component.to_string(),
        port: Some(port.to_string()),
        span: notify.span,
    });
    (mounts.collect(), reaches.collect())
}
