//! What the values of the user's secrets look like: as they say, else as the kind's own key does whose place they take. What a
//! route takes for its certificate is one, whatever else is said.

use std::collections::BTreeMap;

use super::draft::{ComponentDraft, Names};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Named, Route, Secret, SecretForm},
    reference::{self, Mode, Piece, Words},
    syntax::{Entry, Node, Table, places},
};

/// Gives secrets the form of the keys that they replace, by their name or by the program's own variable, and those of routes that of
/// a certificate.
pub(super) fn inherit(
    names: &mut Names,
    drafts: &[ComponentDraft],
    routes: &[Route],
    tree: &Table,
    sink: &mut Sink,
) {
    let mut forms: BTreeMap<String, SecretForm> = BTreeMap::new();
    for declared in drafts.iter().map(|draft| &draft.declared) {
        let keys = declared.kind.secrets.iter();
        for key in keys.filter(|key| key.form != SecretForm::Token) {
            let name = Secret::own_name(&declared.name, &key.name);
            forms.insert(name, key.form);
            let variables = key.replaced_by.iter();
            let values = variables.filter_map(|name| declared.user.get_path(&["env", name]));
            forms.extend(values.filter_map(secret_of).map(|name| (name, key.form)));
        }
    }
    let mut secrets = Named::default();
    for secret in &names.secrets {
        let written = |key: &str| tree.get_path(&["secrets", &secret.name, key]);
        let mut routes = routes.iter();
        if let Some(route) = routes.find(|it| it.secret() == Some(&secret.name)) {
            let written = tree.get_path(&["secrets", &secret.name]);
            let written = written.and_then(Node::as_table);
            for entry in ["form", "length", "generate"]
                .into_iter()
                .filter_map(|key| written?.entry(key))
            {
                let told = of_certificate(entry, secret, route);
                told.into_iter().for_each(|it| sink.push(it));
            }
            secrets.push(Secret {
                form: SecretForm::Certificate,
                length: None,
                ..secret.clone()
            });
            continue;
        }
        let inherited = forms
            .get(&secret.name)
            .filter(|_| written("form").is_none());
        let form = inherited.copied().unwrap_or(secret.form);
        if let Some(length) = written("length").filter(|_| form == SecretForm::Fernet) {
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    format!("secret `{}` is a Fernet key", secret.name),
                )
                .label(length.span, "which has 32 bytes, in base64")
                .help("remove `length`, or write another `form`"),
            );
        }
        secrets.push(Secret {
            form,
            ..secret.clone()
        });
    }
    names.secrets = secrets;
}

/// A certificate has no other form, and nobody can make one up that browsers trust.
fn of_certificate(entry: &Entry, secret: &Secret, route: &Route) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_true = key.name == "generate" && value.is_false();
    (!is_true).then(|| {
        Diagnostic::new(
            Code::ConflictingKeys,
            format!("secret `{}` is a certificate and its key", secret.name),
        )
        .label(value.span, "of something else")
        .label(route.tls_span, format!("the certificate of {}", route.host))
        .help(format!(
            "remove `{}`, or name another secret in `tls`",
            key.name
        ))
        .removing(places(key, value))
    })
}

/// The secret that a value is, and nothing else.
fn secret_of(value: &Node) -> Option<String> {
    let phrase = reference::of_node(value, Words::Platform, Mode::Strict);
    match phrase.pieces.as_slice() {
        [Piece::Reference(one)] => match one.segments.as_slice() {
            ["secrets", name] => Some((*name).to_string()),
            _ => None,
        },
        _ => None,
    }
}
