//! Messages about references.

use crate::{
    diag::{Code, Diagnostic, nearest},
    expand::{BoundRole, ComponentDraft},
    language::secret_places,
    reference::{ComponentField, PortField, Words},
    source::Span,
    syntax::{Key, Table, quoted},
    text::all_of,
};

/// Tables of a component that a reference does not name: `${components.C.http.url}`, not `C.ports.http.url`.
const TABLES: [&str; 4] = ["ports", "outputs", "settings", "volumes"];

/// What a component has that a reference can name.
struct Parts {
    ports: Vec<String>,
    outputs: Vec<String>,
    /// What every component has.
    facts: Vec<&'static str>,
}

impl Parts {
    fn of(draft: &ComponentDraft) -> Self {
        let ports = draft.workloads.iter().flat_map(|shape| &shape.ports);
        let outputs = draft.kind_table.table("outputs");
        let mut facts = vec![ComponentField::Image.name(), ComponentField::Version.name()];
        if draft.main_port().is_some() {
            facts.extend([ComponentField::Url.name(), ComponentField::PublicUrl.name()]);
        }
        Self {
            ports: ports.map(|port| port.name.clone()).collect(),
            outputs: outputs.map_or(Vec::new(), |outputs| {
                outputs.keys().map(ToString::to_string).collect()
            }),
            facts,
        }
    }

    fn is_port(&self, name: &str) -> bool {
        self.ports.iter().any(|port| port == name)
    }

    fn nearest(&self, word: &str) -> Option<&str> {
        let named = self.ports.iter().chain(&self.outputs).map(String::as_str);
        nearest(word, named.chain(self.facts.iter().copied()))
    }

    /// What was meant where a reference names one of the component's tables first, or more than there is: `ports.http.url`.
    fn without_table(&self, rest: &[&str]) -> Option<String> {
        let (first, inner) = rest.split_first()?;
        let inner = match (inner, self.is_port(first)) {
            ([field, _, ..], true) if PortField::parse(field).is_some() => &rest[..2],
            ([_, ..], false) => {
                nearest(first, TABLES)?;
                inner
            }
            _ => return None,
        };
        let name = self.nearest(inner[0])?;
        if !self.is_port(name) {
            return Some(name.to_string());
        }
        let fields = PortField::names_in(Words::Platform);
        let field = inner.get(1).and_then(|field| nearest(field, fields));
        Some(format!("{name}.{}", field.unwrap_or("address")))
    }
}

/// A port or output that a component does not have.
pub(super) struct UnknownPart<'a> {
    pub draft: &'a ComponentDraft,
    pub rest: &'a [&'a str],
    /// The reference stands in the component itself.
    pub is_own: bool,
    pub place: Span,
}

pub(super) fn unknown_part(unknown: UnknownPart<'_>) -> Diagnostic {
    let UnknownPart {
        draft,
        rest,
        is_own,
        place,
    } = unknown;
    let mut parts = Parts::of(draft);
    let wanted = rest.first().copied().unwrap_or_default();
    let own = ComponentField::Name.name();
    parts.facts.extend((is_own && wanted != own).then_some(own));
    let (message, label) = match rest {
        [] => (
            format!("a reference to `{}` names a port or an output", draft.name),
            "which one?",
        ),
        rest => (
            format!(
                "component `{}` has no port or output `{}`",
                draft.name,
                rest.join(".")
            ),
            "not there",
        ),
    };
    let diagnostic = Diagnostic::new(Code::UnknownPort, message)
        .label(place, label)
        .label(draft.span, "this component");
    if let Some(diagnostic) = elsewhere_without_address(draft, wanted, &diagnostic) {
        return diagnostic;
    }
    if let Some(meant) = parts.without_table(rest) {
        return diagnostic
            .help(format!("did you mean `{meant}`?"))
            .renaming(&rest.join("."), meant);
    }
    match parts.nearest(wanted) {
        Some(near) if rest.len() < 2 && parts.is_port(near) => diagnostic
            .help(format!(
                "did you mean `{near}.address`? A port has {}",
                all_of(&PortField::names_in(Words::Platform))
            ))
            .renaming(wanted, format!("{near}.address")),
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .renaming(wanted, near),
        None => diagnostic.help(ports_and_outputs(draft, &parts)),
    }
}

/// What a kind asks of the component that fills a role, and that one does not give: a version of it is another than the kind expects.
pub(super) fn not_given(draft: &ComponentDraft, rest: &[&str], role: Span) -> Diagnostic {
    let title = &draft.kind.title;
    let version = draft.written_version.as_ref();
    let (this, place) = match version {
        Some((version, place)) => (format!("{title} {version}"), *place),
        None => (title.clone(), draft.span),
    };
    let newest = draft.kind.version.as_deref().unwrap_or("later");
    Diagnostic::new(
        Code::RoleMisfit,
        format!(
            "`{}` lacks what this role asks of it: {this} has no `{}`",
            draft.name,
            rest.join(".")
        ),
    )
    .label(role, "this role needs it")
    .label(place, "does not have it")
    .help(format!(
        "move `{}` to a later version, such as `{newest}`, or bind another component to the role",
        draft.name
    ))
}

