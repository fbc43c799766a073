//! Services that wait for each other through raw keys of Compose: Compose refuses the whole project.

use super::{
    Facts,
    raw::{RawService, RawSort},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    graph::independent_cycles,
    model::NetworkMode,
    source::Span,
    text::chain,
};

/// A service that waits for another.
struct Wait<'a> {
    from: &'a str,
    to: &'a str,
    span: Span,
    is_raw: bool,
}

pub(super) fn start_order(facts: Facts<'_>, sink: &mut Sink) {
    let raw: Vec<Wait<'_>> = facts.raw.services().flat_map(raw_waits).collect();
    if raw.is_empty() || !facts.platform.targets.contains(&Target::Compose) {
        return;
    }
    let mut all = raw;
    all.extend(typed_waits(facts));
    for wait in all.iter().filter(|it| it.is_raw && it.from == it.to) {
        let message = format!("`{}` waits for itself: Compose refuses it", wait.from);
        sink.push(
            Diagnostic::new(Code::DependencyCycle, message)
                .label(wait.span, "this service itself")
                .help("leave it out"),
        );
    }
    let others: Vec<&Wait<'_>> = all.iter().filter(|it| it.from != it.to).collect();
    let pairs: Vec<(&str, &str)> = others.iter().map(|it| (it.from, it.to)).collect();
    for cycle in independent_cycles(&pairs) {
        let names: Vec<&str> = cycle.iter().map(String::as_str).collect();
        let steps = names.iter().zip(names.iter().cycle().skip(1));
        let steps = steps.filter_map(|(from, to)| {
            // What is typed and raw is in the way as long as either stands.
            let mut found = others.iter().filter(|it| it.from == *from && it.to == *to);
            let first = found.next()?;
            Some(found.find(|it| !it.is_raw).unwrap_or(first))
        });
        let steps: Vec<_> = steps.collect();
        // The others are cycles of what is typed, and are reported as such.
        if steps.iter().any(|it| it.is_raw) {
            let message = format!(
                "these wait for each other in Compose, which refuses it: {}",
                chain(&names)
            );
            let diagnostic = Diagnostic::new(Code::DependencyCycle, message)
                .help("leave one of the raw keys out");
            sink.push(steps.iter().fold(diagnostic, |diagnostic, it| {
                diagnostic.label(it.span, format!("`{}` waits for `{}`", it.from, it.to))
            }));
        }
    }
}

fn raw_waits<'a>(service: &'a RawService<'a>) -> impl Iterator<Item = Wait<'a>> {
    let names = service.keys.names.iter();
    let awaited = names.filter(|it| it.sort == RawSort::Service && it.waits);
    awaited.map(|it| Wait {
        from: service.name,
        to: &it.found.value,
        span: service.places.of(it.found.by),
        is_raw: true,
    })
}

/// What is generated, and is not replaced by raw keys.
fn typed_waits(facts: Facts<'_>) -> Vec<Wait<'_>> {
    let replaced = |name: &str| {
        let mut raw = facts.raw.services();
        raw.any(|it| it.name == name && it.keys.replaces_order)
    };
    let mut waits = Vec::new();
    for workload in facts.platform.workloads() {
        let wait = |to, span| Wait {
            from: &workload.name,
            to,
            span,
            is_raw: false,
        };
        if !replaced(&workload.name) {
            let dependencies = workload.depends_on.iter();
            waits.extend(dependencies.map(|it| wait(it.workload.as_str(), it.span)));
        }
        if let Some(mode) = &workload.network_mode
            && let NetworkMode::Service(owner) = &mode.value
        {
            waits.push(wait(owner.as_str(), mode.span));
        }
    }
    waits
}
