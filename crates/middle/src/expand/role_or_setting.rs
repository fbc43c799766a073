//! Roles in whose place a setting may stand: `uses.provider` or `settings.issuer_url`. A program that is told neither does not start.

use super::{
    Declarations, MissingLine,
    draft::{BoundRole, Declared},
    roles::{binding, candidates},
    settings::misspelled,
};
use crate::{
    catalog::Role,
    diag::{Code, Diagnostic, Sink},
    syntax::{Node, quoted},
};

/// `bound`: what fills the component's roles.
pub(super) fn check(all: &Declarations, index: usize, bound: &[BoundRole], sink: &mut Sink) {
    let declared = &all.components[index];
    if declared.external.is_some() {
        return;
    }
    for role in &declared.kind.roles {
        let Some(setting) = &role.or_setting else {
            continue;
        };
        let is_filled = bound.iter().any(|bound| bound.role.name == role.name);
        if !is_filled && !names_something(declared, role) && !is_said(declared, role, setting) {
            sink.push(neither(all, index, role, setting));
        }
    }
}

/// Whether `uses` names something that can't fill the role, which is reported.
fn names_something(declared: &Declared, role: &Role) -> bool {
    let is_broken = declared.user.get("uses").is_some_and(Node::is_broken);
    let named = declared.user.get_path(&["uses", &role.name]);
    is_broken || named.is_some_and(|node| !node.is_false() && !node.is_removed())
}

/// Whether the setting, a variable or a command line of the user's says it.
fn is_said(declared: &Declared, role: &Role, setting: &str) -> bool {
    let is_written = |key: &str| declared.user.get(key).is_some();
    let is_set = |variable: &String| declared.user.get_path(&["env", variable]).is_some();
    declared.setting(setting).is_some()
        || misspelled(declared).contains(&setting)
        || role.replaced_by.iter().any(is_set)
        || ["command", "args"].into_iter().any(is_written)
}

fn neither(all: &Declarations, index: usize, role: &Role, setting: &str) -> Diagnostic {
    let declared = &all.components[index];
    let (name, of_kind) = (&declared.name, &declared.kind);
    let message = format!(
        "`{name}` needs a component in the role `{}`, or `settings.{setting}`",
        role.name
    );
    let diagnostic = Diagnostic::new(Code::RoleMissing, message)
        .label(declared.span, format!("of kind `{}`", of_kind.name));
    if let Some(first) = candidates(all, index, role).first() {
        let line = format!("{} = {}", role.name, quoted(first));
        return binding(declared, &line, "").help(diagnostic);
    }
    let spec = of_kind.settings.iter().find(|spec| spec.name == setting);
    // What its description shows is closer than any value of its form.
    let shown = spec.and_then(|spec| spec.description.split('`').nth(1));
    let example = shown.unwrap_or("name");
    let more = spec.map_or(String::new(), |spec| format!(": {}", spec.description));
    let missing = MissingLine {
        component: declared.span,
        written: &declared.user,
        table: "settings",
        line: &format!("{setting} = {}", quoted(example)),
        more: &more,
    };
    missing.help(diagnostic)
}
