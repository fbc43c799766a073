//! The user's own scrape jobs: a YAML list, read and written again below ours.
//!
//! A plain scalar is written as it stands: whether `1.10` is a number or a text is for Prometheus to say. Anchors are
//! written out, comments are dropped.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::template::Language;

/// Nesting and size beyond which a file is no list of scrape jobs.
const DEEPEST: usize = 60;
const LARGEST: usize = 100_000;

/// YAML as it is written: what a plain scalar means is not decided here.
#[derive(Clone, Debug)]
enum Node {
    Plain(String),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(Node, Node)>),
}

/// The jobs of a file: each an item of the list `scrape_configs`, indented for it. `taken` are the names that are in
/// use; those of the file are added. The error says what Prometheus would refuse.
pub(super) fn read(bytes: &[u8], taken: &mut Vec<String>) -> Result<Vec<String>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_string())?;
    let jobs = match (Reader::new(text)).document()? {
        None => Vec::new(),
        Some(Node::List(jobs)) => jobs,
        Some(Node::Plain(text)) if is_null(&text) => Vec::new(),
        Some(_) => return Err("it is not a list".to_string()),
    };
    let mut out = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let name = job_name(job)
            .ok_or_else(|| format!("its job number {} has no `job_name`", index + 1))?;
        if taken.contains(&name) {
            return Err(format!("there is a job `{name}` already"));
        }
        taken.push(name);
        let mut text = String::new();
        item(job, 2, &mut text);
        out.push(text);
    }
    Ok(out)
}

/// Whether the samples of these jobs have no other label `job` than their job's name: nothing on the way to it writes one.
pub(super) fn keeps_names(bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok();
    let document = text.and_then(|text| Reader::new(text).document().ok()?);
    match document {
        Some(Node::List(jobs)) => jobs.iter().all(keeps_name),
        // What can't be read was reported.
        _ => true,
    }
}

/// Where targets come from with labels that others wrote.
const OTHERS_LABELS: [&str; 2] = ["file_sd_configs", "http_sd_configs"];

fn keeps_name(job: &Node) -> bool {
    let writes = |step: &Node| {
        step.get("target_label").and_then(Node::text) == Some("job")
            || step.get("action").and_then(Node::text) == Some("labelmap")
    };
    let in_list = |key: &str, is: &dyn Fn(&Node) -> bool| match job.get(key) {
        Some(Node::List(items)) => items.iter().any(is),
        _ => false,
    };
    let has_job = |target: &Node| {
        let labels = target.get("labels");
        labels.is_some_and(|labels| labels.get("job").is_some())
    };
    let honors = job.get("honor_labels").and_then(Node::text) == Some("true");
    !honors
        && !OTHERS_LABELS.iter().any(|key| job.get(key).is_some())
        && !in_list("relabel_configs", &writes)
        && !in_list("metric_relabel_configs", &writes)
        && !in_list("static_configs", &has_job)
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn job_name(job: &Node) -> Option<String> {
    let Node::Table(entries) = job else {
        return None;
    };
    entries.iter().find_map(|(key, value)| match (key, value) {
        (Node::Plain(key) | Node::Text(key), Node::Plain(name) | Node::Text(name))
            if key == "job_name" && !name.is_empty() =>
        {
            Some(name.clone())
        }
        _ => None,
    })
}

struct Reader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: BTreeMap<usize, Node>,
    /// Nodes read so far, those that aliases repeat included.
    size: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            events: Parser::new_from_str(text),
            anchors: BTreeMap::new(),
            size: 0,
        }
    }

    /// The one document of the file.
    fn document(&mut self) -> Result<Option<Node>, String> {
        let mut document = None;
        loop {
            match self.next()? {
                Event::StreamEnd => return Ok(document),
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if document.is_some() => {
                    return Err("it holds more than one document".to_string());
                }
                Event::DocumentStart(_) => {
                    let event = self.next()?;
                    document = Some(self.node(event, 0)?);
                }
                _ => return Err("it is not one YAML document".to_string()),
            }
        }
    }

    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.events.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(format!("line {}: {}", error.marker().line(), error.info())),
            None => Ok(Event::StreamEnd),
        }
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Node, String> {
        if depth > DEEPEST {
            return Err("it nests too deeply".to_string());
        }
        self.grow(1)?;
        let (anchor, node) = match event {
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or("an alias is used before its anchor ends")?;
                self.grow(node.size())?;
                (0, node)
            }
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar(&text, style, tag.as_deref())?)
            }
            Event::SequenceStart(anchor, tag) => {
                untagged(tag.as_deref())?;
                (anchor, Node::List(self.list(depth)?))
            }
            Event::MappingStart(anchor, tag) => {
                untagged(tag.as_deref())?;
                (anchor, Node::Table(self.table(depth)?))
            }
            _ => return Err("it ends too early".to_string()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, String> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(items),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn table(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, String> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => return Ok(entries),
                event => self.node(event, depth + 1)?,
            };
            if matches!(key, Node::List(_) | Node::Table(_)) {
                return Err("a key is not a string".to_string());
            }
            let event = self.next()?;
            entries.push((key, self.node(event, depth + 1)?));
        }
    }

    fn grow(&mut self, by: usize) -> Result<(), String> {
        self.size += by;
        if self.size > LARGEST {
            return Err("it is too large".to_string());
        }
        Ok(())
    }
}

