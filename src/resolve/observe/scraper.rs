//! What the platform's Prometheus needs for what it scrapes and for where it sends samples: secrets and certificates as
//! files, edges.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::{Code, Diagnostic, Sink},
    language::duration_ms,
    model::{
        Component, FileContent, FileMount, Login, Metrics, Piece, Platform, Reach, SettingValue,
        Text, scrape_ca, scrape_secret,
    },
    source::Span,
};

/// How often Prometheus scrapes where nothing else is said, in milliseconds.
const USUAL_INTERVAL: u64 = 15_000;

/// Gives the Prometheus what it reads at start, and checks what it would refuse.
pub(in crate::resolve) fn carry(platform: &mut Platform, sink: &mut Sink) {
    let Some(prometheus) = platform.first_of("prometheus") else {
        return;
    };
    let all = platform.components.iter().flat_map(Component::metrics);
    check_timeouts(prometheus, all.clone(), sink);
    let mut needs = Needs::default();
    for metrics in all {
        match &metrics.login {
            Some(
                Login::Bearer(secret)
                | Login::Basic {
                    password: secret, ..
                },
            ) => {
                needs.secrets.entry(secret.clone()).or_insert(metrics.span);
            }
            None => {}
        }
        if let Some(ca) = &metrics.ca {
            let path = scrape_ca(&metrics.job);
            needs.files.push((path, ca.clone(), metrics.span));
        }
    }
    for setting in &prometheus.settings {
        if let (true, SettingValue::Text(text)) =
            (setting.name.starts_with("remote_write"), &setting.value)
        {
            needs.text(text, setting.span);
        }
    }
    let name = prometheus.name.clone();
    let mut components = platform.components.iter_mut();
    let main = components
        .find(|component| component.name == name)
        .and_then(|component| component.workloads.iter_mut().find(|it| it.part.is_none()));
    let Some(main) = main else {
        return;
    };
    main.files.extend(needs.mounts());
    main.reaches.extend(needs.reaches);
}

/// What is mounted, and what is reached.
#[derive(Default)]
struct Needs {
    secrets: BTreeMap<String, Span>,
    files: Vec<(String, FileContent, Span)>,
    reaches: Vec<Reach>,
}

impl Needs {
    fn text(&mut self, text: &Text, span: Span) {
        for secret in text.secrets() {
            self.secrets.entry(secret.to_string()).or_insert(span);
        }
        let ends: BTreeSet<(&str, &str)> = text
            .endpoints()
            .map(|end| (end.component.as_str(), end.port.as_str()))
            .collect();
        self.reaches
            .extend(ends.into_iter().map(|(component, port)| Reach {
                component: component.to_string(),
                port: Some(port.to_string()),
                span,
            }));
    }

    fn mounts(&self) -> Vec<FileMount> {
        let mount = |path: String, content: FileContent, span: Span| FileMount {
            path,
            content,
            mode: 0o444,
            span,
        };
        let secrets = self.secrets.iter().map(|(name, span)| {
            mount(
                scrape_secret(name),
                FileContent::Secret(name.clone()),
                *span,
            )
        });
        let files = self.files.iter().map(|(path, content, span)| FileMount {
            mode: 0o644,
            ..mount(path.clone(), content.clone(), *span)
        });
        secrets.chain(files).collect()
    }
}

/// Prometheus does not start with a job that waits longer for an answer than until the next scrape.
fn check_timeouts<'a>(
    prometheus: &Component,
    all: impl Iterator<Item = &'a Metrics>,
    sink: &mut Sink,
) {
    let usual = match prometheus.setting("scrape_interval") {
        Some(SettingValue::Text(Text { pieces })) => match pieces.as_slice() {
            [Piece::Literal(text)] => duration_ms(text),
            _ => None,
        },
        _ => None,
    };
    for metrics in all {
        let interval = metrics.interval.or(usual).unwrap_or(USUAL_INTERVAL);
        let Some(timeout) = metrics.timeout.as_ref().filter(|it| it.value > interval) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                "a scrape may not take longer than until the next one",
            )
            .label(
                timeout.span,
                format!("longer than the {} s between two scrapes", interval / 1000),
            )
            .help("write a shorter `timeout`, or a longer `interval` beside it"),
        );
    }
}
