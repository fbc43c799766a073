//! `[notify]`: who is notified of alerts.

use super::{
    form::{Form, NameRule},
    inner::FREE,
    key::key,
    shape::Shape,
};
use crate::value::AlertSeverity;

const RECEIVER_NAME: Shape = Shape::Plain(Form::Name(NameRule::Identifier));
const ONE_OR_MANY: Shape = Shape::Either(&[FREE, Shape::List(&FREE)]);
const SEVERITY: Shape = Shape::Plain(Form::Choice(AlertSeverity::NAMES));

/// Keys of one of `[notify.receivers]`: the ways in which it is notified. It may have several.
const RECEIVER: Shape = Shape::Table(&[
    key(
        "slack",
        Shape::Text,
        "An incoming webhook of Slack: a secret that holds its URL.",
        "slack = \"${secrets.slack-webhook}\"",
    ),
    key(
        "channel",
        FREE,
        "Slack's channel; else the one that the webhook was made for.",
        "channel = \"#ml-platform\"",
    ),
    key(
        "webhook",
        Shape::Text,
        "A URL that Alertmanager posts to; a secret may hold it whole, and a component may be what it names.",
        "webhook = \"https://pager.example.com/hook\"",
    ),
    key(
        "email",
        ONE_OR_MANY,
        "Addresses that get a mail through `notify.smtp`.",
        "email = [\"ml-team@example.com\"]",
    ),
    key(
        "pagerduty",
        Shape::Text,
        "A secret that holds the routing key of a PagerDuty service (Events API v2).",
        "pagerduty = \"${secrets.pagerduty-key}\"",
    ),
]);

/// Keys of one of `[[notify.routes]]`. All that are written must fit.
const ROUTE: Shape = Shape::Table(&[
    key(
        "receiver",
        RECEIVER_NAME,
        "Who is notified of the alerts that fit.",
        "receiver = \"on-call\"",
    )
    .required(),
    key(
        "severity",
        Shape::Either(&[SEVERITY, Shape::List(&SEVERITY)]),
        "One severity, or a list of them.",
        "severity = \"critical\"",
    ),
    key(
        "group",
        ONE_OR_MANY,
        "Groups of the components that the alerts are about; `*` and `?` stand for other characters.",
        "group = \"serving\"",
    ),
    key(
        "component",
        ONE_OR_MANY,
        "Components that the alerts are about; `*` and `?` as above.",
        "component = [\"mlflow\", \"mlflow-*\"]",
    ),
    key(
        "alert",
        ONE_OR_MANY,
        "Names of alerts; `*` and `?` as above.",
        "alert = \"Postgres*\"",
    ),
]);

const SMTP: Shape = Shape::Table(&[
    key(
        "host",
        Shape::Plain(Form::HostPort),
        "The mail server, with its port.",
        "host = \"smtp.example.com:587\"",
    )
    .required(),
    key(
        "from",
        FREE,
        "The sender's address.",
        "from = \"alerts@example.com\"",
    )
    .required(),
    key(
        "user",
        FREE,
        "The login; without one none is made.",
        "user = \"alerts@example.com\"",
    ),
    key(
        "password",
        Shape::Text,
        "A secret that holds the login's password.",
        "password = \"${secrets.smtp-password}\"",
    ),
    key(
        "tls",
        Shape::Boolean,
        "`false` for a server that knows no STARTTLS.",
        "tls = false",
    ),
]);

pub(super) const NOTIFY: Shape = Shape::Table(&[
    key(
        "default",
        RECEIVER_NAME,
        "The receiver of the alerts that no route takes.",
        "default = \"team\"",
    ),
    key(
        "watchdog",
        RECEIVER_NAME,
        "The receiver of the alert that always fires: a service that calls somebody when it misses it.",
        "watchdog = \"dead-man\"",
    ),
    key(
        "receivers",
        Shape::Map(NameRule::Identifier, &RECEIVER),
        "Who can be notified, and how.",
        "receivers.team = { slack = \"${secrets.slack-webhook}\" }",
    ),
    key(
        "routes",
        Shape::List(&ROUTE),
        "Which alerts go to whom; the first route that fits takes an alert.",
        "routes = [{ receiver = \"on-call\", severity = \"critical\" }]",
    ),
    key(
        "smtp",
        SMTP,
        "The server that sends mails.",
        "smtp = { host = \"smtp.example.com:587\", from = \"alerts@example.com\" }",
    ),
]);
