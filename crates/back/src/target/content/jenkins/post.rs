//! The steps after the stages: shell lines, files that are archived, and notifications.

use serde::Serialize;

use super::{bindings::Binding, patterns};
use crate::{
    files::Site,
    model::{Platform, Post, Receiver, Text},
    speak::{Constants, Speak},
    value::PostCondition,
};

/// What runs under one condition.
#[derive(Debug, Serialize)]
pub struct Block {
    /// Jenkins' name of it.
    condition: &'static str,
    /// Scripts.
    run: Vec<String>,
    /// `NAME=value` of variables that an `environment` block can not hold.
    odd_variables: Vec<String>,
    /// Secrets of such names.
    odd_credentials: Vec<Binding>,
    /// Patterns of files to keep, separated by commas.
    archive: Option<String>,
    /// Patterns of the results of tests, separated by commas.
    junit: Option<String>,
    /// Messages to send.
    notes: Vec<Note>,
}

/// A message to one receiver in one of its ways.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Note {
    Mail {
        /// Addresses, separated by commas.
        to: String,
    },
    Slack(Target),
    Webhook(Target),
    PagerDuty(Target),
}

/// A URL or a key: as it is, or the credential that holds it.
#[derive(Clone, Debug, Serialize)]
struct Target {
    plain: String,
    credential: Option<String>,
}

/// The blocks in the order in which Jenkins looks at the conditions.
pub fn blocks(
    platform: &Platform,
    post: &Post,
    odd_variables: &[String],
    odd_credentials: &[Binding],
) -> Vec<Block> {
    let notes = notes(platform, post);
    let block = |condition: PostCondition| {
        let lines = post.steps.iter().filter(|(of, _)| *of == condition);
        let run: Vec<String> = lines
            .flat_map(|(_, lines)| lines)
            .map(|line| Constants(platform, Site::Engine).text(line))
            .collect();
        let kept = |globs: &[String]| match condition {
            PostCondition::Always if !globs.is_empty() => Some(patterns::files(globs)),
            _ => None,
        };
        let notifies = matches!(
            condition,
            PostCondition::Unsuccessful | PostCondition::Fixed
        );
        Block {
            condition: condition.name(),
            odd_variables: odd_variables.to_vec(),
            odd_credentials: odd_credentials.to_vec(),
            run,
            archive: kept(&post.archive),
            junit: kept(&post.junit),
            notes: if notifies { notes.clone() } else { Vec::new() },
        }
    };
    let all = PostCondition::ALL.iter().copied().map(block);
    all.filter(|block| {
        !block.run.is_empty()
            || !block.notes.is_empty()
            || block.archive.is_some()
            || block.junit.is_some()
    })
    .collect()
}

fn notes(platform: &Platform, post: &Post) -> Vec<Note> {
    let receivers = platform.notify.iter().flat_map(|it| &it.receivers);
    receivers
        .filter(|receiver| post.notify.contains(&receiver.name))
        .flat_map(|receiver| ways(platform, receiver))
        .collect()
}

fn ways(platform: &Platform, receiver: &Receiver) -> Vec<Note> {
    let target = |text: &Text| Target {
        plain: Constants(platform, Site::Engine).text(text),
        credential: text.secrets().first().map(ToString::to_string),
    };
    let mut ways = Vec::new();
    if !receiver.email.is_empty() {
        let to = receiver.email.join(", ");
        ways.push(Note::Mail { to });
    }
    let slack = receiver.slack.as_ref();
    ways.extend(slack.map(|it| Note::Slack(target(&it.value))));
    let webhook = receiver.webhook.as_ref();
    ways.extend(webhook.map(|it| Note::Webhook(target(&it.value))));
    let pagerduty = receiver.pagerduty.as_ref();
    ways.extend(pagerduty.map(|it| Note::PagerDuty(target(&it.value))));
    ways
}
