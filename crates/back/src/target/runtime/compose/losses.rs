//! What Compose can't express of the platform as a whole.

use crate::{
    files::Target,
    model::{Gpu, Image, Lifecycle, Platform, Workload},
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

/// Workloads with a number of GPUs that others have as well. One that is started by a profile or once may have them in turn, and raw
/// keys may name which ones it gets.
///
/// moby/moby, daemon/nvidia_linux.go, `countToDevices`: a count of N is the devices 0 to N-1, whoever has them already.
pub(super) fn of_gpus(platform: &Platform, losses: &mut Losses) {
    let is_in_turn = |it: &Workload| it.lifecycle == Lifecycle::Job || !it.profiles.is_empty();
    let is_left_out = |it: &Workload| {
        is_in_turn(it) || it.replicas == 0 || it.raw_compose.get("deploy").is_some()
    };
    let workloads: Vec<&Workload> = platform.workloads().filter(|it| !is_left_out(it)).collect();
    for (index, workload) in workloads.iter().enumerate() {
        let Some(Gpu::Count(count @ 1..)) = workload.resources.gpu else {
            continue;
        };
        let other =
            workloads
                .iter()
                .enumerate()
                .find(|(place, other)| match &other.resources.gpu {
                    Some(Gpu::Count(1..)) => *place < index,
                    Some(Gpu::Devices(ids)) => {
                        let mut numbers = ids.iter().filter_map(|id| id.parse::<u32>().ok());
                        numbers.any(|number| number < count)
                    }
                    _ => false,
                });
        if let Some((_, other)) = other {
            let reason = format!(
                "gives it the GPUs of `{}`, too: the engine counts them from the first one on. List which ones each has: `resources.gpu = [0]`, or, where there is a chart too, `compose.deploy.resources.reservations.devices`",
                other.name
            );
            losses.key(workload, "resources", &reason);
        }
    }
}
