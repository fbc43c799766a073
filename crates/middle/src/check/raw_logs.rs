//! Raw keys of a Compose service that send its output where nothing reads it.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
};

/// The engine's driver whose files are read by what ships lines, and which every service has.
const READ: &str = "json-file";

/// Lines that reach no store though something ships them: the engine gives them to another driver.
pub(super) fn drivers(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let mut components = platform.components.iter();
    let reader = components.find(|it| it.reads_logs);
    let (Some(reader), true) = (reader, platform.targets.contains(&Target::Compose)) else {
        return;
    };
    for service in facts.raw.services() {
        let driver = service.keys.logging_driver.as_ref();
        let Some(driver) = driver.filter(|it| it.value != READ && !it.value.contains('$')) else {
            continue;
        };
        let message = format!(
            "compose: `{}` does not read the lines of `{}`: their driver is `{}`",
            reader.name, service.name, driver.value
        );
        let diagnostic = Diagnostic::new(Code::TargetLoss, message)
            .label(
                service.places.of(driver.by),
                "they are in no file of the engine's",
            )
            .help(format!("leave `logging.driver` out: it is `{READ}`"));
        sink.push(match service.workload {
            Some(workload) => diagnostic.about(&workload.component),
            None => diagnostic,
        });
    }
}
