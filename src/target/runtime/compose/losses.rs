//! What Compose can't express, as lints.

use crate::{
    diag::{Code, Diagnostic},
    model::{Platform, Workload},
    source::Span,
};

use super::speak;

#[derive(Debug, Default)]
pub(super) struct Losses(pub(super) Vec<Diagnostic>);

impl Losses {
    pub(super) fn say(&mut self, span: Span, message: String, help: &str) {
        let diagnostic = Diagnostic::new(Code::TargetLoss, format!("compose: {message}"))
            .label(span, "Compose has no form for this")
            .help(help);
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// What was said since the last call is about this component, whose `allow` accepts it.
    pub(super) fn are_about(&mut self, component: &str) {
        for diagnostic in self
            .0
            .iter_mut()
            .filter(|diagnostic| diagnostic.component.is_none())
        {
            diagnostic.component = Some(component.to_string());
        }
    }

    /// A key of a workload; `why` goes on from "`key` of `workload`: it".
    pub(super) fn key(&mut self, workload: &Workload, key: &str, why: &str) {
        let span = workload
            .written
            .get(key)
            .map_or(workload.span, |node| node.span);
        self.say(
            span,
            format!("`{key}` of `{}`: it {why}", workload.name),
            "write `allow = [\"target-loss\"]` on the component if that is what you want",
        );
    }
}

/// Variables whose default Compose could not read back.
pub(super) fn of_variables(platform: &Platform, losses: &mut Losses) {
    for variable in &platform.variables {
        if let Some(env) = &variable.env
            && !speak::can_be_a_default(env, &variable.default)
        {
            losses.say(
                variable.span,
                format!(
                    "the default of `vars.{}` holds a line end or braces, which Compose can't read in a default: \
                     it is written out, and `{env}` does not change it",
                    variable.name
                ),
                "leave `env` out, or choose a default without them",
            );
        }
    }
}

/// Compose builds images of services, and a pipeline's tasks are none.
pub(super) fn of_pipelines(platform: &Platform, losses: &mut Losses) {
    for pipeline in &platform.pipelines {
        if pipeline.build.is_some() {
            losses.say(
                pipeline.span,
                format!(
                    "`build` of the pipeline `{}`: its tasks are no services, and nothing builds their image",
                    pipeline.name
                ),
                "build it in CI, or by `docker build`",
            );
        }
    }
}
