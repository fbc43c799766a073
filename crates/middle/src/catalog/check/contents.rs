//! What the values of a kind file hold: images, texts of alerts, names of series. A component's are held to the same.

use super::Checker;
use crate::{
    catalog::{Series, template_fault},
    diag::{Code, Diagnostic, Sink},
    model::{Image, Text, Version, is_tag},
    reference::{self, Mode, Words},
    syntax::{Node, Table, quoted},
};

impl Checker<'_> {
    /// Whether the file itself says a value; the other kind's was checked before.
    fn if_written_here<'a>(&self, node: Option<&'a Node>) -> Option<&'a Node> {
        node.filter(|node| self.is_own(node.span))
    }

    pub(super) fn contents(&self, sink: &mut Sink) {
        for layer in self.kind.tables() {
            self.own_image(layer, sink);
            for (_, part) in layer.tables_of("parts") {
                let image = self.if_written_here(part.get("image"));
                image.into_iter().for_each(|node| image_of(node, sink));
            }
            for (name, alert) in layer.tables_of("alerts") {
                for key in ["summary", "description"] {
                    let node = self.if_written_here(alert.get(key));
                    let fault =
                        node.and_then(|node| template_fault(key, &name.name, node, &text(node)));
                    fault.into_iter().for_each(|fault| sink.push(fault));
                }
            }
            let panels = layer.array("panels").unwrap_or_default().iter();
            for node in panels.filter_map(|panel| self.if_written_here(Some(panel))) {
                report_missing_keys(node, sink);
            }
            let records = layer.array("records").unwrap_or_default().iter();
            for record in records.filter_map(Node::as_table) {
                let node = self.if_written_here(record.get("record"));
                let fault = node.and_then(fault_of_record);
                fault.into_iter().for_each(|fault| sink.push(fault));
            }
            for key in ["requests", "errors", "durations"] {
                let node = self.if_written_here(layer.get_path(&["slo", key]));
                let fault = node.and_then(|node| Series::read(key, node, &text(node)).err());
                fault.into_iter().for_each(|fault| sink.push(*fault));
            }
        }
    }

    /// Versions that a kind compares with: one that can't be read was never reached, and never too old.
    pub(super) fn read_versions(&self, sink: &mut Sink) {
        let table = &self.kind.table;
        let ended = table.array("ended_before").unwrap_or_default().iter();
        let named = ended.chain(table.get("oldest"));
        let since = table
            .tables_of("settings")
            .filter_map(|(_, setting)| setting.get("since"));
        let of_names = [&["own_name", "since"][..], &["variant_since"]];
        let of_names = of_names.into_iter().filter_map(|path| table.get_path(path));
        let nodes = named
            .chain(since)
            .chain(of_names)
            .filter(|node| self.is_own(node.span));
        let values = nodes.map(|node| (node.as_str().unwrap_or_default(), node.span));
        let keys = table.entries_of("end_of_life");
        let keys = keys.filter(|(key, _)| self.is_own(key.span));
        let keys = keys.map(|(key, _)| (key.name.as_str(), key.span));
        for (version, span) in values.chain(keys) {
            if Version::of(version).is_none() {
                sink.push(
                    Diagnostic::new(Code::BadValue, format!("`{version}` is not a version"))
                        .label(span, "begins with no number")
                        .help("write its numbers, such as `2.12`"),
                );
            }
        }
    }

    /// Bounds that no number is within.
    pub(super) fn bounds(&self, sink: &mut Sink) {
        for (name, setting) in self.kind.table.tables_of("settings") {
            let (min, max) = (setting.integer("min"), setting.integer("max"));
            let nodes = setting.get("min").zip(setting.get("max"));
            let Some((least, most)) = nodes.filter(|_| min.zip(max).is_some_and(|(a, b)| a > b))
            else {
                continue;
            };
            if self.is_own(least.span) || self.is_own(most.span) {
                let message = format!(
                    "no number is within the bounds of the setting `{}`",
                    name.name
                );
                sink.push(
                    Diagnostic::new(Code::BadValue, message)
                        .label(least.span, "not below this")
                        .label(most.span, "and not above this")
                        .help("write a `min` that is at most `max`"),
                );
            }
        }
    }

    fn own_image(&self, layer: &Table, sink: &mut Sink) {
        if let Some(node) = self.if_written_here(layer.get("image")) {
            let image = Image::literal(node.as_str().unwrap_or_default());
            let has_version = self.kind.table.get("version").is_some();
            match image.tag.is_some() && image.is_valid() && has_version {
                true => sink.push(with_a_tag(node, &image)),
                false => image_of(node, sink),
            }
        }
        let version = self.if_written_here(layer.get("version"));
        let is_wrong = |node: &&Node| !is_tag(node.as_str().unwrap_or_default());
        if let Some(node) = version.filter(is_wrong) {
            let tag = node.as_str().unwrap_or_default();
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("`{tag}` can't be the tag of an image"),
                )
                .label(node.span, "does not fit")
                .help(
                    "write a tag such as `17.11`: letters, digits, `.`, `_` and `-`, at most 128",
                ),
            );
        }
    }
}

/// A panel shows something, under a title.
fn report_missing_keys(panel: &Node, sink: &mut Sink) {
    for (key, line) in [
        ("title", "title = \"Requests\""),
        ("queries", "queries = [{ expr = 'up{${self.selector}}' }]"),
    ] {
        if panel
            .as_table()
            .is_some_and(|panel| panel.get(key).is_none())
        {
            sink.push(
                Diagnostic::new(Code::MissingKey, format!("a panel needs the key `{key}`"))
                    .label(panel.span, "missing here")
                    .help(format!("write `{line}`"))
                    .adding(panel.span, line),
            );
        }
    }
}

/// The text with something in the place of what is filled in for each component.
fn text(node: &Node) -> String {
    let phrase = reference::of_node(node, Words::Kind, Mode::Strict);
    phrase.filled(|reference| match reference {
        Some(reference) if reference.is(&["self", "selector"]) => "job=\"x\"".to_string(),
        _ => "x".to_string(),
    })
}

fn image_of(node: &Node, sink: &mut Sink) {
    let image = Image::literal(&text(node));
    if image.is_empty() || !image.is_valid() {
        let written = node.as_str().unwrap_or_default();
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{written}` is not an image"))
                .label(node.span, "no engine accepts it")
                .help("write `[REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST]`, the repository in lower case"),
        );
    }
}

/// The tag of a kind's own image stands in `version`, which a component may say.
fn with_a_tag(node: &Node, image: &Image) -> Diagnostic {
    let tag = image.tag.as_ref().and_then(Text::as_plain);
    let (repository, tag) = (image.name().as_plain(), tag.unwrap_or_default());
    let repository = repository.unwrap_or_default();
    Diagnostic::new(
        Code::BadValue,
        "the `image` of a kind with a `version` holds no tag",
    )
    .label(node.span, "a tag")
    .help(format!(
        "write `image = {}` and `version = {}`",
        quoted(&repository),
        quoted(&tag)
    ))
    .replacing(node.span, quoted(&repository))
}

/// The name of a series that no Prometheus takes.
fn fault_of_record(node: &Node) -> Option<Diagnostic> {
    let (written, name) = (node.as_str()?, text(node));
    let takes = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let is_series = name.chars().all(takes) && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_series && !name.is_empty() {
        return None;
    }
    Some(
        Diagnostic::new(Code::BadValue, format!("`{written}` can't be the name of a series"))
            .label(node.span, "Prometheus would refuse all rules of its file")
            .help("write letters, digits, `_` and `:`, no digit first, such as `redis:keyspace_hit_ratio`"),
    )
}
