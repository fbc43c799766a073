//! The output of `compose ps --format json`, in the two shapes that it has had.

use serde::Deserialize;
use serde_json::Value;

/// One container of the platform, as the engine knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Container {
    /// The first characters of the engine's id, or all of them.
    #[serde(rename = "ID")]
    pub id: String,
    /// The container's name, as in `shop-redis-1`.
    pub name: String,
    /// The workload.
    pub service: String,
    /// `running`, `exited`, `restarting`, `created`, ...
    pub state: String,
    /// `healthy`, `unhealthy`, `starting`; empty without a health check.
    pub health: String,
    /// What it ended with; 0 while it runs.
    pub exit_code: i64,
    /// The engine's words: `Up 5 minutes (healthy)`.
    pub status: String,
    /// `None` where Compose printed no list.
    pub publishers: Option<Vec<Publisher>>,
    /// By name, or as one text: `NAME=VALUE,NAME=VALUE`.
    pub labels: Value,
}

/// The label with the folder whose files a container was started with.
const WORKING_FOLDER: &str = "com.docker.compose.project.working_dir";

/// A port that is published on the host; 0 where it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Publisher {
    /// The address on the host.
    #[serde(rename = "URL")]
    pub url: String,
    /// The number in the container.
    pub target_port: u16,
    /// The number on the host.
    pub published_port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
}

impl Container {
    /// Whether its main process runs.
    pub fn is_running(&self) -> bool {
        matches!(self.state.as_str(), "running" | "restarting" | "paused")
    }

    /// Whether it has failed: it is not healthy, not starting, and did not complete.
    pub fn is_broken(&self) -> bool {
        match self.state.as_str() {
            "running" => self.health == "unhealthy",
            "exited" => self.exit_code != 0,
            "restarting" | "dead" => true,
            _ => false,
        }
    }

    /// The folder whose files it was started with, where Compose prints labels.
    pub fn started_in(&self) -> Option<&str> {
        match &self.labels {
            Value::Object(labels) => labels.get(WORKING_FOLDER)?.as_str(),
            Value::String(labels) => {
                let (_, found) = labels.split_once(&format!("{WORKING_FOLDER}="))?;
                // A folder's name may hold a comma.
                Some(found.split(",com.docker.").next().unwrap_or(found))
            }
            _ => None,
        }
    }

    /// Its ports that lead to one of the host.
    pub fn published(&self) -> impl Iterator<Item = &Publisher> {
        let publishers = self.publishers.iter().flatten();
        publishers.filter(|publisher| publisher.published_port != 0)
    }
}

/// The containers, sorted by workload and name. Errors: what was printed is neither a list nor one object a line.
pub fn parse(text: &str) -> Result<Vec<Container>, serde_json::Error> {
    let text = text.trim();
    let mut containers: Vec<Container> = match text.starts_with('[') {
        true => serde_json::from_str(text)?,
        false => serde_json::Deserializer::from_str(text)
            .into_iter()
            .collect::<Result<_, _>>()?,
    };
    containers.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    Ok(containers)
}

#[cfg(test)]
mod tests {
    use super::parse;

    const REDIS: &str = r#"{"ID":"a1","Service":"redis","State":"running","Health":"healthy","ExitCode":0,"Publishers":[{"URL":"127.0.0.1","TargetPort":6379,"PublishedPort":6378,"Protocol":"tcp"},{"URL":"","TargetPort":80,"PublishedPort":0,"Protocol":"tcp"}],"More":1}"#;
    const INIT: &str =
        r#"{"ID":"b2","Service":"init","State":"exited","ExitCode":3,"Publishers":null}"#;

    #[test]
    fn a_list_and_lines_mean_the_same() {
        let lines = parse(&format!("{REDIS}\n{INIT}\n")).expect("lines");
        let list = parse(&format!("[{REDIS},{INIT}]")).expect("a list");
        assert_eq!(lines, list);
        assert_eq!(lines[0].service, "init");
        assert!(lines[0].is_broken() && !lines[0].is_running());
        assert_eq!(lines[1].published().count(), 1);
    }

    #[test]
    fn both_forms_of_labels_tell_the_folder() {
        let label = "com.docker.compose.project.working_dir";
        for labels in [
            format!(r#"{{"{label}":"/a,b"}}"#),
            format!(r#""x=1,{label}=/a,b,com.docker.compose.service=c""#),
            format!(r#""{label}=/a,b""#),
        ] {
            let found = parse(&format!(r#"{{"Service":"c","Labels":{labels}}}"#)).expect("one");
            assert_eq!(found[0].started_in(), Some("/a,b"), "{labels}");
        }
        assert_eq!(parse(REDIS).expect("one")[0].started_in(), None);
    }

    #[test]
    fn nothing_is_no_container() {
        assert_eq!(parse("\n").expect("nothing"), []);
        assert!(parse("Error: no engine").is_err());
    }
}
