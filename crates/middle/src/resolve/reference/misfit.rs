//! A `${` that starts no reference: a variable of the environment as Compose and shells have it, or a reference without its
//! first word. What it is becomes a help that says what to write.

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    language::NameRule,
    reference::{self, ComponentField, Misfit, Mode, Piece, PortField, Variable, Words},
    source::Span,
    syntax::{Node, Table, Value},
};

/// What a variable of the environment can be where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum MeantAs {
    /// A secret or a variable, as it sounds.
    Any,
    /// No secret can stand there.
    Variable,
    /// Nothing else can stand there.
    Secret,
}

/// Words of other tools that stand before a component's name.
const SERVICES: [&str; 3] = ["services", "service", "containers"];

/// The reference to something of this name, without `${` and `}`: `a.http.url` is one to the component `a`, `db-password` one
/// to the secret.
fn a_name(scene: &Scene<'_>, inner: &str, place: MeantAs) -> Option<String> {
    let inner = inner.trim_matches(['{', '}', ' ']);
    if !inner.contains('.') {
        let is_secret = place != MeantAs::Variable && scene.names.secrets.find(inner).is_some();
        let is_variable = place != MeantAs::Secret && scene.names.variables.find(inner).is_some();
        return match (is_secret, is_variable) {
            (true, _) => Some(format!("secrets.{inner}")),
            (false, true) => Some(format!("vars.{inner}")),
            (false, false) => of_component(scene, inner, &[]).filter(|_| place != MeantAs::Secret),
        };
    }
    let mut words = inner.split('.').peekable();
    words.next_if(|word| SERVICES.contains(word));
    let name = words.next()?;
    let rest: Vec<&str> = words.collect();
    of_component(scene, name, &rest)
}

/// The reference to what a component has. Without a port its main one is meant.
fn of_component(scene: &Scene<'_>, name: &str, rest: &[&str]) -> Option<String> {
    let name = match (scene.find(name), rest) {
        (Some(_), _) => name,
        (None, []) => return None,
        (None, _) => nearest(name, scene.component_names())?,
    };
    let draft = &scene.components[scene.find(name)?];
    let outputs = draft.kind_table.table("outputs");
    let is_output = |name: &str| outputs.is_some_and(|outputs| outputs.get(name).is_some());
    let is_port = |name: &str| {
        let mut ports = draft.workloads.iter().flat_map(|shape| &shape.ports);
        ports.any(|port| port.name == name)
    };
    // What a component has of its main port needs no port.
    let is_of_port = |field: &str| {
        PortField::names_in(Words::Platform).contains(&field)
            && ComponentField::parse(field).is_none()
            && !is_output(field)
    };
    let what = match rest {
        [] => format!("{}.address", draft.main_port()?),
        [port] if is_port(port) => format!("{port}.address"),
        [field] if is_of_port(field) => format!("{}.{field}", draft.main_port()?),
        rest => rest.join("."),
    };
    Some(format!("components.{name}.{what}"))
}

/// The variable in `${{ env.X }}`, `${env:X}` and `${{ secrets.X }}`, as GitHub, Jenkins and Hydra have it, and the word before it.
fn of_another_tool<'a>(misfit: &Misfit<'a>) -> Option<(Variable<'a>, &'a str)> {
    let inner = misfit.inner.trim_matches(['{', '}', ' ']);
    let (word, name) = inner.split_once(['.', ':'])?;
    let is_variable = NameRule::StartVariable.accepts(name) && name == name.to_ascii_uppercase();
    let is_known = ["env", "secrets", "vars"].contains(&word);
    let variable = Variable::parse(name).filter(|_| misfit.closed && is_known && is_variable)?;
    Some((variable, word))
}

/// What the word before it says that it is.
fn meant_by(word: &str) -> Option<MeantAs> {
    match word {
        "secrets" => Some(MeantAs::Secret),
        "vars" => Some(MeantAs::Variable),
        _ => None,
    }
}

/// What platform.toml has for a variable of the environment already.
fn declared_already(scene: &Scene<'_>, variable: &Variable<'_>, meant: MeantAs) -> Option<String> {
    let mut secrets = scene.names.secrets.iter();
    let secret = secrets.find(|secret| secret.env == variable.name);
    if let Some(secret) = secret.filter(|_| meant != MeantAs::Variable) {
        let reference = reference::written(&["secrets", &secret.name]);
        return Some(format!("{reference}`: that secret is this variable"));
    }
    let mut variables = scene.names.variables.iter();
    let known = variables.find(|known| known.env.as_deref() == Some(variable.name));
    let known = known.filter(|_| meant != MeantAs::Secret)?;
    let reference = reference::written(&["vars", &known.name]);
    let default = match variable.default {
        Some(default) if default != known.default => format!(
            ", with the default `{}`: a variable has one for the whole platform",
            known.default
        ),
        _ => String::new(),
    };
    Some(format!("{reference}`, which is this variable{default}"))
}

