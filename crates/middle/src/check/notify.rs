//! Notifications of alerts: routes that name components which do not exist, and alerts that no receiver gets.

use super::{Facts, credentials};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    model::{
        AlertSeverity, At, CONTAINER_ABSENT, Ci, Component, NO_REPLICAS, Notify, NotifyRoute,
        Platform, Purpose, REPLICAS_MISSING, ScrapeSettings, TARGET_DOWN, Text, WATCHDOG,
        is_generated_alertmanager, is_pattern, matches, used_nowhere,
    },
    text::all_of,
};

/// How many alerts a message names.
const NAMED: usize = 3;

/// Groups, components and alerts of routes that are not there: such a route takes nothing.
pub(super) fn route_names(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let Some(notify) = &platform.notify else {
        return;
    };
    let groups: Vec<&str> = platform.groups.iter().map(|it| it.name.as_str()).collect();
    let components = platform.components.iter().map(|it| it.name.as_str());
    let components: Vec<&str> = components.collect();
    let alerts: Vec<&str> = alerts(platform).map(|alert| alert.name).collect();
    let has_own_rules = platform.components.iter().any(|component| {
        component.purpose == Some(Purpose::Metrics)
            && ScrapeSettings::of(component).rules().is_some()
    });
    for route in &notify.routes {
        unknown("group", &route.groups, &groups, sink);
        unknown("component", &route.components, &components, sink);
        if !has_own_rules {
            unknown("alert", &route.alerts, &alerts, sink);
        }
    }
}

