//! Reads one kind file, on top of the kind that it extends.

use std::sync::Arc;

use super::{
    Binding, Catalog, FileForm, Kind, OwnName, OwnSecret, Role, SettingForm, SettingSpec,
    SettingType, check, kind::asks_for_major, shared,
};
use crate::{
    data::{Ancestor, Level, Step, Upgrade},
    diag::{Code, Diagnostic, Sink, nearest},
    files::OWN_KINDS,
    language::{self, Context, KIND, NameRule, Owner},
    model::{Icon, Image, KnownVersions, Purpose, SecretForm, Text, Version},
    source::{Sources, Span},
    syntax::{self, Key, Node, Removal, Table, Value, overlay},
    template,
};

pub(super) fn load(
    catalog: &mut Catalog,
    name: &str,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Kind> {
    let file = match catalog.own.get(name) {
        Some(text) => KindFile {
            name,
            path: format!("{OWN_KINDS}/{name}.toml"),
            text: text.clone(),
            author: Author::User,
        },
        None => KindFile::embedded(name)?,
    };
    read(catalog, file, sources, sink)
}

/// The file of a kind.
struct KindFile<'a> {
    name: &'a str,
    path: String,
    text: String,
    author: Author,
}

/// Who wrote the file of a kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Author {
    Catalog,
    /// It may extend the embedded kind of its own name.
    User,
}

impl<'a> KindFile<'a> {
    fn embedded(name: &'a str) -> Option<Self> {
        let path = format!("kinds/{name}.toml");
        Some(Self {
            name,
            text: template::embedded(&path)?.to_string(),
            path: format!("templates/{path}"),
            author: Author::Catalog,
        })
    }
}

fn read(
    catalog: &mut Catalog,
    file: KindFile<'_>,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Kind> {
    let KindFile {
        name,
        path,
        text,
        author,
    } = file;
    let line_end = text.find('\n').unwrap_or(text.len());
    let source = sources.add(path, text);
    catalog.sources.insert(source);
    let mut own_sink = Sink::default();
    let mut table = syntax::parse(sources, source, &mut own_sink);
    let span = Span::new(source, 0..line_end);
    // What else seems to be wrong may only follow from what could not be read.
    if own_sink.has_errors_of(Code::TomlSyntax) {
        own_sink.finish().into_iter().for_each(|it| sink.push(it));
        return None;
    }
    if author == Author::User {
        table = shaped(name, &table, span, &mut own_sink);
    }
    shared::add_shared(catalog, &mut table, sources, &mut own_sink);
    let mut lineage = Vec::new();
    let mut program = name.to_string();
    if let Some(parent) = table.get("extends").cloned() {
        let base = parent_of(catalog, (name, author), &parent, sources, sink)?;
        lineage.push(base.name.clone());
        lineage.extend(base.lineage.iter().cloned());
        // An embedded kind that extends another one describes its own program.
        if author == Author::User {
            program.clone_from(&base.program);
        }
        shared::lead_conditions(&base.table, &mut table);
        table = overlay(&base.table, &table, Removal::Now);
    }
    table.remove("extends");
    let kind = Kind {
        program,
        ..kind(name, lineage, table, span)
    };
    if author == Author::User && !own_sink.has_errors() {
        check::check(&kind, source, &catalog.names(), &mut own_sink);
    }
    let is_broken = own_sink.has_errors();
    for diagnostic in own_sink.finish() {
        sink.push(diagnostic);
    }
    (!is_broken).then_some(kind)
}

