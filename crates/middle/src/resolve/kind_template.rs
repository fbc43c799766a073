//! Files that templates of kinds write.

use super::{
    Inputs, Scene,
    reference::needed_port,
    template_view::{Marks, view},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::secret_places,
    model::{Endpoint, Piece, Text},
    syntax::Node,
    template::TemplateError,
};

/// What a template has written.
pub(super) struct Written {
    pub text: Text,
    /// The ports whose addresses it read.
    pub asks: Vec<Endpoint>,
}

/// Runs the template that `node` names. It sees text; values that only a target knows are replaced by marks until then.
pub(super) fn run(
    scene: &Scene<'_>,
    index: usize,
    inputs: &Inputs<'_>,
    node: &Node,
    sink: &mut Sink,
) -> Option<Written> {
    let path = node.as_str()?;
    let mut marks = Marks::default();
    let environment = inputs.environment.as_deref();
    let view = view(scene, index, environment, &mut marks, sink);
    match inputs.engine.render_noting(path, view) {
        Ok((rendered, read)) => {
            let text = marks.restore(&rendered);
            if let Some(diagnostic) = holds_a_secret(&text, node) {
                sink.push(diagnostic);
                return None;
            }
            let asks = marks.asked(&read);
            Some(Written { text, asks })
        }
        // A kind's template reads facts of other components too: what is missing there was reported.
        Err(_) if scene.components.iter().any(|it| it.broken) => None,
        Err(error) => {
            sink.push(not_run(scene, index, inputs, &error, node));
            None
        }
    }
}

fn not_run(
    scene: &Scene<'_>,
    index: usize,
    inputs: &Inputs<'_>,
    error: &TemplateError,
    node: &Node,
) -> Diagnostic {
    if let Some(needed) = taken_away(scene, index, error) {
        return needed;
    }
    if let Some(source) = scene.own_templates.get(&error.template) {
        return inputs.engine.report_in(error, *source);
    }
    let message = format!("the template `{}` can't be run", error.template);
    Diagnostic::new(Code::BadTemplate, message)
        .label(node.span, inputs.engine.describe(error))
        .help("`mlopsgen explain bad-template` says what a template sees")
}

/// A port that the template asks for, of the component or of one that fills a role, and that the user took away.
fn taken_away(scene: &Scene<'_>, index: usize, error: &TemplateError) -> Option<Diagnostic> {
    let draft = &scene.components[index];
    let asked: Vec<&str> = error.undefined()?.split('.').collect();
    let (of, port) = match asked.as_slice() {
        ["self", port, ..] => (draft, port),
        ["roles", role, port, ..] => {
            let bound = draft.uses.iter().find(|bound| bound.role.name == *role)?;
            (&scene.components[bound.target], port)
        }
        _ => return None,
    };
    Some(needed_port(of, of.removed_port(port)?))
}

/// A template whose file would hold a secret: it is generated, and holds none.
fn holds_a_secret(text: &Text, template: &Node) -> Option<Diagnostic> {
    let is_secret = |piece: &&Piece| matches!(piece, Piece::Secret(_));
    let Some(Piece::Secret(name)) = text.pieces.iter().find(is_secret) else {
        return None;
    };
    let message = format!("the secret `{name}` can't stand in the file of a template");
    Some(
        Diagnostic::new(Code::SecretPlace, message)
            .label(template.span, "it is written out in this one")
            .help(format!(
                "let the program read it elsewhere: {}",
                secret_places()
            )),
    )
}