/// The alert that always fires: one of that name that does not, one that nothing sends, and a route that never gets it.
pub(super) fn watchdog(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let alerts = platform.components.iter().flat_map(|it| &it.alerts);
    for alert in alerts.filter(|it| it.name == WATCHDOG && !it.from_kind) {
        sink.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{WATCHDOG}` is the alert that always fires"),
            )
            .label(alert.span, "this alert has another meaning")
            .help(
                "give it another name: who waits for the always-firing alert takes this one for it",
            ),
        );
    }
    let Some((notify, watchdog)) = platform
        .notify
        .as_ref()
        .and_then(|notify| Some((notify, notify.watchdog.as_ref()?)))
    else {
        return;
    };
    for route in &notify.routes {
        let Some(named) = route.names_watchdog() else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!("the route never gets `{WATCHDOG}`"),
            )
            .label(watchdog.span, "this receiver gets it first")
            .label(named.span, "named here, too")
            .help("keep one of the two"),
        );
    }
    let server = platform.first_for(Purpose::Metrics);
    let is_sent = |it: &Component| it.alerts.iter().any(|alert| alert.name == WATCHDOG);
    let senders = || {
        platform
            .components
            .iter()
            .filter(|it| is_generated_alertmanager(it))
    };
    if let Some(sender) = senders().next()
        && server.is_some_and(|it| it.external.is_none())
        && !senders().any(is_sent)
    {
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!("`watchdog` waits for `{WATCHDOG}`, which is switched off"),
            )
            .label(watchdog.span, "this receiver never gets the alert, and so reports a failure all the time")
            .label(sender.span, format!("it has no `{WATCHDOG}`"))
            .help(format!(
                "remove `alerts.{WATCHDOG} = false` or `metrics = false` of `{}`, or leave `watchdog` out",
                sender.name
            )),
        );
    }
}

/// Receivers that nothing names, and routes behind one that takes every alert.
pub(super) fn unused(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let Some(notify) = &platform.notify else {
        return;
    };
    let posts: Vec<&String> = platform
        .ci
        .iter()
        .flat_map(Ci::posts)
        .flat_map(|it| &it.notify)
        .collect();
    for receiver in &notify.receivers {
        let name = &receiver.name;
        let is_named = notify.default.as_ref() == Some(name)
            || notify.watchdog.as_ref().is_some_and(|it| it.value == *name)
            || notify.routes.iter().any(|route| route.receiver == *name)
            || posts.contains(&name);
        if !is_named {
            let over = facts.platform.over.as_ref();
            let what = ("receiver", "notify.receivers");
            let unused = used_nowhere(what, name, receiver.span, over);
            sink.push(match over.filter(|it| it.source != receiver.span.source) {
                None => unused.help("name it as `default` or `watchdog`, in a route or in `post.notify` of a CI entry, or remove it"),
                Some(_) => unused,
            });
        }
    }
    let Some(at) = notify.routes.iter().position(NotifyRoute::takes_all) else {
        return;
    };
    for route in &notify.routes[at + 1..] {
        sink.push(
            Diagnostic::new(Code::Unused, "no alert gets as far as this route")
                .label(notify.routes[at].span, "this one takes every alert")
                .label(route.span, "so this one takes none")
                .help("move the route that takes every alert to the end, or write it as `default`"),
        );
    }
}

fn unknown(what: &str, patterns: &[At<String>], known: &[&str], sink: &mut Sink) {
    for pattern in patterns {
        if known.iter().any(|name| matches(&pattern.value, name)) {
            continue;
        }
        let name = &pattern.value;
        let message = if is_pattern(name) {
            format!("no {what} fits `{name}`")
        } else {
            format!("there is no {what} `{name}`")
        };
        sink.push(
            Diagnostic::new(Code::UnknownName, message)
                .label(pattern.span, format!("no such {what}"))
                .misspelled(name, nearest(name, known.iter().copied()), || {
                    format!("a route takes alerts that exist: name one of this platform's {what}s")
                }),
        );
    }
}

/// An alert as routes see it.
struct RoutedAlert<'a> {
    name: &'a str,
    severity: AlertSeverity,
    component: &'a Component,
}

/// The alerts of the platform: those of its components, and what it says of every one itself.
fn alerts(platform: &Platform) -> impl Iterator<Item = RoutedAlert<'_>> {
    let counts = platform.first_for(Purpose::ContainerMetrics).is_some();
    platform.components.iter().flat_map(move |component| {
        let own = component.alerts.iter().map(move |alert| RoutedAlert {
            name: &alert.name,
            severity: alert.severity,
            component,
        });
        let of_platform = [
            (TARGET_DOWN, AlertSeverity::Critical),
            (NO_REPLICAS, AlertSeverity::Critical),
            (REPLICAS_MISSING, AlertSeverity::Warning),
        ];
        let counted = counts.then_some((CONTAINER_ABSENT, AlertSeverity::Critical));
        let of_platform = of_platform.into_iter().chain(counted);
        own.chain(of_platform.map(move |(name, severity)| RoutedAlert {
            name,
            severity,
            component,
        }))
    })
}

/// Alerts that no receiver gets.
pub(super) fn nobody_told(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    if let Some(notify) = &platform.notify {
        written_out(notify, sink);
        let mut posts = platform.ci.iter().flat_map(Ci::posts);
        let ci_notifies = posts.any(|post| !post.notify.is_empty());
        if !ci_notifies && !platform.components.iter().any(is_generated_alertmanager) {
            sink.push(
                Diagnostic::new(Code::Unused, "`[notify]` is used nowhere")
                    .label(notify.span, "no Alertmanager is configured by it, and no CI entry notifies")
                    .help("add a component of the kind `alertmanager`, or leave its setting `config` to `[notify]`"),
            );
        }
    }
    let Some(prometheus) = platform.first_for(Purpose::Metrics) else {
        return;
    };
    if prometheus.external.is_some() {
        return;
    }
    let alertmanagers: Vec<&Component> = prometheus
        .uses
        .iter()
        .filter(|binding| binding.role == "alertmanager")
        .filter_map(|binding| platform.component(&binding.component))
        .collect();
    if alertmanagers.is_empty() {
        sink.push(
            lint("alerts reach nobody: Prometheus has no Alertmanager", prometheus)
                .label(prometheus.span, "alerts fire here and go nowhere")
                .or_accept("add a component of the kind `alertmanager`, and write in `[notify]` who is notified"),
        );
        return;
    }
    // Elsewhere, or by a configuration of the user's own, somebody else decides who is notified.
    let ours = alertmanagers
        .iter()
        .find(|component| is_generated_alertmanager(component));
    let (Some(alertmanager), true) = (
        ours,
        alertmanagers.iter().all(|it| is_generated_alertmanager(it)),
    ) else {
        return;
    };
    match &platform.notify {
        None => sink.push(
            lint(format!("`{}` notifies nobody", alertmanager.name), alertmanager)
                .label(alertmanager.span, "no receiver")
                .or_accept("name who is notified: `[notify]` `default = \"team\"`, and `[notify.receivers]` `team = { slack = \"${secrets.slack-webhook}\" }`"),
        ),
        Some(notify) => {
            unrouted(platform, notify, alertmanager, sink);
            no_mail(notify, alertmanager, sink);
        }
    }
}

