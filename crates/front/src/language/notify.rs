//! `[notify]`: who is notified of alerts.

use super::{
    form::{Form, NameRule},
    inner::FREE,
    key::key,
    shape::Shape,
};
use crate::value::AlertSeverity;

const RECEIVER_NAME: Shape = Shape::Plain(Form::Declared(NameRule::Identifier));
const ONE_OR_MANY: Shape = Shape::Either(&[FREE, Shape::List(&FREE)]);
const MAILBOX: Shape = Shape::Plain(Form::Mailbox);
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
        "Slack's channel; by default that of the webhook.",
        "channel = \"#ml-platform\"",
    ),
    key(
        "webhook",
        Shape::Text,
        "A URL that Alertmanager posts to; the whole URL may be a secret, and it may be the address of a component.",
        "webhook = \"https://pager.example.com/hook\"",
    ),
    key(
        "email",
        Shape::Either(&[MAILBOX, Shape::List(&MAILBOX)]),
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
        "Who is notified of the alerts that match.",
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
        MAILBOX,
        "The sender's address.",
        "from = \"alerts@example.com\"",
    )
    .required(),
    key(
        "user",
        FREE,
        "The user to log in with; without it there is no log-in.",
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
        "`false` for a server without STARTTLS.",
        "tls = false",
    ),
]);

pub(super) const NOTIFY: Shape = Shape::Table(&[
    key(
        "default",
        RECEIVER_NAME,
        "The receiver of the alerts that match no route.",
        "default = \"team\"",
    ),
    key(
        "watchdog",
        RECEIVER_NAME,
        "The receiver of the alert that always fires: a service that notifies somebody when this alert stops. Without it nobody hears that Prometheus or Alertmanager itself is gone.",
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
        "Which alerts go to whom; an alert goes to the first route that matches it.",
        "routes = [{ receiver = \"on-call\", severity = \"critical\" }]",
    ),
    key(
        "smtp",
        SMTP,
        "The server that sends mails.",
        "smtp = { host = \"smtp.example.com:587\", from = \"alerts@example.com\" }",
    ),
]);
