//! Settings that a kind needs and nobody wrote.

use super::super::{Declarations, MissingLine, declare::taken_away, draft::Declared};
use crate::{
    catalog::{SettingSpec, SettingType},
    diag::{Code, Diagnostic},
    model::Secret,
    names::variable_name,
    syntax::quoted,
};

pub(super) fn missing(all: &Declarations, declared: &Declared, spec: &SettingSpec) -> Diagnostic {
    let message = format!("`{}` needs the setting `{}`", declared.name, spec.name);
    let label = format!("of kind `{}`", declared.kind.name);
    let taken = declared.user.get_path(&["settings", &spec.name]);
    let writing = |diagnostic: Diagnostic, line: &str, more: &str| {
        if let Some(node) = taken {
            return taken_away(diagnostic, node, line);
        }
        let diagnostic = diagnostic.label(declared.span, &label);
        let missing = MissingLine {
            component: declared.span,
            written: &declared.user,
            table: "settings",
            line,
            more,
        };
        missing.help(diagnostic)
    };
    if spec.kind != SettingType::Secret {
        let diagnostic = Diagnostic::new(Code::MissingKey, message);
        let line = match spec.form.filter(|_| spec.kind == SettingType::String) {
            Some(form) => format!("{} = {}", spec.name, quoted(form.example())),
            None => format!("{} = {}", spec.name, example(spec)),
        };
        return writing(diagnostic, &line, &format!(": {}", spec.description));
    }
    let name = Secret::own_name(&declared.name, &spec.name.replace('_', "-"));
    let line = format!("{} = \"${{secrets.{name}}}\"", spec.name);
    let diagnostic = Diagnostic::new(Code::SecretRequired, message);
    if all.names.secrets.find(&name).is_some() {
        return writing(diagnostic, &line, "");
    }
    let env = variable_name(&name);
    let secret = format!("{name} = {{ env = \"{env}\" }}");
    if let Some(node) = taken {
        let line = format!("{} = \"${{secrets.NAME}}\"", spec.name);
        return diagnostic
            .label(node.span, "taken away here")
            .help(format!("remove the line, or write `{line}`"));
    }
    let more = format!(", and `{secret}` below `[secrets]`");
    writing(diagnostic, &line, &more).declaring(declared.span, "secrets", secret)
}

/// A value that the setting takes.
fn example(spec: &SettingSpec) -> &'static str {
    match spec.kind {
        SettingType::Integer => "1",
        SettingType::Boolean => "true",
        SettingType::Duration | SettingType::Period => "\"30s\"",
        SettingType::Size => "\"20Gi\"",
        SettingType::List | SettingType::Databases | SettingType::Files | SettingType::Folders => {
            "[\"name\"]"
        }
        SettingType::Stores => "\"https://store.example.com/push\"",
        SettingType::String | SettingType::Secret | SettingType::File => "\"name\"",
    }
}