fn lint(message: impl Into<String>, component: &Component) -> Diagnostic {
    Diagnostic::new(Code::NobodyTold, message).about(&component.name)
}

/// Alerts that match no route, if there is no default receiver.
fn unrouted(platform: &Platform, notify: &Notify, alertmanager: &Component, sink: &mut Sink) {
    if notify.default.is_some() {
        return;
    }
    let mut names: Vec<&str> = alerts(platform)
        .filter(|alert| alert.name != WATCHDOG)
        .filter(|alert| {
            let group = alert.component.group.as_deref();
            let component = &alert.component.name;
            let mut routes = notify.routes.iter();
            !routes.any(|route| route.takes(alert.name, alert.severity, component, group))
        })
        .map(|alert| alert.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    let message = match names.len() {
        0 => return,
        1 => format!("`{}` reaches nobody", names[0]),
        all if all <= NAMED => format!("{} reach nobody", all_of(&names)),
        all => format!(
            "{all} alerts reach nobody: {} and others",
            names[..NAMED]
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    sink.push(
        lint(message, alertmanager)
            .label(
                notify.span,
                "no route takes them, and there is no `default`",
            )
            .help("name the receiver of all other alerts: `default = \"team\"`"),
    );
}

/// Mails without a server that sends them.
fn no_mail(notify: &Notify, alertmanager: &Component, sink: &mut Sink) {
    let mut receivers = notify.receivers.iter();
    let Some(receiver) = receivers.find(|it| !it.email.is_empty()) else {
        return;
    };
    if notify.smtp.is_none() {
        sink.push(
            lint(
                format!("no server sends the mails of the receiver `{}`", receiver.name),
                alertmanager,
            )
            .label(receiver.span, "sent to the container itself, where no mail server runs")
            .help("name one: `[notify]` `smtp = { host = \"smtp.example.com:587\", from = \"alerts@example.com\" }`"),
        );
    }
}

/// Who knows the URL of a webhook of Slack or the key of a pager can write in the platform's name.
fn written_out(notify: &Notify, sink: &mut Sink) {
    for receiver in &notify.receivers {
        let ways = [
            ("slack", &receiver.slack),
            ("pagerduty", &receiver.pagerduty),
        ];
        for (key, text) in ways {
            plaintext_secret(key, text.as_ref(), sink);
        }
    }
    let password = notify.smtp.as_ref().and_then(|smtp| smtp.password.as_ref());
    plaintext_secret("password", password, sink);
}

fn plaintext_secret(key: &str, text: Option<&At<Text>>, sink: &mut Sink) {
    // What is a secret by its form was reported wherever it stands.
    let is_told = |text: &Text| {
        let plain = text.as_plain();
        plain.is_some_and(|it| credentials::of_lines(&it).next().is_some())
    };
    let is_open = |text: &&At<Text>| text.value.secrets().is_empty() && !is_told(&text.value);
    let Some(text) = text.filter(is_open) else {
        return;
    };
    sink.push(
        Diagnostic::new(
            Code::PlaintextSecret,
            format!("`{key}` of `[notify]` looks like a secret that is written out"),
        )
        .label(text.span, "in plain text")
        .help("declare a secret and write `\"${secrets.NAME}\"`"),
    );
}
