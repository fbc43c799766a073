//! A project on a machine with a fake Compose that records its arguments.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Output},
};

use super::folder::Folder;

const PLATFORM: &str = r#"
[platform]
name = "demo"
targets = ["compose"]
[secrets]
db-password = { env = "DB_PASSWORD", description = "Database" }
web-key = { env = "WEB_KEY", description = "Of the web group alone" }
[groups]
store = "Stores"
web = "Web"
other = "Alone"
[volumes]
common = { size = "1Gi" }
[components.db]
kind = "postgres"
group = "store"
settings = { password = "${secrets.db-password}", databases = ["more"] }
[components.web]
image = "web:1"
allow = ["outside-source"]
group = "web"
depends_on = ["db"]
env.KEY = "${secrets.web-key}"
ports.http = { container = 80, host = PORT }
volumes.scratch = { mount = "/scratch", source = "data/scratch", data = true }
volumes.common = { mount = "/common", shared = "common" }
[components.single]
image = "single:1"
group = "other"
volumes.common = { mount = "/common", shared = "common" }
"#;

/// Logs its arguments and what it reads, and prints the answers that lie in files beside it.
const COMPOSE: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$*" in
  *"version --short") cat "$here/version"; exit ;;
  --version) exit ;;
  version*) echo 28.0.0; exit ;;
  *" ps "*) cat "$here/containers" 2>/dev/null; exit 0 ;;
  inspect*) cat "$here/inspected" 2>/dev/null; exit 0 ;;
  image*) echo sha256:1; exit 0 ;;
  info*RemoteSocket*) cat "$here/socket" 2>/dev/null; exit ;;
  info*DockerRootDir*) cat "$here/disk" 2>/dev/null; exit ;;
  info*) exit 1 ;;
  network*) cat "$here/networks" 2>/dev/null; exit 0 ;;
  "volume ls --format"*) cat "$here/volumes" 2>/dev/null; exit 0 ;;
  *"config --hash"*) cat "$here/hashes" 2>/dev/null; exit 0 ;;
  *" logs "*--no-log-prefix*) echo "out of luck"; exit 0 ;;
esac
echo "$COMPOSE_PROJECT_NAME" > "$here/name"
echo "$(basename "$0") $* [PROJECT_DIR=$PROJECT_DIR]${DOCKER_HOST:+ on $DOCKER_HOST}" >> "$here/log"
exit "$(cat "$here/status" 2>/dev/null || echo 0)"
"#;

pub struct Machine {
    pub folder: Folder,
}

impl Machine {
    /// An applied project, on a machine on which this program is Compose.
    pub fn new(program: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = port.local_addr().expect("an address").port();
        let machine = Self {
            folder: Folder::new(),
        };
        machine.folder.write(&format!("bin/{program}"), COMPOSE);
        // Nothing else: this machine's own engine is not asked.
        for tool in ["sh", "cat", "dirname", "basename", "git"] {
            let place = ["/usr/bin", "/bin"].map(|folder| format!("{folder}/{tool}"));
            let place = place
                .iter()
                .find(|place| fs::exists(place).is_ok_and(|there| there));
            symlink(
                place.expect(tool),
                machine.folder.path(&format!("bin/{tool}")),
            )
            .expect("a link");
        }
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(machine.folder.path(&format!("bin/{program}")), mode).expect("a mode");
        machine.folder.write("bin/version", "2.40.3\n");
        let text = PLATFORM.replace("PORT", &port.to_string());
        machine.folder.write("project/platform.toml", text);
        machine.ok(&["apply", "--yes"]);
        machine
    }

    pub fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mlopsgen"))
            .arg("-C")
            .arg(self.folder.path("project"))
            .args(words)
            .env_clear()
            .env("PATH", self.folder.path("bin"))
            .output()
            .expect("the program runs")
    }

    pub fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn refuses(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let both = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    /// The arguments that Compose got, with the folder's name replaced.
    pub fn log(&self) -> String {
        let root = fs::canonicalize(self.folder.path("")).expect("a path");
        let log = fs::read_to_string(self.folder.path("bin/log")).unwrap_or_default();
        let log = log.replace(&root.display().to_string(), "ROOT");
        log.replace(&self.folder.path("").display().to_string(), "ROOT/")
            .replace("//", "/")
    }
}