impl Node {
    fn text(&self) -> Option<&str> {
        match self {
            Node::Plain(text) | Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key of a table.
    fn get(&self, name: &str) -> Option<&Node> {
        let Node::Table(entries) = self else {
            return None;
        };
        let mut entries = entries.iter();
        Some(&entries.find(|(key, _)| key.text() == Some(name))?.1)
    }

    fn size(&self) -> usize {
        match self {
            Node::Plain(_) | Node::Text(_) => 1,
            Node::List(items) => 1 + items.iter().map(Node::size).sum::<usize>(),
            Node::Table(entries) => {
                1 + entries
                    .iter()
                    .map(|(_, value)| 1 + value.size())
                    .sum::<usize>()
            }
        }
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Node, String> {
    if tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str") {
        return Ok(Node::Text(text.to_string()));
    }
    untagged(tag)?;
    Ok(match style {
        // A plain scalar over several lines may hold a line end, which no plain scalar on one line can.
        ScalarStyle::Plain if !text.contains('\n') => Node::Plain(text.to_string()),
        _ => Node::Text(text.to_string()),
    })
}

fn untagged(tag: Option<&Tag>) -> Result<(), String> {
    match tag {
        None => Ok(()),
        Some(tag) => Err(format!(
            "the tag `{}{}` has no meaning here",
            tag.handle, tag.suffix
        )),
    }
}

/// An item of a list whose dashes stand at `indent`; the first line is not indented.
fn item(node: &Node, indent: usize, out: &mut String) {
    out.push('-');
    match node {
        Node::Table(entries) if !entries.is_empty() => {
            out.push(' ');
            table(entries, indent + 2, out);
        }
        node => value(node, indent, out),
    }
}

fn table(entries: &[(Node, Node)], indent: usize, out: &mut String) {
    for (index, (key, inner)) in entries.iter().enumerate() {
        if index > 0 {
            line(indent, out);
        }
        out.push_str(&leaf(key));
        out.push(':');
        value(inner, indent, out);
    }
}

/// What stands after `key:` or `-`, of which the line is indented by `indent`.
fn value(node: &Node, indent: usize, out: &mut String) {
    match node {
        Node::Table(entries) if !entries.is_empty() => {
            line(indent + 2, out);
            table(entries, indent + 2, out);
        }
        Node::List(items) if !items.is_empty() => {
            for inner in items {
                line(indent + 2, out);
                item(inner, indent + 2, out);
            }
        }
        node => {
            out.push(' ');
            out.push_str(&leaf(node));
        }
    }
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
}

fn leaf(node: &Node) -> String {
    match node {
        Node::Plain(text) if text.is_empty() => "null".to_string(),
        Node::Plain(text) => text.clone(),
        Node::Text(text) => Language::Yaml.literal(text).into_owned(),
        Node::List(_) => "[]".to_string(),
        Node::Table(_) => "{}".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, String> {
        Ok(read(text.as_bytes(), &mut vec!["redis".to_string()])?.join("\n"))
    }

    #[test]
    fn a_job_is_written_again_with_its_anchors_written_out() {
        let text = "---\n# ours\n- job_name: 'gpu'\n  scrape_interval: &i 1m\n  scrape_timeout: *i\n  static_configs: [{targets: [\"a:1\", b:2], labels: {v: 1.10, w: '1.10'}}]\n";
        let expected = "- job_name: gpu\n    scrape_interval: 1m\n    scrape_timeout: 1m\n    static_configs:\n      - targets:\n          - \"a:1\"\n          - b:2\n        labels:\n          v: 1.10\n          w: \"1.10\"";
        assert_eq!(written(text).as_deref(), Ok(expected));
    }

    #[test]
    fn a_job_keeps_its_name_where_nothing_writes_the_label() {
        for (lines, keeps) in [
            ("static_configs: [{targets: [a], labels: {tier: x}}]", true),
            ("dns_sd_configs: [{names: [a]}]", true),
            ("relabel_configs: [{target_label: instance}]", true),
            ("relabel_configs: [{target_label: job}]", false),
            ("metric_relabel_configs: [{action: labelmap}]", false),
            ("static_configs: [{targets: [a], labels: {job: x}}]", false),
            ("file_sd_configs: [{files: [a.json]}]", false),
            ("honor_labels: true", false),
        ] {
            let text = format!("- job_name: a\n  {lines}\n");
            assert_eq!(keeps_names(text.as_bytes()), keeps, "{lines}");
        }
    }

    #[test]
    fn what_is_no_list_of_jobs_is_refused() {
        let error = |text| written(text).unwrap_err();
        assert_eq!(error("scrape_configs: []"), "it is not a list");
        assert_eq!(error("- targets: []"), "its job number 1 has no `job_name`");
        assert_eq!(error("- job_name: redis"), "there is a job `redis` already");
        assert!(error("- job_name: [").starts_with("line "));
        assert_eq!(
            error("- job_name: a\n---\n- b"),
            "it holds more than one document"
        );
        assert_eq!(written("").as_deref(), Ok(""));
        assert_eq!(written("[]").as_deref(), Ok(""));
    }
}
