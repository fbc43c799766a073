//! Every error that a user can make, as a small platform beside its whole message.
//!
//! `errors/CODE-slug.toml` is a platform.toml; `errors/CODE-slug/` a project of several files, compiled into the
//! environment E where it has a `platform.E.toml` or a first line `# env: E`. `errors/CODE-slug.stderr` is all that may be
//! said of it. A first line `# expects: CODE, CODE` lists the codes where it is not CODE once. `BLESS=1` rewrites the
//! expected texts.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::{Code, Diagnostic, Edit, Level, Severity, render},
    source::Sources,
    world::MemoryWorld,
};

const STYLE: render::Style = render::Style {
    color: false,
    width: 110,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

struct Case {
    name: String,
    files: Vec<(String, Vec<u8>)>,
}

/// What the compiler says of a case.
struct Said {
    diagnostics: Vec<Diagnostic>,
    sources: Sources,
}

/// Every case, compiled once for all tests.
static CASES: LazyLock<Vec<(Case, Said)>> = LazyLock::new(|| {
    let cases = cases().into_iter();
    let compiled = cases.map(|case| {
        let said = case.compile();
        (case, said)
    });
    compiled.collect()
});

impl Case {
    fn code(&self) -> &'static str {
        Code::ALL
            .iter()
            .map(|code| code.name())
            .filter(|code| self.name.starts_with(&format!("{code}-")))
            .max_by_key(|code| code.len())
            .unwrap_or("")
    }

    /// What follows `key` in the first line of platform.toml, where that starts so.
    fn first_line(&self, key: &str) -> Option<String> {
        let (_, bytes) = self
            .files
            .iter()
            .find(|(path, _)| path == "platform.toml")?;
        let text = String::from_utf8_lossy(bytes);
        Some(text.lines().next()?.strip_prefix(key)?.to_string())
    }

    /// The codes that it has to give, sorted.
    fn expects(&self) -> Vec<String> {
        let mut codes: Vec<String> = match self.first_line("# expects: ").as_deref() {
            Some("nothing") => Vec::new(),
            Some(codes) => codes.split(", ").map(ToString::to_string).collect(),
            None => vec![self.code().to_string()],
        };
        codes.sort();
        codes
    }

    fn compile(&self) -> Said {
        let mut world = MemoryWorld::new();
        let mut request = Request {
            environment: self.first_line("# env: "),
            ..Request::default()
        };
        for (path, bytes) in &self.files {
            world = world.with(path, bytes.clone());
            let name = path.strip_prefix("platform.");
            let name = name.and_then(|it| it.strip_suffix(".toml"));
            request.environments.extend(name.map(str::to_string));
        }
        let first = request.environments.first().cloned();
        request.environment = request.environment.or(first);
        let compilation = compile(&world, &request);
        Said {
            diagnostics: compilation.diagnostics,
            sources: compilation.sources,
        }
    }

    /// What the case is about: errors, or the lint that it is named after.
    fn concerns(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.severity == Severity::Error
            || self
                .expects()
                .iter()
                .any(|code| code == diagnostic.code.name())
            || diagnostic.code.name() == self.code()
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a name").to_string_lossy();
        let files = if path.is_dir() {
            files_below(&path)
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            let bytes = fs::read(&path).expect("a readable case");
            vec![("platform.toml".to_string(), bytes)]
        } else {
            continue;
        };
        cases.push(Case {
            name: stem.into_owned(),
            files,
        });
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below the folder");
            let bytes = fs::read(entry.path()).expect("a readable file");
            (path.to_string_lossy().replace('\\', "/"), bytes)
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_mistake_gives_the_expected_message() {
    let mut wrong = Vec::new();
    for (case, said) in &*CASES {
        let told: Vec<Diagnostic> = said
            .diagnostics
            .iter()
            .filter(|diagnostic| case.concerns(diagnostic))
            .cloned()
            .collect();
        let text = render::human(&told, &said.sources, STYLE);
        let mut codes: Vec<String> = told
            .iter()
            .map(|diagnostic| diagnostic.code.name().to_string())
            .collect();
        codes.sort();
        if codes != case.expects() {
            wrong.push(format!(
                "{}: expected {:?}\n{text}",
                case.name,
                case.expects()
            ));
            continue;
        }
        let path = folder().join(format!("{}.stderr", case.name));
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &text).expect("a writable folder");
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            wrong.push(format!(
                "{}: another text (BLESS=1 takes it)\n{text}",
                case.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_expected_text_has_its_case() {
    let names: Vec<String> = cases().into_iter().map(|case| case.name).collect();
    for entry in fs::read_dir(folder()).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "stderr") {
            let stem = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            assert!(names.contains(&stem), "{stem}.stderr has no case");
        }
    }
}

#[test]
fn every_code_has_a_case_and_every_place_its_line() {
    let cases = cases();
    for code in Code::ALL {
        assert!(
            cases.iter().any(|case| case.code() == code.name()),
            "no case provokes `{}`",
            code.name()
        );
    }
}

#[test]
fn messages_keep_one_voice() {
    for (case, said) in &*CASES {
        for diagnostic in &said.diagnostics {
            let texts = std::iter::once(&diagnostic.message)
                .chain(diagnostic.labels.iter().map(|label| &label.text))
                .chain(&diagnostic.help);
            for text in texts {
                let lower = text.to_lowercase();
                assert!(!lower.contains("please"), "{}: {text}", case.name);
                // If the TOML parser calls a value invalid, it also says what it expected.
                let parser = diagnostic.code == Code::TomlSyntax;
                assert!(
                    parser || !lower.contains("invalid"),
                    "{}: {text}",
                    case.name
                );
                assert!(!text.ends_with('.'), "{}: {text}", case.name);
                // Who has the program alone has no pages of the repository.
                assert!(!text.contains("docs/"), "{}: {text}", case.name);
            }
            // The message of a loss says what is generated instead.
            if diagnostic.code == Code::TargetLoss {
                continue;
            }
            let help = diagnostic.help.as_deref().unwrap_or_default();
            assert!(
                !help.is_empty(),
                "{}: no help: {}",
                case.name,
                diagnostic.message
            );
        }
    }
}

mod helps {
    use super::*;
    use mlopsgen::diag::apply;

    /// The diagnostics of the case, a text each: code and message.
    fn errors(said: &Said) -> Vec<String> {
        let found = said.diagnostics.iter();
        found
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(printed)
            .collect()
    }

    fn printed(diagnostic: &Diagnostic) -> String {
        format!("{}: {}", diagnostic.code.name(), diagnostic.message)
    }

    /// The case with the edits of one help.
    fn fixed(case: &Case, said: &Said, diagnostic: &Diagnostic) -> Case {
        let mut files = case.files.clone();
        for (name, text) in apply(&diagnostic.edits, &said.sources) {
            let file = files.iter_mut().find(|(path, _)| *path == name);
            file.expect("a file of the project").1 = text.into_bytes();
        }
        Case {
            name: case.name.clone(),
            files,
        }
    }

    #[test]
    fn a_help_followed_word_for_word_mends_its_error() {
        let mut wrong = Vec::new();
        let mut followed = 0;
        for (case, before) in &*CASES {
            let told = before.diagnostics.iter();
            for diagnostic in told.filter(|diagnostic| !diagnostic.edits.is_empty()) {
                followed += 1;
                let fixed = fixed(case, before, diagnostic);
                let after = fixed.compile();
                let stays = |found: &&Diagnostic| {
                    found.code == diagnostic.code && found.message == diagnostic.message
                };
                let count = |said: &Said| said.diagnostics.iter().filter(stays).count();
                let is_mended = count(&after) < count(before);
                let old = errors(before);
                let new: Vec<String> = errors(&after)
                    .into_iter()
                    .filter(|error| !old.contains(error))
                    .collect();
                if !is_mended || !new.is_empty() {
                    wrong.push(format!(
                        "{}: {}\n  help: {}\n  fixed: {is_mended}, new errors: {new:?}\n{}",
                        case.name,
                        printed(diagnostic),
                        diagnostic.help.as_deref().unwrap_or_default(),
                        String::from_utf8_lossy(&fixed.files[0].1),
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(followed > 60, "only {followed} helps can be followed");
    }

    /// The code in a help, if it can be copied literally.
    fn shown(help: &str) -> Vec<&str> {
        let code = help.split('`').skip(1).step_by(2);
        code.filter(|code| {
            code.contains(" = ")
                && !["NAME", "OLD", "NEW", "..."]
                    .iter()
                    .any(|hole| code.contains(hole))
        })
        .collect()
    }

    #[test]
    fn what_a_program_writes_is_what_the_help_shows() {
        for (case, said) in &*CASES {
            for diagnostic in &said.diagnostics {
                let help = diagnostic.help.as_deref().unwrap_or_default();
                for edit in &diagnostic.edits {
                    let text = match edit {
                        Edit::Replace { text, .. } => text,
                        Edit::Rename { new, .. } | Edit::RenameTable { new, .. } => new,
                        Edit::Add { line, .. } | Edit::Declare { line, .. } => line,
                        Edit::Remove { .. } => {
                            assert!(help.contains("remove") || help.contains("write"), "{help}");
                            continue;
                        }
                    };
                    for line in text.lines() {
                        assert!(help.contains(line.trim()), "{}: {line}\n{help}", case.name);
                    }
                }
            }
        }
    }

    #[test]
    fn a_help_that_shows_what_to_write_can_be_followed_by_program() {
        let mut without = Vec::new();
        for (case, said) in &*CASES {
            for diagnostic in &said.diagnostics {
                let help = diagnostic.help.as_deref().unwrap_or_default();
                let is_name = help.starts_with("did you mean");
                let is_shown = ["write", "declare it"]
                    .iter()
                    .any(|start| help.starts_with(start));
                if diagnostic.edits.is_empty() && (is_name || is_shown && !shown(help).is_empty()) {
                    without.push(format!("{}: {help}", case.name));
                }
            }
        }
        assert!(without.is_empty(), "{}", without.join("\n"));
    }
}

/// `docs/errors/CODE.md`: a title that is the code, what it means, why it matters, a wrong and a right platform. What a
/// snippet leaves out is the platform's name and the group `main`.
mod pages {
    use super::*;

    fn page(code: Code) -> String {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/errors/{}.md", code.name()));
        fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()))
    }

    fn snippet(page: &str, heading: &str) -> Option<String> {
        let (_, after) = page.split_once(&format!("\n## {heading}\n"))?;
        let (_, after) = after.split_once("```toml\n")?;
        let (text, _) = after.split_once("```")?;
        Some(text.to_string())
    }

    /// The line before what the file of an environment holds.
    const STAGING: &str = "# platform.staging.toml\n";

    fn compiled(snippet: &str) -> Compilation {
        let (snippet, staging) = match snippet.split_once(STAGING) {
            Some((snippet, staging)) => (snippet, Some(staging)),
            None => (snippet, None),
        };
        let mut text = String::new();
        if !snippet.contains("[platform]") {
            text.push_str("[platform]\nname = \"demo\"\n");
        }
        if !snippet.contains("[groups]") {
            text.push_str("[groups]\nmain = \"Everything\"\n");
        }
        // A key before the first heading stands at the top of the file.
        let text = match snippet.starts_with("include") {
            true => format!("{snippet}\n{text}"),
            false => format!("{text}{snippet}"),
        };
        let mut world = MemoryWorld::new()
            .with("platform.toml", text)
            .with("config/app.yaml", "a: 1\n")
            .with("certs/ca.pem", "-----BEGIN CERTIFICATE-----\n")
            .with("services/api/Dockerfile", "FROM scratch\n");
        let mut request = Request::default();
        if let Some(staging) = staging {
            world = world.with("platform.staging.toml", staging);
            request.environment = Some("staging".to_string());
        }
        compile(&world, &request)
    }

    #[test]
    fn every_code_has_a_page_whose_examples_are_true() {
        for code in Code::ALL {
            let page = page(*code);
            let name = code.name();
            assert!(page.starts_with(&format!("# {name}: ")), "{name}: title");
            assert!(page.contains("\n## Why it matters\n"), "{name}: why");
            let wrong = snippet(&page, "Wrong").unwrap_or_else(|| panic!("{name}: wrong"));
            let right = snippet(&page, "Right").unwrap_or_else(|| panic!("{name}: right"));
            let says = |compilation: &Compilation| {
                compilation
                    .diagnostics
                    .iter()
                    .filter(|found| found.code == *code || found.severity == Severity::Error)
                    .map(|found| found.code)
                    .collect::<Vec<_>>()
            };
            // What needs further files is shown in the cases.
            if !NOT_ALONE.contains(code) {
                let compilation = compiled(&wrong);
                assert_eq!(
                    says(&compilation),
                    [*code],
                    "{name}, wrong:\n{}",
                    render::human(&compilation.diagnostics, &compilation.sources, STYLE)
                );
            }
            let compilation = compiled(&right);
            assert_eq!(
                says(&compilation),
                [],
                "{name}, right:\n{}",
                render::human(&compilation.diagnostics, &compilation.sources, STYLE)
            );
        }
    }

    /// Codes about files that are not TOML of a platform.
    const NOT_ALONE: [Code; 3] = [Code::Unreadable, Code::BadKind, Code::BadTemplate];

    #[test]
    fn there_is_no_page_without_a_code() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors");
        for entry in fs::read_dir(folder).expect("the folder of pages") {
            let path = entry.expect("an entry").path();
            let stem = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let code = Code::from_name(&stem);
            assert!(code.is_some(), "{stem}.md explains nothing");
            let lint = code.is_some_and(|code| code.level() == Level::Lint);
            let text = fs::read_to_string(&path).expect("a readable page");
            assert_eq!(
                text.contains("allow = ["),
                lint,
                "{stem}: how a lint is accepted"
            );
        }
    }
}
