//! Redis reads the snapshot or the append-only files, never both: data that was kept in the other form is not passed over.

use std::{fs, process::Command};

use mlopsgen::{plan::Displaced, syntax::Node};
use tempfile::TempDir;

use super::{RUNTIMES, data_plan, displaced_in, named, store, with};
/// What a server with append-only files keeps is not what one without them reads. The other way round `data.sh` sees to it.
#[test]
fn append_only_files_that_are_no_longer_read_are_asked_for() {
    for kind in ["redis", "valkey"] {
        let text = store(kind);
        let off = with(&text, "args = [\"--appendonly\", \"no\"]");
        let setting = text.replace("settings = {", "settings = { appendonly = \"no\",");
        let by_file = with(
            &text,
            "command = [\"redis-server\", \"/etc/x.conf\"]\nfiles.\"/etc/x.conf\" = { content = \"appendonly no\\n\" }",
        );
        let bare = with(&text, "command = [\"redis-server\"]");
        for after in [&off, &setting, &by_file, &bare] {
            let plan = data_plan(&text, after);
            assert_eq!(displaced_in(&plan), RUNTIMES.into(), "{after}");
            let mut sentences = plan.displaced.iter().map(Displaced::sentence);
            let named = sentences.any(|it| it.contains("`appendonlydir`"));
            assert!(named, "{after}");
            assert_eq!(displaced_in(&data_plan(after, after)), [].into());
        }
        assert_eq!(displaced_in(&data_plan(&off, &setting)), [].into());
        let on = with(
            &text,
            "command = [\"redis-server\", \"/etc/x.conf\"]\nfiles.\"/etc/x.conf\" = { content = \"appendonly yes\\n\" }",
        );
        assert_eq!(displaced_in(&data_plan(&text, &on)), [].into());
    }
}

/// The script that runs before the server, in a folder of each sort.
#[test]
fn a_volume_with_snapshots_alone_is_read() {
    const ON: &[&str] = &["redis-server", "--port", "6379", "--appendonly", "yes"];
    const OFF: &[&str] = &["redis-server", "--appendonly", "no", "--maxmemory", "0"];
    let kind = named("redis");
    let file = [
        "workload",
        "files",
        "/etc/mlopsgen/redis/data.sh",
        "content",
    ];
    let script = kind.table.get_path(&file).and_then(Node::as_str);
    let script = script.expect("a script");
    for (there, words, ends_well, left) in [
        (
            &["dump.rdb"][..],
            ON,
            true,
            &["appendonly.aof", "dump.rdb"][..],
        ),
        (&[], ON, true, &[]),
        (
            &["appendonlydir", "dump.rdb"],
            ON,
            true,
            &["appendonlydir", "dump.rdb"],
        ),
        (
            &["appendonly.aof", "dump.rdb"],
            ON,
            true,
            &["appendonly.aof", "dump.rdb"],
        ),
        (&["dump.rdb"], OFF, true, &["dump.rdb"]),
        (
            &["appendonlydir", "dump.rdb"],
            OFF,
            false,
            &["appendonlydir", "dump.rdb"],
        ),
        (&["appendonly.aof"], OFF, false, &["appendonly.aof"]),
        (
            &["dump.rdb"],
            &["redis-server", "--dir", "/x", "--appendonly", "yes"],
            true,
            &["dump.rdb"],
        ),
        (
            &["dump.rdb"],
            &["redis-server", "/etc/redis.conf"],
            true,
            &["dump.rdb"],
        ),
    ] {
        let folder = TempDir::new().expect("a temporary folder");
        let folder = folder.path();
        for name in there {
            fs::write(folder.join(name), *name).expect("a file");
        }
        let script = script.replace("/data/", &format!("{}/", folder.display()));
        let run = Command::new("sh")
            .args(["-c", &script, "data.sh"])
            .args(words)
            .output()
            .expect("a shell");
        assert_eq!(run.status.success(), ends_well, "{there:?} {words:?}");
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        names.sort();
        assert_eq!(names, left, "{there:?} {words:?}");
        if left.len() > there.len() {
            let copy = fs::read_to_string(folder.join("appendonly.aof")).expect("a copy");
            assert_eq!(copy, "dump.rdb");
        }
    }
}
