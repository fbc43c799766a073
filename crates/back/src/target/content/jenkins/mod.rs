//! Jenkins: one declarative Jenkinsfile a CI entry.

mod bindings;
mod patterns;
mod post;
mod view;

use crate::{
    diag::{Diagnostic, Subject},
    files::Target,
    model::Ci,
    target::{
        Context, Emission,
        shared::losses::{ALLOW, lost_certificates},
    },
    template::TemplateError,
};

/// Writes `jenkins/NAME/Jenkinsfile` for each CI entry.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    for ci in &context.platform.ci {
        let view = view::jenkinsfile(context.platform, ci);
        let text = context.engine.render("jenkins/Jenkinsfile", view)?;
        let path = format!("jenkins/{}/Jenkinsfile", ci.name);
        emission.files.add(Target::Jenkins, path, text);
        emission.losses.extend(losses(ci));
    }
    Ok(emission)
}

fn losses(ci: &Ci) -> impl Iterator<Item = Diagnostic> {
    let of_stages = ci.all_stages().flat_map(|it| &it.env);
    let losses = lost_certificates(
        Target::Jenkins,
        &ci.name,
        ci.env.iter().chain(of_stages),
        &format!("put it there on the agent, and write {ALLOW} on the CI entry"),
    );
    let subject = Subject::Ci(ci.name.clone());
    let of = move |it: Diagnostic| it.of(Some(subject.clone()));
    losses.into_iter().map(of)
}
