//! Alertmanager's configuration: who is notified of which alert, from `[notify]`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::inhibition::{self, InhibitionView};

use crate::{
    model::{
        At, Host, Notify, NotifyRoute, Receiver, Smtp, Text, WATCHDOG, is_pattern, notify_secret,
    },
    speak::{Constants, Speak},
    target::{Context, shared::go_template::literal},
    value::HostAndPort,
};

/// The receiver of alerts that notify nobody. No receiver of platform.toml has a name that starts with `_`.
const NOBODY: &str = "_nobody";

/// The mail server that is named where platform.toml names none: the machine itself. A lint says so.
const LOCAL_MAIL: (&str, u16) = ("localhost", 25);

/// What `alertmanager.yml` says.
#[derive(Debug, Serialize)]
pub(super) struct AlertmanagerView {
    /// The server that sends mails; only where somebody is notified by mail.
    smtp: Option<SmtpView>,
    /// The receiver of what no route takes.
    default: String,
    /// The receiver of the alert that always fires.
    watchdog: String,
    /// The routes that name it.
    of_watchdog: Vec<RouteView>,
    /// The first that fits takes an alert.
    routes: Vec<RouteView>,
    /// What is held back while something else fires.
    inhibitions: Vec<InhibitionView>,
    /// Who can be notified.
    receivers: Vec<ReceiverView>,
}

#[derive(Debug, Serialize)]
struct SmtpView {
    /// HOST:PORT.
    host: String,
    /// The sender's address.
    from: String,
    /// The login.
    user: Option<String>,
    /// Its password, or the file that holds it.
    password: Option<ValueView>,
    /// Whether STARTTLS is asked for.
    tls: bool,
}

