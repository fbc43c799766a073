//! The view structs of crates/back/src/target/, read from their source: names, comments, fields, types. The sources are
//! formatted by rustfmt, so a line is a field, a comment or an attribute.

use std::{collections::BTreeMap, fs, path::Path};

use walkdir::WalkDir;

/// A struct or an enum that is serialised.
pub struct View {
    pub name: String,
    pub doc: String,
    /// The file below crates/back/src/target/.
    file: String,
    fields: Vec<Field>,
    is_enum: bool,
}

/// A field, or a variant of an enum.
#[derive(Clone)]
pub struct Field {
    pub name: String,
    pub doc: String,
    /// In Rust's words; of a variant its fields, or nothing.
    pub kind: String,
    is_flat: bool,
}

pub struct Sources(BTreeMap<(String, String), View>);

impl Sources {
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/back/src/target");
        let mut views = BTreeMap::new();
        for entry in WalkDir::new(&root).sort_by_file_name() {
            let entry = entry.expect("the sources can be read");
            if entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "rs")
            {
                let file = entry.path().strip_prefix(&root).expect("it is below");
                let file = file.display().to_string();
                let text = fs::read_to_string(entry.path()).expect("a source is text");
                for view in views_of(&file, &text) {
                    views.insert((file.clone(), view.name.clone()), view);
                }
            }
        }
        Self(views)
    }

    pub fn view(&self, file: &str, name: &str) -> &View {
        let key = (file.to_string(), name.to_string());
        let view = self.0.get(&key);
        view.unwrap_or_else(|| panic!("crates/back/src/target/{file} has no view `{name}`"))
    }

    /// The view with this name: in the file of the view that uses it, else in its target.
    fn meant(&self, from: &View, name: &str) -> Option<&View> {
        let target = from.file.split('/').next().unwrap_or_default();
        let name = name.rsplit("::").next().unwrap_or(name);
        let near = self.0.get(&(from.file.clone(), name.to_string()));
        near.or_else(|| {
            self.0
                .values()
                .find(|view| view.name == name && view.file.split('/').next() == Some(target))
        })
    }

    /// The fields of a view, those of flattened ones in their places.
    pub fn fields(&self, view: &View) -> Vec<Field> {
        view.fields
            .iter()
            .flat_map(|field| match self.meant(view, &field.kind) {
                Some(inner) if field.is_flat => self.fields(inner),
                _ => vec![field.clone()],
            })
            .collect()
    }

    /// The views inside of a view, each once, in the order of their places.
    pub fn inner<'a>(&'a self, view: &'a View) -> Vec<&'a View> {
        let mut found: Vec<&View> = vec![view];
        let mut next = 0;
        while let Some(view) = found.get(next).copied() {
            for field in self.fields(view) {
                for word in words_of(&field.kind) {
                    if let Some(inner) = self.meant(view, word)
                        && !found.iter().any(|known| std::ptr::eq(*known, inner))
                    {
                        found.push(inner);
                    }
                }
            }
            next += 1;
        }
        found.remove(0);
        found
    }

    /// A type in words.
    pub fn words(&self, view: &View, kind: &str) -> String {
        if view.is_enum {
            return match kind {
                "" => "a case".to_string(),
                fields => format!("a case with {fields}"),
            };
        }
        let bare = kind.trim_start_matches('&');
        let bare = bare
            .strip_prefix("'static ")
            .or(bare.strip_prefix("'a "))
            .unwrap_or(bare);
        let inside = |outer: &str| bare.strip_prefix(outer)?.strip_suffix('>');
        if let Some(inner) = inside("Option<") {
            return format!("{}, or none", self.words(view, inner));
        }
        if let Some(inner) = inside("Vec<").or_else(|| inside("BTreeSet<")) {
            return format!("list: {}", self.words(view, inner));
        }
        if let Some(inner) = bare
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            return format!("list: {}", self.words(view, inner));
        }
        if let Some(inner) = inside("Map<").or_else(|| inside("BTreeMap<")) {
            let (_, value) = inner.split_once(", ").unwrap_or(("", inner));
            return format!("table: {}", self.words(view, value));
        }
        if bare.starts_with('(') {
            return "pair of a name and a text".to_string();
        }
        match bare.trim_end_matches("<'a>") {
            "String" | "str" => "text".to_string(),
            "bool" => "`true` or `false`".to_string(),
            "u16" | "u32" | "u64" | "usize" | "i32" | "i64" | "f64" => "number".to_string(),
            "Value" => "any value".to_string(),
            // What is made of a large tree of JSON.
            "View" => "table: any value".to_string(),
            name => match self.meant(view, name) {
                Some(inner) => format!("`{}`, below", inner.name),
                None => panic!("the reference has no words for `{kind}` of {}", view.file),
            },
        }
    }
}

