//! Jenkins: one declarative Jenkinsfile a CI entry.

mod bindings;
mod patterns;
mod post;
mod view;

use crate::{
    diag::{Diagnostic, Subject},
    files::Target,
    model::Ci,
    target::{Context, Emission, shared::losses::lost_certificates},
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

fn losses(ci: &Ci) -> Vec<Diagnostic> {
    let of_stages = ci.all_stages().flat_map(|it| &it.env);
    lost_certificates(
        Target::Jenkins,
        &Subject::Ci(ci.name.clone()),
        ci.env.iter().chain(of_stages),
        "put it there on the agent",
    )
}