/// A port of what runs elsewhere, of the kind or declared, that `external` does not name.
fn elsewhere_without_address(
    draft: &ComponentDraft,
    port: &str,
    diagnostic: &Diagnostic,
) -> Option<Diagnostic> {
    let external = draft.external.as_ref()?;
    let written = draft.user.get("external")?;
    let first = external.addresses.first()?;
    let declared = [draft.user.table("ports"), draft.kind.ports()];
    let declared = || declared.into_iter().flatten();
    declared().find_map(|ports| ports.get(port))?;
    let number = |name: &str| {
        let mut nodes = declared().filter_map(|ports| ports.get(name));
        nodes.find_map(crate::expand::read::container_port)
    };
    let mut addresses: Vec<(&str, String)> = external
        .addresses
        .iter()
        .map(|it| (it.port.as_str(), format!("{}:{}", it.host, it.number)))
        .collect();
    let of_user = draft.user.table("ports").into_iter().flat_map(Table::keys);
    for name in of_user.chain([port]) {
        if let Some(number) = number(name).filter(|_| addresses.iter().all(|(it, _)| *it != name)) {
            addresses.push((name, format!("{}:{number}", first.host)));
        }
    }
    let addresses: Vec<String> = addresses
        .iter()
        .map(|(name, address)| format!("{name} = {}", quoted(address)))
        .collect();
    let table = format!("{{ {} }}", addresses.join(", "));
    let named: Vec<&str> = external
        .addresses
        .iter()
        .map(|it| it.port.as_str())
        .collect();
    let label = match named.as_slice() {
        [alone] => format!("the address of `{alone}` alone"),
        named => format!("the addresses of {} alone", all_of(named)),
    };
    let diagnostic = diagnostic.clone();
    Some(
        diagnostic
            .label(written.span, label)
            .help(format!("say where each port is: `external = {table}`"))
            .replacing(written.span, table),
    )
}

fn ports_and_outputs(draft: &ComponentDraft, parts: &Parts) -> String {
    match (parts.ports.as_slice(), parts.outputs.as_slice()) {
        ([], _) => format!(
            "`{}` has no ports: declare one, as `ports.http = 8000`",
            draft.name
        ),
        (ports, []) => format!("it has the ports {}", all_of(ports)),
        (ports, outputs) => format!(
            "it has the ports {} and the outputs {}; a port has {}",
            all_of(ports),
            all_of(outputs),
            all_of(&PortField::names_in(Words::Platform))
        ),
    }
}

/// A port that the user took away, or all of them, and that the kind's own texts name.
pub(in crate::resolve) fn needed_port(draft: &ComponentDraft, key: &Key) -> Diagnostic {
    let (kind, port) = (&draft.kind.name, &key.name);
    let ports = draft.user.entry("ports");
    let which = match ports.is_some_and(|ports| ports.key.span == key.span) {
        true => "its ports, those".to_string(),
        false => format!("the port `{port}`"),
    };
    Diagnostic::new(
        Code::UnknownPort,
        format!("kind `{kind}` needs {which} of `{}`", draft.name),
    )
    .label(key.span, "removed here")
    .help("remove this line: a port without `host` is open inside only")
}

/// A field that no port has, or none that a reference in these words may ask for.
pub(super) fn unknown_field(field: &str, words: Words, place: Span) -> Diagnostic {
    let fields = PortField::names_in(words);
    Diagnostic::new(Code::BadReference, format!("a port has no `{field}`"))
        .label(place, "not understood")
        .misspelled(field, nearest(field, fields.iter().copied()), || {
            format!("a port has {}", all_of(&fields))
        })
}

/// How pipelines and CI entries get a secret.
pub(super) fn as_variable(secret: &str, variable: &str) -> String {
    format!(
        "state it as a variable, and `${variable}` here: `secrets = {{ {variable} = \"{secret}\" }}` of a CI entry or a stage, `env.{variable} = \"${{secrets.{secret}}}\"` of a pipeline or a task"
    )
}

/// An output that holds a secret, where no secret may stand.
pub(super) fn secret_output(
    draft: &ComponentDraft,
    output: &str,
    secret: &str,
    held_by: &str,
    place: Span,
) -> Diagnostic {
    Diagnostic::new(
        Code::SecretPlace,
        format!("a secret can't stand in {held_by}"),
    )
    .label(
        place,
        format!("`{output}` of `{}` holds the secret `{secret}`", draft.name),
    )
    .help(secret_places())
}

/// A role that needs one of the filler's databases or buckets, of which it has none.
pub(super) fn nothing_chosen(filler: &ComponentDraft, bound: &BoundRole) -> Diagnostic {
    let setting = filler
        .kind
        .binding
        .as_ref()
        .and_then(|binding| binding.more.clone())
        .unwrap_or_default();
    Diagnostic::new(
        Code::MissingKey,
        format!(
            "the role `{}` takes one of the {setting} of `{}`, which has none",
            bound.role.name, filler.name
        ),
    )
    .label(bound.span, "which one?")
    .label(filler.span, format!("has no `settings.{setting}`"))
    .help(match filler.external {
        Some(_) => format!(
            "name one: `uses = {{ {} = \"{}/NAME\" }}`",
            bound.role.name, filler.name
        ),
        None => format!(
            "write `settings = {{ {setting} = [\"NAME\"] }}` on `{}`",
            filler.name
        ),
    })
}
