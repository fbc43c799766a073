//! Jenkins: one declarative Jenkinsfile a CI entry.

mod bindings;
mod patterns;
mod post;
mod view;

use crate::{
    files::Target,
    target::{Context, Emission},
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
    }
    Ok(emission)
}
