//! Facts that the page, the picture and the graph formats show alike.

use crate::{
    model::{
        Component, Endpoint, Field, Host, HostPort, Pipeline, Platform, Port, Purpose, TaskId,
    },
    speak::{Readable, Speak},
};

/// The mark of each flow: its step, or a letter if it has none.
pub fn marks(platform: &Platform) -> Vec<String> {
    let mut letters = 0;
    platform
        .flows
        .iter()
        .map(|flow| match flow.step {
            Some(step) => step.to_string(),
            None => {
                letters += 1;
                letter(letters - 1)
            }
        })
        .collect()
}

/// `a` to `z`, then `aa`, `ab` and so on.
fn letter(index: usize) -> String {
    let last = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => last.to_string(),
        more => format!("{}{last}", letter(more - 1)),
    }
}

/// The tasks of a pipeline in waves: tasks of one wave wait only for tasks of earlier waves.
pub fn task_waves(pipeline: &Pipeline) -> Vec<Vec<TaskId>> {
    let mut followers = vec![Vec::new(); pipeline.tasks.len()];
    for (id, task) in pipeline.tasks_by_id() {
        for before in &task.after {
            followers[before.value.0].push(id);
        }
    }
    let waited_for = pipeline.tasks.iter().map(|task| task.after.len());
    let mut waited_for: Vec<usize> = waited_for.collect();
    let ready = pipeline.tasks_by_id();
    let ready = ready.filter(|(_, task)| task.after.is_empty());
    let mut ready: Vec<TaskId> = ready.map(|(id, _)| id).collect();
    let mut waves = Vec::new();
    while !ready.is_empty() {
        let mut next = Vec::new();
        for follower in ready.iter().flat_map(|id| &followers[id.0]) {
            waited_for[follower.0] -= 1;
            if waited_for[follower.0] == 0 {
                next.push(*follower);
            }
        }
        next.sort();
        waves.push(std::mem::replace(&mut ready, next));
    }
    waves
}

/// The kind's title and the version, or the image if the kind has no title: `PostgreSQL 17.11`.
pub fn program_and_version(platform: &Platform, component: &Component) -> String {
    let Some(workload) = component.main() else {
        return component.title.clone();
    };
    let image = workload
        .image
        .rendered(|piece| Readable(platform).piece(piece));
    let repository = image.repository.as_plain().unwrap_or_default();
    let name = repository.rsplit('/').next().unwrap_or_default();
    let title = match component.any_program {
        true => name,
        false => component.title.as_str(),
    };
    match image.tag.and_then(|tag| tag.as_plain()) {
        Some(version) => format!("{title} {version}"),
        None => title.to_string(),
    }
}

/// Where a person on the host finds a published port: a URL if a browser knows the scheme.
pub fn host_url(port: &Port) -> Option<String> {
    let HostPort::Fixed(range) = port.host? else {
        return None;
    };
    let host = port.bind.browser_host();
    Some(if port.is_web() {
        format!("{}://{host}:{range}{}", port.scheme, port.path)
    } else {
        format!("{host}:{range}")
    })
}

/// The address of a port for clients inside, as references to it resolve.
pub fn inside(workload: &str, port: &Port) -> String {
    let endpoint = Endpoint {
        component: String::new(),
        port: String::new(),
        host: Host::Name(workload.to_string()),
        number: port.container.first,
        scheme: port.scheme.clone(),
        path: port.path.clone(),
        field: Field::Url,
        external: false,
    };
    if port.container.first != port.container.last {
        return format!("{workload}:{}", port.container);
    }
    if port.is_web() {
        endpoint.value()
    } else {
        endpoint.address()
    }
}

/// The component that runs pipelines or CI entries, if the platform has one.
pub fn runner(platform: &Platform, purpose: Purpose) -> Option<String> {
    let found = platform.first_for(purpose);
    found.map(|component| component.name.clone())
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn letters_go_on_after_z() {
        assert_eq!([0, 25, 26, 27].map(letter), ["a", "z", "aa", "ab"]);
    }
}
