//! Who is notified of alerts.

use crate::{
    model::{AlertSeverity, At, Component, FileContent, Generated, Text},
    source::Span,
    value::HostAndPort,
};

/// `[notify]`: what Alertmanager's configuration is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Notify {
    /// The receiver of what no route takes.
    pub default: Option<String>,
    /// The receiver of the alert that always fires.
    pub watchdog: Option<At<String>>,
    pub receivers: Vec<Receiver>,
    /// The first that fits takes an alert.
    pub routes: Vec<NotifyRoute>,
    pub smtp: Option<Smtp>,
    pub span: Span,
}

/// Somebody who is notified, in one way or several.
#[derive(Clone, Debug, PartialEq)]
pub struct Receiver {
    pub name: String,
    /// The URL of an incoming webhook.
    pub slack: Option<At<Text>>,
    /// Slack's channel.
    pub channel: Option<String>,
    /// A URL.
    pub webhook: Option<At<Text>>,
    /// Addresses.
    pub email: Vec<String>,
    /// A routing key.
    pub pagerduty: Option<At<Text>>,
    pub span: Span,
}

/// What an alert must be for its receiver. An empty list fits everything; names may hold `*` and `?`.
#[derive(Clone, Debug, PartialEq)]
pub struct NotifyRoute {
    pub receiver: String,
    pub severities: Vec<AlertSeverity>,
    pub groups: Vec<At<String>>,
    pub components: Vec<At<String>>,
    pub alerts: Vec<At<String>>,
    pub span: Span,
}

/// The server that sends mails.
#[derive(Clone, Debug, PartialEq)]
pub struct Smtp {
    pub server: HostAndPort,
    pub from: String,
    pub user: Option<String>,
    pub password: Option<At<Text>>,
    pub tls: bool,
}

impl Notify {
    /// Every text in which a reference may stand.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let of_smtp = self.smtp.iter().filter_map(|smtp| smtp.password.as_ref());
        let of_receivers = self.receivers.iter().flat_map(Receiver::texts);
        of_receivers.chain(of_smtp.map(|text| &text.value))
    }
}

impl Receiver {
    /// Every text in which a reference may stand.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        let ways = [&self.slack, &self.webhook, &self.pagerduty];
        ways.into_iter().flatten().map(|text| &text.value)
    }
}

impl NotifyRoute {
    /// Whether it takes every alert.
    pub fn takes_all(&self) -> bool {
        let named = [&self.groups, &self.components, &self.alerts];
        self.severities.is_empty() && named.into_iter().all(Vec::is_empty)
    }

    /// Where it names the alert that always fires. A pattern that fits it, too, was written with others in mind.
    pub fn names_watchdog(&self) -> Option<&At<String>> {
        self.alerts.iter().find(|it| it.value == WATCHDOG)
    }

    /// Whether it takes an alert.
    pub fn takes(
        &self,
        alert: &str,
        severity: AlertSeverity,
        component: &str,
        group: Option<&str>,
    ) -> bool {
        let fits = |patterns: &[At<String>], name: &str| {
            patterns.is_empty() || patterns.iter().any(|it| matches(&it.value, name))
        };
        (self.severities.is_empty() || self.severities.contains(&severity))
            && fits(&self.alerts, alert)
            && fits(&self.components, component)
            && fits(&self.groups, group.unwrap_or_default())
    }
}

/// The alert that always fires.
pub const WATCHDOG: &str = "Watchdog";

/// Alerts of the platform itself: of a target that gives no answer, of replicas that are all gone, and of some.
pub const TARGET_DOWN: &str = "TargetDown";
pub const NO_REPLICAS: &str = "NoReplicas";
pub const REPLICAS_MISSING: &str = "ReplicasMissing";

/// An alert of the platform: nobody but cAdvisor sees a container, and it is gone.
pub const CONTAINER_ABSENT: &str = "ContainerAbsent";

/// Alerts of a service level objective: its error budget is used up within hours, and within days.
pub const BUDGET_BURNS_FAST: &str = "ErrorBudgetBurnsFast";
pub const BUDGET_BURNS_SLOWLY: &str = "ErrorBudgetBurnsSlowly";

/// Where below `generated/` Alertmanager's configuration is made from `[notify]`, if this is it.
pub fn notify_file(content: &FileContent) -> Option<&str> {
    match content {
        FileContent::Generated(Generated::NotifyConfig(path)) => Some(path),
        _ => None,
    }
}

/// Whether a component is an Alertmanager whose configuration is generated.
pub fn is_generated_alertmanager(component: &Component) -> bool {
    let mut files = component.workloads.iter().flat_map(|it| &it.files);
    files.any(|file| notify_file(&file.content).is_some())
}

/// Where Alertmanager finds a secret.
pub fn notify_secret(secret: &str) -> String {
    format!("/etc/alertmanager/secrets/{secret}")
}

/// Whether a pattern holds characters that stand for others.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a name fits a pattern: `*` stands for any characters, `?` for one.
///
/// Only the last `*` is tried again where the rest does not fit: an earlier one could take no more than it would. So the time is at
/// most the length of the pattern times that of the name.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut read) = (0, 0);
    // Behind the last `*`, and where in the name what it stands for ends.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                at += 1;
                star = Some((at, read));
            }
            (Some(wanted), _) if *wanted == '?' || *wanted == name[read] => {
                at += 1;
                read += 1;
            }
            (_, Some((behind, end))) => {
                at = behind;
                read = end + 1;
                star = Some((behind, read));
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|it| *it == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, name, fits) in [
            ("Redis*", "RedisDown", true),
            ("*Down", "RedisDown", true),
            ("*", "", true),
            ("a**c", "abbc", true),
            ("db-?", "db-1", true),
            ("db-?", "db-10", false),
            ("redis", "redis-1", false),
            ("*b?*d", "abcbed", true),
            ("a*b*c", "abxbxcx", false),
            ("*", "é", true),
            ("?", "é", true),
            ("", "", true),
            ("", "a", false),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} and {name}");
        }
    }
}