/// The user's file without the entries that are not in the language of kinds.
fn shaped(name: &str, table: &Table, span: Span, sink: &mut Sink) -> Table {
    if !NameRule::Resource.accepts(name) {
        sink.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{name}` can't be the name of a kind"),
            )
            .label(span, "its file has this name")
            .help(format!("a name here is {}", NameRule::Resource.describe())),
        );
    }
    let context = Context {
        owner: Owner::Words("a kind"),
        entry: "",
        place: span,
        // A value of the other kind can be removed.
        removable: table.get("extends").is_some(),
        partial: false,
        constants: None,
        writes_out: false,
        example: "",
    };
    language::check(table, KIND, &context, sink)
}

/// The longest chain of kinds that extend each other.
const LONGEST_LINEAGE: usize = 16;

/// `name` and `author`: of the kind that extends another one.
fn parent_of(
    catalog: &mut Catalog,
    (name, author): (&str, Author),
    parent: &Node,
    sources: &mut Sources,
    sink: &mut Sink,
) -> Option<Kind> {
    let wanted = parent.as_str().unwrap_or_default();
    if author == Author::User
        && wanted == name
        && let Some(file) = KindFile::embedded(name)
    {
        return read(catalog, file, sources, sink);
    }
    if catalog.reading.len() >= LONGEST_LINEAGE {
        sink.push(
            Diagnostic::new(
                Code::BadKind,
                format!("kind `{name}` is the {LONGEST_LINEAGE}th in a chain of kinds that extend each other"),
            )
            .label(parent.span, "one too many")
            .help("join some of them into one file"),
        );
        return None;
    }
    if let Some(start) = catalog.reading.iter().position(|known| known == wanted) {
        sink.push(in_circle(&catalog.reading[start..], parent));
        return None;
    }
    let found = catalog.get(wanted, sources, sink);
    let names = catalog.names();
    // Errors of a kind that is there were reported when it was read, for this one or for another.
    if found.is_none() && !names.iter().any(|name| name == wanted) {
        let known = nearest(wanted, names.iter().map(String::as_str));
        sink.push(
            Diagnostic::new(
                Code::UnknownKind,
                format!("kind `{name}` extends `{wanted}`, which is not another kind"),
            )
            .label(parent.span, "no such kind")
            .misspelled(wanted, known, || "`mlopsgen kinds` lists them".to_string()),
        );
    }
    found.map(|kind| (*kind).clone())
}

/// Kinds that extend each other: the last of them names the first again.
fn in_circle(kinds: &[String], parent: &Node) -> Diagnostic {
    let first = kinds.first().map(String::as_str).unwrap_or_default();
    let all = kinds.iter().map(String::as_str).chain([first]);
    let chain: Vec<String> = all.map(|name| format!("`{name}`")).collect();
    let message = match kinds {
        [only] => format!("kind `{only}` extends itself"),
        _ => format!(
            "kinds extend each other in a circle: {}",
            chain.join(" extends ")
        ),
    };
    Diagnostic::new(Code::BadKind, message)
        .label(parent.span, "the circle closes here")
        .help("let one of them stand by itself: write `image` and `workload` in the place of `extends`")
}

fn kind(name: &str, lineage: Vec<String>, table: Table, span: Span) -> Kind {
    let string = |key: &str| table.string(key).map(ToString::to_string);
    let upgrades: Vec<Upgrade> = table
        .array("upgrades")
        .unwrap_or_default()
        .iter()
        .filter_map(|node| upgrade(node.as_table()?))
        .collect();
    Kind {
        name: name.to_string(),
        program: name.to_string(),
        lineage,
        title: string("title").unwrap_or_else(|| name.to_string()),
        description: string("description").unwrap_or_default(),
        notes: strings(&table, "notes"),
        icon: table
            .string("icon")
            .and_then(Icon::parse)
            .unwrap_or(Icon::Server),
        family: string("family"),
        any_program: table.boolean("any_program").unwrap_or(false),
        purpose: table.string("purpose").and_then(Purpose::parse),
        builder: string("builder"),
        image: string("image"),
        version: string("version"),
        versions: Arc::new(known_versions(&table, &upgrades)),
        variant: string("variant"),
        variant_since: string("variant_since"),
        tag_numbers: table
            .integer("tag_numbers")
            .and_then(|number| usize::try_from(number).ok()),
        other_images: strings(&table, "other_images"),
        tag_forms: strings(&table, "tag_forms"),
        unfit_variants: strings(&table, "unfit_variants"),
        gpu_variants: strings(&table, "gpu_variants"),
        upgrades,
        end_of_life: pairs(&table, "end_of_life"),
        ended_before: strings(&table, "ended_before"),
        older_with: string("older_with"),
        single: table.boolean("single").unwrap_or(false),
        per_platform: table
            .integer("per_platform")
            .and_then(|number| usize::try_from(number).ok()),
        job: table.boolean("job").unwrap_or(false),
        port: string("port"),
        fixed_ports: strings(&table, "fixed_ports"),
        routes: strings(&table, "routes"),
        main_files: pairs(&table, "main_files"),
        own_name: table.table("own_name").and_then(own_name),
        binding: table.table("binding").map(|binding| Binding {
            default: binding.string("default").map(ToString::to_string),
            more: binding.string("more").map(ToString::to_string),
        }),
        settings: table
            .tables_of("settings")
            .map(|(key, setting)| setting_spec(key, setting))
            .collect(),
        secrets: table
            .tables_of("secrets")
            .map(|(key, secret)| own_secret(key, secret))
            .collect(),
        roles: table
            .tables_of("roles")
            .map(|(key, role)| self::role(key, role))
            .collect(),
        table,
        span,
    }
}

fn known_versions(table: &Table, upgrades: &[Upgrade]) -> KnownVersions {
    let majors = table.array("majors").unwrap_or_default().iter();
    let majors = majors.filter_map(|node| match node.value {
        Value::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    });
    let mut known = KnownVersions {
        image: table.string("image").map(Image::literal),
        default: None,
        words: strings(table, "version_words"),
        majors: majors.collect(),
        oldest: table.string("oldest").and_then(Version::of),
        asks_for_major: asks_for_major(table),
        counts_minors: upgrades.iter().any(|it| it.level == Level::Minor),
        counts_libc: upgrades.iter().any(|it| it.on == Step::Libc),
    };
    let tag = table.string("version").map(Text::literal);
    known.default = tag.and_then(|tag| known.in_tag(&tag));
    known
}

fn strings<C: FromIterator<String>>(table: &Table, key: &str) -> C {
    let words = table.strings(key).into_iter();
    words.map(ToString::to_string).collect()
}

/// The keys of an inner table with their texts.
fn pairs<C: FromIterator<(String, String)>>(table: &Table, key: &str) -> C {
    let entries = table.entries_of(key);
    entries
        .filter_map(|(key, node)| Some((key.name.clone(), node.as_str()?.to_string())))
        .collect()
}

fn own_name(table: &Table) -> Option<OwnName> {
    let text = |key: &str| table.string(key).map(ToString::to_string);
    Some(OwnName {
        port: text("port")?,
        setting: text("setting"),
        example: text("example")?,
        otherwise: text("otherwise")?,
        since: text("since"),
        inside: text("inside"),
    })
}

fn ancestor(table: &Table) -> Option<Ancestor> {
    let (major, minor) = table.string("below")?.split_once('.')?;
    Some(Ancestor {
        kind: table.string("from")?.to_string(),
        below: (major.parse().ok()?, minor.parse().ok()?),
    })
}

fn upgrade(table: &Table) -> Option<Upgrade> {
    Some(Upgrade {
        on: Step::parse(table.string("on")?)?,
        level: match table.string("level") {
            Some(level) => Level::parse(level)?,
            None => Level::Major,
        },
        reaches: table
            .integer("reaches")
            .and_then(|major| u64::try_from(major).ok()),
        from: ancestor(table),
        needs: table.string("needs")?.to_string(),
    })
}

fn setting_spec(key: &Key, table: &Table) -> SettingSpec {
    let written = table.string("type").unwrap_or("string");
    let kind = SettingType::ALL
        .iter()
        .find(|(name, _)| *name == written)
        .map(|(_, kind)| *kind);
    SettingSpec {
        name: key.name.clone(),
        kind: kind.unwrap_or(SettingType::String),
        required: table.boolean("required").unwrap_or(false),
        required_with: match table.string("required_with") {
            Some(one) => vec![one.to_string()],
            None => strings(table, "required_with"),
        },
        min: table.integer("min"),
        max: table.integer("max"),
        form: table.string("form").and_then(SettingForm::parse),
        max_length: table
            .integer("max_length")
            .and_then(|length| usize::try_from(length).ok()),
        characters: table.string("characters").map(ToString::to_string),
        choices: table
            .strings("choices")
            .into_iter()
            .map(ToString::to_string)
            .collect(),
        reserved: table
            .strings("reserved")
            .into_iter()
            .map(ToString::to_string)
            .collect(),
        only_external: table.boolean("only_external").unwrap_or(false),
        only_here: table.boolean("only_here").unwrap_or(false),
        names_buckets: table.string("names") == Some("bucket"),
        since: table.string("since").map(ToString::to_string),
        variables: strings(table, "variables"),
        flags: strings(table, "flags"),
        client_variables: strings(table, "client_variables"),
        at_start: table.boolean("at_start").unwrap_or(false),
        default: table.get("default").cloned(),
        issued_by: table.string("issued_by").map(ToString::to_string),
        holds: table.string("holds").and_then(FileForm::from_name),
        description: table.string("description").unwrap_or_default().to_string(),
    }
}

fn own_secret(key: &Key, table: &Table) -> OwnSecret {
    OwnSecret {
        name: key.name.clone(),
        description: table.string("description").unwrap_or_default().to_string(),
        form: SecretForm::written(table.string("form")),
        replaced_by: table
            .strings("replaced_by")
            .into_iter()
            .map(ToString::to_string)
            .collect(),
        at_start: table.boolean("at_start").unwrap_or(false),
        condition: table.get("if").cloned(),
        span: key.span,
    }
}

fn role(key: &Key, table: &Table) -> Role {
    let flag = |name: &str, default: bool| table.boolean(name).unwrap_or(default);
    let gives = table
        .tables_of("gives")
        .flat_map(|(part, variables)| {
            variables
                .iter()
                .map(|(name, value)| (part.name.clone(), name.name.clone(), value.clone()))
        })
        .collect();
    let takes = table.entries_of("takes");
    Role {
        name: key.name.clone(),
        kinds: table
            .strings("kinds")
            .into_iter()
            .map(ToString::to_string)
            .collect(),
        required: flag("required", false),
        or_setting: table.string("or_setting").map(ToString::to_string),
        replaced_by: strings(table, "replaced_by"),
        many: flag("many", false),
        default: flag("default", false),
        all: flag("all", false),
        brought: flag("brought", false),
        schema: flag("schema", false),
        keeps: flag("keeps", false) || flag("schema", false),
        passing_env: strings(table, "passing_env"),
        schema_of: table.string("schema_of").map(ToString::to_string),
        not_older: flag("not_older", false),
        order: flag("order", true),
        gives,
        takes: takes
            .map(|(name, value)| (name.name.clone(), value.clone()))
            .collect(),
        description: table.string("description").unwrap_or_default().to_string(),
    }
}
