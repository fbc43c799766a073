//! What the engine's `inspect` shows of containers, beyond `compose ps`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Container;

/// One container. Docker and Podman write the same names; what one of them leaves out is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Inspected {
    /// All characters of the id.
    pub id: String,
    /// When it was created, RFC 3339.
    pub created: String,
    /// The id of the image that it was made of.
    pub image: String,
    /// How often the engine started it again.
    pub restart_count: u64,
    /// Whether and since when it runs, and the result of its health checks.
    pub state: State,
    /// The image and the labels that it was created with.
    pub config: Config,
    /// Volumes and folders in it.
    pub mounts: Vec<MountPoint>,
}

/// A volume or a folder of the machine in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MountPoint {
    /// `volume`, `bind`, `tmpfs`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// A volume's.
    pub name: String,
    /// The folder of the machine.
    pub source: String,
    #[serde(rename = "RW")]
    pub is_writable: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct State {
    /// Why the engine could not start it; empty where it could.
    pub error: String,
    #[serde(rename = "OOMKilled")]
    pub is_out_of_memory: bool,
    pub exit_code: i64,
    pub started_at: String,
    #[serde(alias = "Healthcheck")]
    pub health: Option<HealthState>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthState {
    pub log: Option<Vec<HealthRun>>,
}

/// One run of a health check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthRun {
    pub exit_code: i64,
    pub output: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// The image as the service names it.
    pub image: String,
    pub labels: Option<BTreeMap<String, String>>,
}

impl Inspected {
    /// Compose's hash over the service that it was made of.
    pub fn config_hash(&self) -> Option<&str> {
        let labels = self.config.labels.as_ref()?;
        labels
            .get("com.docker.compose.config-hash")
            .map(String::as_str)
    }

    /// When it was started, if ever: `2026-11-22T18:53:15`, in UTC.
    pub fn started(&self) -> Option<String> {
        let time = comparable(&self.state.started_at)?;
        time.split_once('.').map(|(seconds, _)| seconds.to_string())
    }

    /// The output of the last run of its health check, if that failed.
    pub fn failed_check(&self) -> Option<String> {
        let health = self.state.health.as_ref()?;
        let last = health.log.as_ref()?.last()?;
        let words = last.output.trim();
        match (last.exit_code, words) {
            (0, _) => None,
            (code, "") => Some(format!("exit status {code}, without output")),
            (code, words) => Some(format!("exit status {code}: {words}")),
        }
    }

    /// Whether it was created before the other's last start. `false` where a time is unknown.
    pub fn is_older_than_the_run_of(&self, other: &Self) -> bool {
        let created = comparable(&self.created);
        let started = comparable(&other.state.started_at);
        created
            .zip(started)
            .is_some_and(|(created, started)| created < started)
    }
}

/// The one that `compose ps` calls by the first characters of its id.
pub fn inspected<'a>(container: &Container, all: &'a [Inspected]) -> Option<&'a Inspected> {
    let is_it = |one: &&Inspected| {
        !container.id.is_empty()
            && (one.id.starts_with(&container.id) || container.id.starts_with(&one.id))
    };
    all.iter().filter(|one| !one.id.is_empty()).find(is_it)
}

/// A time in UTC with nine digits behind the dot, so that texts compare as times do. `None` for another zone, and for the
/// year 1, which the engine writes for never.
fn comparable(time: &str) -> Option<String> {
    let plain = time
        .strip_suffix('Z')
        .or_else(|| time.strip_suffix("+00:00"))?;
    let (seconds, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let is_time = seconds.len() == 19 && !seconds.starts_with("0001");
    is_time.then(|| format!("{seconds}.{fraction:0<9}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCKER: &str = r#"[{"Id":"d3c66c8249aa","Created":"2026-11-22T18:53:13.5Z","Image":"sha256:1","RestartCount":2,
        "State":{"Status":"running","OOMKilled":true,"Error":"","ExitCode":0,"StartedAt":"2026-11-22T18:53:13.45Z",
        "Health":{"Status":"unhealthy","Log":[{"ExitCode":0,"Output":"fine"},{"ExitCode":7,"Output":"curl: (7) refused\n"}]}},
        "Config":{"Image":"bb:1","Labels":{"com.docker.compose.config-hash":"abc"}}}]"#;
    const PODMAN: &str = r#"[{"Id":"d3c66c8249aa","Created":"2026-11-22T18:53:13Z",
        "State":{"StartedAt":"0001-01-01T00:00:00Z","Healthcheck":{"Log":null}},"Config":{"Labels":null}}]"#;

    #[test]
    fn both_engines_are_understood() {
        let docker: Vec<Inspected> = serde_json::from_str(DOCKER).expect("docker");
        let podman: Vec<Inspected> = serde_json::from_str(PODMAN).expect("podman");
        assert_eq!(docker[0].config_hash(), Some("abc"));
        assert_eq!(docker[0].started().as_deref(), Some("2026-11-22T18:53:13"));
        let output = docker[0].failed_check();
        assert_eq!(output.as_deref(), Some("exit status 7: curl: (7) refused"));
        assert!(docker[0].state.is_out_of_memory && docker[0].restart_count == 2);
        assert_eq!(
            (podman[0].started(), podman[0].failed_check()),
            (None, None)
        );
        let by_id = Container {
            id: "d3c66c8249".to_string(),
            ..Container::default()
        };
        assert_eq!(inspected(&by_id, &docker), docker.first());
        assert_eq!(inspected(&Container::default(), &docker), None);
    }

    #[test]
    fn times_compare_as_times() {
        let docker: Vec<Inspected> = serde_json::from_str(DOCKER).expect("docker");
        let mut later = docker[0].clone();
        later.state.started_at = "2026-11-22T18:53:13.51Z".to_string();
        assert!(docker[0].is_older_than_the_run_of(&later));
        assert!(!docker[0].is_older_than_the_run_of(&docker[0]));
        later.state.started_at = "unknown".to_string();
        assert!(!docker[0].is_older_than_the_run_of(&later));
    }
}
