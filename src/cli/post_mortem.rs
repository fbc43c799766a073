//! Why something did not come up: what is broken, its last words, and who waits for it.

use mlopsgen::{
    engine::{Container, Inspected, Phase, Selection, inspected},
    plan::Failure,
};

use super::{
    Context,
    engine::Engine,
    running::Running,
    terminal::{Paint, paint},
};

/// Tells it of each container of the selection that is not well; how many there are.
pub fn tell(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
    context: &Context,
) -> Result<usize, Failure> {
    let containers = engine.containers(running.name())?;
    let details = engine.inspect(&containers);
    let workloads = selection.workloads();
    let mut broken = 0;
    for container in &containers {
        let is_ours = workloads.iter().any(|w| w.name == container.service);
        let detail = inspected(container, &details);
        let Some(how) = cause(container, detail).filter(|_| is_ours) else {
            continue;
        };
        broken += 1;
        let color = context.terminal.color_err;
        let service = container.service.as_str();
        let mut text = format!(
            "\n{} `{service}` is not well: {how}\n",
            paint("error:", Paint::Alarm, color)
        );
        let graph = &running.output.graph;
        let is_waiting = |name: &str| {
            let container = containers.iter().find(|it| it.service == name);
            Phase::of(container) == Phase::Waiting && graph.waits_for(name).contains(service)
        };
        let waiting: Vec<&str> = workloads
            .iter()
            .filter(|workload| is_waiting(&workload.name))
            .map(|workload| workload.name.as_str())
            .collect();
        if !waiting.is_empty() {
            text.push_str(&format!("  waiting for it: {}\n", waiting.join(", ")));
        }
        if let Some(check) = detail.and_then(Inspected::failed_check) {
            text.push_str(&block("its health check says", &check));
        }
        let words = [
            "logs",
            "--no-color",
            "--no-log-prefix",
            "--tail",
            "10",
            service,
        ];
        let logs = engine.listen(&running.by_name(words)).unwrap_or_default();
        match logs.trim().is_empty() {
            true => text.push_str("  it has written nothing\n"),
            false => text.push_str(&block("its last words", logs.trim_end())),
        }
        context.terminal.err(&text);
    }
    Ok(broken)
}

/// How a container is not well; `None` if it is, or only waits for others.
fn cause(container: &Container, detail: Option<&Inspected>) -> Option<String> {
    let state = detail.map(|detail| &detail.state);
    if let Some(state) = state.filter(|state| !state.error.is_empty() && !container.is_running()) {
        return Some(format!("the engine could not start it: {}", state.error));
    }
    let Phase::Failed(how) = Phase::of(Some(container)) else {
        return falls_again_and_again(container, detail);
    };
    let is_out_of_memory = state.is_some_and(|state| state.is_out_of_memory);
    Some(match is_out_of_memory {
        true => format!("{how}: it was killed, because it wanted more memory than its limit"),
        false => format!("{how} ({})", container.status),
    })
}

/// What starts and falls may be met while it runs for a moment.
fn falls_again_and_again(container: &Container, detail: Option<&Inspected>) -> Option<String> {
    let restarts = detail.map_or(0, |detail| detail.restart_count);
    let is_unproven = container.health.is_empty() && container.is_running();
    let has_just_started = container.status.contains("second");
    (restarts > 0 && is_unproven && has_just_started).then(|| {
        format!(
            "it has been restarted {restarts} times ({})",
            container.status
        )
    })
}

/// A few lines of somebody else's.
fn block(title: &str, text: &str) -> String {
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let skip = lines.len().saturating_sub(10);
    lines.drain(..skip);
    let lines: Vec<String> = lines.iter().map(|line| format!("    | {line}\n")).collect();
    format!("  {title}:\n{}", lines.concat())
}