/// The default that the first place in the file gives a variable of the environment, where several places name it.
fn first_default(scene: &Scene<'_>, variable: &Variable<'_>) -> Option<String> {
    let mut found: Vec<(Span, String)> = Vec::new();
    collect_defaults(&scene.draft.tree, variable.name, &mut found);
    found.sort();
    found.into_iter().next().map(|(_, default)| default)
}

fn collect_defaults(table: &Table, name: &str, found: &mut Vec<(Span, String)>) {
    table
        .iter()
        .for_each(|(_, node)| defaults_in(node, name, found));
}

fn defaults_in(node: &Node, name: &str, found: &mut Vec<(Span, String)>) {
    match &node.value {
        Value::Table(table) => collect_defaults(table, name, found),
        Value::Array(items) => items.iter().for_each(|it| defaults_in(it, name, found)),
        Value::String(text) if text.contains(name) => {
            let pieces = reference::of_node(node, Words::Platform, Mode::Strict).pieces;
            for piece in pieces {
                if let Piece::Misfit(misfit) = piece
                    && let Some(variable) = misfit.variable().filter(|it| it.name == name)
                    && let Some(default) = variable.default
                {
                    found.push((misfit.place, default.to_string()));
                }
            }
        }
        _ => {}
    }
}

/// What is wrong with it, and what was most likely meant.
pub(super) fn not_a_reference(
    scene: &Scene<'_>,
    misfit: &Misfit<'_>,
    place: MeantAs,
    sink: &Sink,
) -> Diagnostic {
    let why = match misfit.closed {
        true => "no reference starts like this",
        false => "it has no `}`",
    };
    let diagnostic =
        Diagnostic::new(Code::BadReference, "`${` without a reference").label(misfit.place, why);
    let foreign = of_another_tool(misfit);
    if foreign.is_none()
        && misfit.closed
        && let Some(meant) = a_name(scene, misfit.inner, place).or_else(|| misfit.meant())
    {
        return diagnostic
            .help(format!("did you mean `${{{meant}}}`?"))
            .renaming(misfit.inner, meant);
    }
    let (variable, place) = match foreign {
        Some((variable, word)) => (Some(variable), meant_by(word).unwrap_or(place)),
        None => (misfit.variable(), place),
    };
    let Some(variable) = variable else {
        return diagnostic.help("a reference is `${components.C.PORT.url}`, `${self.PORT.address}`, `${secrets.S}`, `${vars.V}` or `${platform.name}`; a literal `${` is written `$${`");
    };
    let old = format!("${{{}}}", misfit.inner);
    if let Some(known) = declared_already(scene, &variable, place) {
        let reference = known.split('`').next().unwrap_or_default().to_string();
        return diagnostic
            .help(format!("write `{known}; a literal `${{` is written `$${{`"))
            .renaming(&old, reference);
    }
    if !NameRule::StartVariable.accepts(variable.name) {
        return diagnostic.help(format!(
            "`{}` is set wherever this platform is started: write the value out, or declare a variable of your own below `[vars]`; a literal `${{` is written `$${{`",
            variable.name
        ));
    }
    // Of many mistakes a person reads the first ones.
    let first = (!sink.is_full())
        .then(|| first_default(scene, &variable))
        .flatten();
    let known = Variable {
        default: first.as_deref().or(variable.default),
        ..variable
    };
    let own = variable.default;
    declaring(diagnostic, misfit, (known, own), place)
}

/// The help that declares it, with the default that it has here and that of the whole platform.
fn declaring(
    diagnostic: Diagnostic,
    misfit: &Misfit<'_>,
    (variable, own): (Variable<'_>, Option<&str>),
    place: MeantAs,
) -> Diagnostic {
    let declared = match place {
        MeantAs::Variable => variable.as_variable(),
        MeantAs::Secret => variable.as_secret(),
        MeantAs::Any => variable.declared(),
    };
    let (reference, line) = (declared.reference(), declared.line());
    let why = match (declared.table, variable.required) {
        ("vars", _) if variable.default != own => {
            "a variable has one default for the whole platform, and another place says this one"
        }
        ("vars", Some(_)) => {
            "it has a default; what the environment has to set is a secret, and none may stand here"
        }
        (_, Some(_)) => "the environment has to set a secret",
        _ => "a variable of the environment is declared",
    };
    diagnostic
        .help(format!(
            "write `{reference}`, and in `[{}]` `{line}`: {why}; a literal `${{` is written `$${{`",
            declared.table
        ))
        .renaming(&format!("${{{}}}", misfit.inner), reference)
        .declaring(misfit.place, declared.table, line)
}
