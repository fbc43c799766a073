//! What Compose can't express of the platform as a whole.

use crate::{
    files::Target,
    model::{Image, Platform},
    speak::Compose,
    target::shared::losses::{Losses, Marks, Wording},
};

pub(super) const WORDING: Wording = Wording {
    target: Target::Compose,
    label: "Compose has no form for this",
    joint: ": it ",
    marks: Marks::Value,
};

/// Variables whose default Compose could not read back.
pub(super) fn of_variables(platform: &Platform, losses: &mut Losses) {
    for variable in &platform.variables {
        if let Some(env) = &variable.env
            && !Compose::takes_default(env, &variable.default)
        {
            losses.of_platform(
                variable.span,
                &format!(
                    "the default of `vars.{}` holds a line end or braces, which Compose can't read in a default: \
                     it is written out, and `{env}` does not change it",
                    variable.name
                ),
                |it| it.help("leave `env` out, or choose a default without them"),
            );
        }
    }
}

/// Compose builds images of services, and a pipeline's tasks are none. One that a service has, too, is built with that.
pub(super) fn of_pipelines(platform: &Platform, losses: &mut Losses) {
    for pipeline in &platform.pipelines {
        let is_built = |image: &Image| {
            let built = platform.workloads().filter(|it| it.build.is_some());
            built.map(|it| &it.image).any(|it| it == image)
        };
        if pipeline.build.is_some() && !pipeline.image.as_ref().is_some_and(is_built) {
            losses.of_platform(
                pipeline.span,
                &format!(
                    "`build` of the pipeline `{}`: its tasks are no services, and nothing builds their image",
                    pipeline.name
                ),
                |it| it.help("build it in CI, or by `docker build`"),
            );
        }
    }
}
