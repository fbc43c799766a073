//! The form and the length of what `env init` makes.

use crate::{binary, support::folder::Folder};

fn run(project: &Folder, words: &[&str]) -> (i32, String) {
    let ran = binary::finish(binary::command(project, words));
    (ran.status, ran.err)
}

/// What `env init` makes has the form and the length that its program wants: as the secret says, or as the key does that it replaces.
#[test]
fn a_made_value_has_the_form_of_its_secret() {
    let project = Folder::new();
    let text = r#"[platform]
name = "demo"
[groups]
main = "Everything"
[secrets]
hex = { env = "DEMO_HEX", form = "hex" }
short = { env = "DEMO_SHORT", form = "hex", length = 32 }
b64 = { env = "DEMO_B64", form = "base64" }
word = { env = "DEMO_WORD", form = "alphanumeric", length = 20 }
fernet = { env = "DEMO_FERNET" }
[components.db]
kind = "postgres"
group = "main"
settings.password = "${secrets.word}"
env = { HEX = "${secrets.hex}", SHORT = "${secrets.short}", B64 = "${secrets.b64}" }
[components.flow]
kind = "airflow"
group = "main"
uses.database = "db"
settings.admin_password = "${secrets.word}"
env.AIRFLOW__CORE__FERNET_KEY = "${secrets.fernet}"
"#;
    project.write("platform.toml", text);
    let (status, err) = run(&project, &["apply", "--yes"]);
    assert_eq!(status, 0, "{err}");
    let (status, err) = run(&project, &["env", "init"]);
    assert_eq!(status, 0, "{err}");
    let made = project.read("generated/compose/.env");
    let value = |name: &str| -> String {
        let mut lines = made.lines();
        let line = lines.find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("{name}: {made}"))
            .trim_matches(['\'', '"'])
            .to_string()
    };
    assert_eq!(value("DEMO_HEX").len(), 64);
    assert!(value("DEMO_HEX").chars().all(|c| c.is_ascii_hexdigit()));
    assert_eq!(value("DEMO_SHORT").len(), 32);
    assert_eq!(value("DEMO_B64").len(), 44);
    assert_eq!(value("DEMO_WORD").len(), 20);
    assert!(
        value("DEMO_WORD")
            .chars()
            .all(|c| c.is_ascii_alphanumeric())
    );
    assert_eq!(value("DEMO_FERNET").len(), 44);
}
