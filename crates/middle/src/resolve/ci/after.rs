//! The steps after the stages (`post`).

use crate::{
    diag::Sink,
    expand::{read, unknown},
    model::{Notify, Post},
    resolve::{
        reference::{Scope, text},
        texts::Texts,
    },
    syntax::{Node, Table},
    value::PostCondition,
};

pub(super) fn post(at: Texts<'_>, table: &Table, notify: Option<&Notify>, sink: &mut Sink) -> Post {
    let Some(table) = table.table("post") else {
        return Post::default();
    };
    let scope = Scope::ci(at.scene).without_secrets("`post`").shell();
    let steps = PostCondition::ALL.iter().filter_map(|condition| {
        let lines = table.array(condition.name())?;
        let lines = lines.iter().map(|node| text(at.scene, node, &scope, sink));
        Some((*condition, lines.collect()))
    });
    let steps = steps.collect();
    for node in receivers(table) {
        let receivers = notify.iter().flat_map(|it| &it.receivers);
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
        Some(node) => node.items(),
        None => &[],
    }
}
