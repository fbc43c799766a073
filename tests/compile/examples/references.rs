//! Every word of every form of reference, misspelled: one error, at the reference, that names the word that was meant.

use mlopsgen_front::reference::{ComponentField, PLATFORM_WORDS, PortField, Words};

use super::{misspelled::misspelled, *};

/// A platform with one of everything that a reference can name. The reference stands in `env.X` of `reader`.
const BEFORE: &str = r#"
[platform]
name = "demo"
[groups]
feast = "Online feature store"
[secrets]
db-password = { env = "DB_PASSWORD" }
[vars]
region = { default = "eu", env = "REGION" }
[components.database]
kind = "postgres"
group = "feast"
settings = { database = "mlflow", user = "feast", password = "${secrets.db-password}" }
[components.tracking]
kind = "mlflow"
group = "feast"
uses = { backend_store = "database" }
ports.http = { host = 5000 }
[components.reader]
image = "example/reader:1"
group = "feast"
health = false
user = "1000:1000"
resources = { cpu = "1", memory = "1Gi" }
ports.admin = { container = 9000, host = 9000 }
"#;

/// Every reference that a platform can hold, by its segments.
fn references() -> Vec<Vec<String>> {
    let of = |text: &str| text.split('.').map(ToString::to_string).collect::<Vec<_>>();
    let mut all: Vec<Vec<String>> = [
        "secrets.db-password",
        "vars.region",
        "platform.name",
        "platform.network.feast",
        "self.name",
    ]
    .map(of)
    .to_vec();
    for field in PortField::names_in(Words::Platform) {
        all.push(of(&format!("components.tracking.http.{field}")));
        all.push(of(&format!("self.admin.{field}")));
    }
    for fact in [ComponentField::Image, ComponentField::Version] {
        all.push(of(&format!("components.tracking.{}", fact.name())));
    }
    for output in [
        "host", "port", "database", "user", "password", "url", "sslmode",
    ] {
        all.push(of(&format!("components.database.{output}")));
    }
    all.push(of("components.tracking.public_url"));
    all
}

/// The place and the help of each error of a platform with this reference, and all of them as they are printed.
fn report_on(reference: &str) -> (Vec<(String, String)>, String) {
    let text = format!("{BEFORE}env.X = \"a ${{{reference}}} b\"\n");
    let compilation = compiled(&[("platform.toml", text)], None);
    let errors = errors_of(&compilation);
    let said = errors.iter().map(|error| {
        let place = error
            .labels
            .first()
            .map(|label| compilation.sources.text(label.span));
        (
            place.unwrap_or_default().to_string(),
            error.help.clone().unwrap_or_default(),
        )
    });
    (said.collect(), messages_of(&errors, &compilation.sources))
}

/// Whether a help names the word, alone or within a whole reference.
fn names(help: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    help.starts_with("did you mean `") && help.split(|c| !is_part(c)).any(|part| part == word)
}

#[test]
fn a_misspelled_word_of_a_reference_is_one_error_that_names_it() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (turn, segments) in references().into_iter().enumerate() {
        let right = segments.join(".");
        let (said, printed) = report_on(&right);
        assert!(said.is_empty(), "{printed}");
        for (index, word) in segments.iter().enumerate() {
            for turn in turn..turn + 3 {
                let mut segments = segments.clone();
                segments[index] = misspelled(word, turn);
                if segments[index] == *word {
                    continue;
                }
                tried += 1;
                let reference = segments.join(".");
                let (said, printed) = report_on(&reference);
                let is_good = matches!(said.as_slice(), [(place, help)]
                    if *place == format!("${{{reference}}}") && names(help, word));
                if !is_good {
                    wrong.push(format!("{reference} for {right}\n{printed}"));
                }
            }
        }
    }
    assert!(tried > 150, "only {tried} words");
    assert!(
        wrong.is_empty(),
        "{} of {tried}\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_stands_around_a_reference_or_names_a_table_is_one_error_that_names_the_reference() {
    let mut wrong = Vec::new();
    for (written, meant) in [
        ("components.tracking.ports.http.url", "http.url"),
        ("components.tracking.prots.htpp.ulr", "http.url"),
        ("components.tracking.ports.http", "http.address"),
        ("components.tracking.http.url.x", "http.url"),
        ("components.database.settings.user", "user"),
        ("components.database.outputs.databse", "database"),
        ("self.ports.admin.url", "admin.url"),
        (
            " components.tracking.http.url ",
            "${components.tracking.http.url}",
        ),
        (
            "{components.tracking.http.url}",
            "${components.tracking.http.url}",
        ),
        (
            "Components.tracking.http.url",
            "${components.tracking.http.url}",
        ),
        ("SECRETS.db-password", "${secrets.db-password}"),
    ] {
        let (said, printed) = report_on(written);
        let help = format!("did you mean `{meant}`?");
        if said.len() != 1 || said[0].1 != help {
            wrong.push(format!("{written}\n{printed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_word_that_starts_a_reference_is_tried() {
    let tried = references();
    for word in PLATFORM_WORDS {
        assert!(tried.iter().any(|segments| segments[0] == word), "{word}");
    }
}