/// The names in a type.
fn words_of(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The serialised structs and enums of a source.
fn views_of(file: &str, text: &str) -> Vec<View> {
    let mut found = Vec::new();
    let mut above = Above::default();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let is_serialised = above.attributes.contains("Serialize");
        match opened(line).filter(|_| is_serialised) {
            // The chart's values are seen as one value, in the words of Helm.
            Some((false, _)) if above.attributes.contains("rename_all") => above = Above::default(),
            Some((is_enum, name)) => {
                let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
                found.push(View {
                    name: name.to_string(),
                    doc: above.doc.clone(),
                    file: file.to_string(),
                    fields: match is_enum {
                        true => variants(&body, &above.attributes),
                        false => fields(&body),
                    },
                    is_enum,
                });
                above = Above::default();
            }
            None => {
                if !above.takes(line) {
                    above = Above::default();
                }
            }
        }
    }
    found
}

/// Comments and attributes above something.
#[derive(Default)]
struct Above {
    doc: String,
    attributes: String,
}

impl Above {
    fn takes(&mut self, line: &str) -> bool {
        let line = line.trim();
        if let Some(doc) = line.strip_prefix("///") {
            if !self.doc.is_empty() {
                self.doc.push(' ');
            }
            self.doc.push_str(doc.trim());
            return true;
        }
        if line.starts_with("#[") {
            self.attributes.push_str(line);
            return true;
        }
        false
    }

    /// The text of an attribute such as `rename = "x"`.
    fn named(&self, key: &str) -> Option<&str> {
        let (_, after) = self.attributes.split_once(&format!("{key} = \""))?;
        Some(after.split_once('"')?.0)
    }
}

/// `pub struct Name<'a> {`: whether it is an enum, and its name.
fn opened(line: &str) -> Option<(bool, &str)> {
    let line = line.strip_suffix(" {")?;
    let line = ["pub(super) ", "pub(crate) ", "pub "]
        .iter()
        .find_map(|visible| line.strip_prefix(visible))
        .unwrap_or(line);
    let (is_enum, name) = match line.strip_prefix("struct ") {
        Some(name) => (false, name),
        None => (true, line.strip_prefix("enum ")?),
    };
    Some((is_enum, name.split('<').next().unwrap_or(name)))
}

fn fields(body: &[&str]) -> Vec<Field> {
    let mut found = Vec::new();
    let mut above = Above::default();
    for line in body {
        if above.takes(line) {
            continue;
        }
        let line = line.trim().trim_end_matches(',');
        let line = line
            .strip_prefix("pub(super) ")
            .or(line.strip_prefix("pub "))
            .unwrap_or(line);
        if let Some((name, kind)) = line.split_once(": ") {
            found.push(Field {
                name: above.named("rename").unwrap_or(name).to_string(),
                doc: above.doc.clone(),
                kind: kind.to_string(),
                is_flat: above.attributes.contains("flatten"),
            });
        }
        above = Above::default();
    }
    found
}

/// The cases of an enum by the names that a template sees, with the fields of each.
fn variants(body: &[&str], attributes: &str) -> Vec<Field> {
    let outer = Above {
        doc: String::new(),
        attributes: attributes.to_string(),
    };
    let mut found: Vec<Field> = Vec::new();
    let mut above = Above::default();
    for line in body {
        if above.takes(line) {
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        let line = line.trim().trim_end_matches(',');
        if depth > 4 {
            // A field of the case on the lines above.
            let name = line.split(':').next().unwrap_or(line);
            if let Some(case) = found.last_mut() {
                let comma = if case.kind.is_empty() { "" } else { ", " };
                case.kind.push_str(&format!("{comma}`{name}`"));
            }
        } else if line != "}" {
            let end = line.find([' ', '(']).unwrap_or(line.len());
            let (name, rest) = line.split_at(end);
            let inside: Vec<String> = rest
                .split(',')
                .filter_map(|field| {
                    Some(format!(
                        "`{}`",
                        field.trim_matches([' ', '{']).split_once(':')?.0
                    ))
                })
                .collect();
            let content = outer.named("content").filter(|_| rest.starts_with('('));
            found.push(Field {
                name: name.to_lowercase(),
                doc: above.doc.clone(),
                kind: content.map_or(inside.join(", "), |content| format!("`{content}`")),
                is_flat: false,
            });
        }
        above = Above::default();
    }
    found
}
