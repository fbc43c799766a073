//! Files and edges of the platform's Prometheus, for its scrape jobs and its remote writes: secrets and certificates as files.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{
        FileContent, FileMount, Login, Metrics, Reach, Setting, Text, scrape_ca, scrape_secret,
    },
    source::Span,
};

/// What the main workload of the platform's Prometheus has besides its own.
#[derive(Default)]
pub(in crate::resolve) struct Scraper {
    pub files: Vec<FileMount>,
    pub reaches: Vec<Reach>,
}

/// What it reads at start: by all that is scraped, and by its own settings.
pub(in crate::resolve) fn scraper<'a>(
    scraped: impl Iterator<Item = &'a Metrics>,
    settings: &[Setting],
) -> Scraper {
    let mut needs = Needs::default();
    for metrics in scraped {
        match &metrics.login {
            Some(
                Login::Bearer(secret)
                | Login::Basic {
                    password: Some(secret),
                    ..
                },
            ) => {
                needs.secrets.entry(secret.clone()).or_insert(metrics.span);
            }
            Some(Login::Basic { password: None, .. }) | None => {}
        }
        if let Some(ca) = &metrics.ca {
            let path = scrape_ca(&metrics.job);
            needs.files.push((path, ca.clone(), metrics.span));
        }
    }
    for setting in settings {
        if setting.name.starts_with("remote_write") {
            let texts = setting.value.texts();
            texts.iter().for_each(|text| needs.text(text, setting.span));
        }
    }
    Scraper {
        files: needs.mounts(),
        reaches: needs.reaches,
    }
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
            setting: None,
            template: None,
            asks: Vec::new(),
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
            setting: None,
            mode: 0o644,
            ..mount(path.clone(), content.clone(), *span)
        });
        secrets.chain(files).collect()
    }
}