#[derive(Debug, Serialize)]
struct RouteView {
    /// Who is notified.
    receiver: String,
    /// Conditions in Alertmanager's own language.
    matchers: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ReceiverView {
    /// The name of the receiver.
    name: String,
    /// The URL of an incoming webhook of Slack.
    slack: Option<ValueView>,
    /// Slack's channel.
    channel: Option<String>,
    /// A URL that is posted to.
    webhook: Option<ValueView>,
    /// Addresses.
    email: Vec<String>,
    /// A routing key of PagerDuty.
    pagerduty: Option<ValueView>,
    /// Whether it is notified when an alert ends.
    resolved: bool,
}

/// A value that is written out, or in a file.
#[derive(Debug, Serialize)]
struct ValueView {
    /// What the key ends with: `_file` where a file holds the value.
    suffix: &'static str,
    /// The value, or the file.
    value: String,
}

pub(super) fn view(context: &Context<'_>) -> AlertmanagerView {
    let platform = context.platform;
    let speak = Constants(platform, context.vantage.site());
    let inhibitions = inhibition::view(context);
    let Some(notify) = &platform.notify else {
        return AlertmanagerView {
            smtp: None,
            default: NOBODY.to_string(),
            watchdog: NOBODY.to_string(),
            of_watchdog: Vec::new(),
            routes: Vec::new(),
            inhibitions,
            receivers: vec![null_receiver()],
        };
    };
    let receiver = |name: &Option<String>| name.clone().unwrap_or_else(|| NOBODY.to_string());
    let receivers = notify.receivers.iter();
    let mut receivers: Vec<ReceiverView> = receivers
        .flat_map(|receiver| receiver_views(speak, notify, receiver))
        .collect();
    let watchdog = notify.watchdog.as_ref().map(|it| &it.value);
    if notify.default.is_none() || watchdog.is_none() {
        receivers.push(null_receiver());
    }
    AlertmanagerView {
        smtp: smtp(speak, notify),
        default: receiver(&notify.default),
        watchdog: receiver(&watchdog.map(|name| of_watchdog(notify, name))),
        of_watchdog: notify
            .routes
            .iter()
            .filter(|route| route.names_watchdog().is_some())
            .map(|it| RouteView {
                receiver: of_watchdog(notify, &it.receiver),
                ..route(it)
            })
            .collect(),
        routes: notify
            .routes
            .iter()
            .filter(|route| takes_others(route))
            .map(route)
            .collect(),
        inhibitions,
        receivers,
    }
}

fn null_receiver() -> ReceiverView {
    ReceiverView {
        name: NOBODY.to_string(),
        slack: None,
        channel: None,
        webhook: None,
        email: Vec::new(),
        pagerduty: None,
        resolved: false,
    }
}

/// Whether a route takes any alert but the one that always fires.
fn takes_others(route: &NotifyRoute) -> bool {
    route.alerts.is_empty() || route.alerts.iter().any(|it| it.value != WATCHDOG)
}

/// Whether a receiver gets the alert that always fires, and whether it gets others.
fn watchdog_and_others(notify: &Notify, receiver: &str) -> (bool, bool) {
    let mut routes = notify.routes.iter().filter(|it| it.receiver == receiver);
    let is_watchdogs = notify
        .watchdog
        .as_ref()
        .is_some_and(|it| it.value == receiver);
    let is_default = notify.default.as_deref() == Some(receiver);
    (
        is_watchdogs || routes.clone().any(|it| it.names_watchdog().is_some()),
        is_default || routes.any(takes_others),
    )
}

/// The name under which a receiver gets the alert that always fires: it is told when other alerts end, of this one never.
fn of_watchdog(notify: &Notify, receiver: &str) -> String {
    match watchdog_and_others(notify, receiver) {
        (true, true) => format!("_watchdog-{receiver}"),
        _ => receiver.to_string(),
    }
}

/// A receiver. If it gets the alert that always fires and other alerts, there are two: a program that waits for the next sign of
/// life must not get a message that an alert has ended.
fn receiver_views(speak: Constants<'_>, notify: &Notify, receiver: &Receiver) -> Vec<ReceiverView> {
    let (watchdog, others) = watchdog_and_others(notify, &receiver.name);
    let own = |resolved: bool| ReceiverView {
        resolved,
        ..receiver_view(speak, receiver)
    };
    match (watchdog, others) {
        (true, true) => vec![
            own(true),
            ReceiverView {
                name: of_watchdog(notify, &receiver.name),
                ..own(false)
            },
        ],
        (is_watchdogs, _) => vec![own(!is_watchdogs)],
    }
}

fn receiver_view(speak: Constants<'_>, receiver: &Receiver) -> ReceiverView {
    let value = |text: &Option<At<Text>>| text.as_ref().map(|text| value(speak, &text.value));
    ReceiverView {
        name: receiver.name.clone(),
        slack: value(&receiver.slack),
        channel: receiver.channel.as_deref().map(literal),
        webhook: value(&receiver.webhook).map(ValueView::read_as_template),
        email: receiver.email.iter().map(|it| literal(it)).collect(),
        pagerduty: value(&receiver.pagerduty).map(ValueView::read_as_template),
        resolved: true,
    }
}

impl ValueView {
    /// Of a key that Alertmanager reads as a template: prometheus/alertmanager, `tmpl(` in notify/webhook/webhook.go and
    /// notify/pagerduty/pagerduty.go. Text in a file of the user is the user's own template.
    fn read_as_template(self) -> Self {
        match self.suffix {
            "" => Self {
                value: literal(&self.value),
                ..self
            },
            _ => self,
        }
    }
}

fn value(speak: Constants<'_>, text: &Text) -> ValueView {
    match text.secrets().first() {
        Some(secret) => ValueView {
            suffix: "_file",
            value: notify_secret(secret),
        },
        None => ValueView {
            suffix: "",
            value: speak.text(text),
        },
    }
}

fn smtp(speak: Constants<'_>, notify: &Notify) -> Option<SmtpView> {
    let mails = notify.receivers.iter().any(|it| !it.email.is_empty());
    let local = Smtp {
        server: HostAndPort {
            host: Host::Name(LOCAL_MAIL.0.to_string()),
            port: LOCAL_MAIL.1,
        },
        from: format!("alertmanager@{}", speak.0.name),
        user: None,
        password: None,
        tls: false,
    };
    let smtp = notify.smtp.as_ref().unwrap_or(&local);
    mails.then(|| SmtpView {
        host: smtp.server.to_string(),
        from: literal(&smtp.from),
        user: smtp.user.clone(),
        password: smtp.password.as_ref().map(|text| value(speak, &text.value)),
        tls: smtp.tls,
    })
}

fn route(route: &NotifyRoute) -> RouteView {
    let severities: Vec<&str> = route.severities.iter().map(|it| it.name()).collect();
    let names = |patterns: &[At<String>]| patterns.iter().map(|it| it.value.clone()).collect();
    let mut matchers = Vec::new();
    matchers.extend(matcher(
        "severity",
        severities.iter().map(ToString::to_string).collect(),
    ));
    matchers.extend(matcher("group", names(&route.groups)));
    matchers.extend(matcher("component", names(&route.components)));
    matchers.extend(matcher("alertname", names(&route.alerts)));
    RouteView {
        receiver: route.receiver.clone(),
        matchers,
    }
}

/// A condition on a label, which has to fit one of these patterns; `None` where there are none.
fn matcher(label: &str, patterns: Vec<String>) -> Option<String> {
    match patterns.as_slice() {
        [] => None,
        [name] if !is_pattern(name) => Some(format!("{label} = {}", quoted(name))),
        patterns => {
            let all: Vec<String> = patterns.iter().map(|it| expression(it)).collect();
            Some(format!("{label} =~ {}", quoted(&all.join("|"))))
        }
    }
}

/// A condition that a label has one of these values, which hold nothing that a regular expression reads.
pub(super) fn one_of(label: &str, values: &BTreeSet<&str>) -> String {
    let values: Vec<&str> = values.iter().copied().collect();
    match values.as_slice() {
        [value] => format!("{label} = {}", quoted(value)),
        values => format!("{label} =~ {}", quoted(&values.join("|"))),
    }
}

/// A pattern as a regular expression of Go.
fn expression(pattern: &str) -> String {
    let mut out = String::new();
    for c in pattern.chars() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            c if r"\.+^$()[]{}|".contains(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// A string of Alertmanager's matchers.
pub(super) fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', r"\\")
        .replace('"', r#"\""#)
        .replace('\n', r"\n");
    format!("\"{escaped}\"")
}
