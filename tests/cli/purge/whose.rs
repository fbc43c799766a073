//! What lies in our folders or carries our name, and is somebody else's.

use std::fs;

use crate::support::machine::Machine;

/// Data of another environment is not ours, even in our folder.
#[test]
fn what_other_environments_mount_stays() {
    let machine = Machine::new("docker");
    machine.folder.write("project/data/scratch/prod/model", "x");
    let volume = "[components.web]\nvolumes.own = { mount = \"/own\", source = \"data/scratch/prod\", data = true }\n";
    machine.folder.write("project/platform.prod.toml", volume);
    let printed = machine.spares(&["down"], &["project/data/scratch/prod/model"]);
    assert!(
        printed.contains("`data/scratch/prod` is in it"),
        "{printed}"
    );
    machine.folder.write(
        "project/platform.prod.toml",
        "[components.web]\nimage = 1\n",
    );
    let printed = machine.spares(&["down"], &["project/data/scratch/prod/model"]);
    assert!(
        printed.contains("environment `prod` has errors"),
        "{printed}"
    );
    // A folder that both have as data is one that they share.
    machine.folder.write(
        "project/platform.prod.toml",
        "[components.web]\nimage = \"web:2\"\n",
    );
    machine.ok(&["down", "--purge", "--yes"]);
    assert!(!machine.folder.exists("project/data/scratch/prod"));
}

/// A raw key does not say that it is data.
#[test]
fn what_raw_keys_mount_and_build_from_stays() {
    for raw in [
        "compose.volumes = [\"../../data/scratch/a:/a\"]",
        "compose.volumes = [{ type = \"bind\", source = \"../../data/scratch/a\", target = \"/a\" }]",
        "compose.build = { context = \"../../data/scratch/a\" }",
        "compose.build = { context = \"../..\", dockerfile = \"data/scratch/a/model\" }",
        "compose.build = { context = \"../..\", additional_contexts = [\"k=../../data/scratch/a\"] }",
        "compose.develop.watch = [{ path = \"../../data/scratch/a\", action = \"sync\", target = \"/a\" }]",
    ] {
        let machine = Machine::new("docker");
        let folder = &machine.folder;
        folder.write("project/data/scratch/a/model", "x");
        let text = folder.read("project/platform.toml");
        let text = text.replacen("env.KEY", &format!("{raw}\nenv.KEY"), 1);
        assert!(text.contains(raw), "{text}");
        folder.write("project/platform.toml", text);
        let printed = machine.spares(&["down"], &["project/data/scratch/a/model"]);
        assert!(
            printed.contains("is in it and has to stay"),
            "{raw}: {printed}"
        );
    }
}

#[test]
fn other_projects_in_the_data_and_around_it_stay() {
    for file in [
        "data/scratch/a/platform.toml",
        "data/scratch/a/generated/.mlopsgen.json",
        "data/platform.toml",
    ] {
        let machine = Machine::new("docker");
        machine.folder.write("project/data/scratch/model", "x");
        machine.folder.write(&format!("project/{file}"), "");
        let printed = machine.spares(&["down"], &["project/data/scratch/model"]);
        assert!(printed.contains("of another project"), "{file}: {printed}");
    }
}

/// Other repositories may take their objects from it.
#[test]
fn a_store_of_git_objects_stays() {
    let machine = Machine::new("docker");
    machine.git("", &["init", "-q", "--bare", "bare"]);
    let to = machine.folder.path("project/data/scratch/store");
    fs::create_dir_all(machine.folder.path("project/data/scratch")).expect("a folder");
    fs::rename(machine.folder.path("bare/objects"), to).expect("moved");
    let printed = machine.spares(&["down"], &["project/data/scratch/store/pack"]);
    assert!(printed.contains("a repository of its own"), "{printed}");
}

#[test]
fn a_repository_of_another_version_control_system_stays() {
    for name in [".hg", ".svn", ".jj"] {
        let machine = Machine::new("docker");
        let kept = format!("project/data/scratch/{name}/store");
        let path = machine.folder.path(&kept);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "history").expect("written");
        let printed = machine.spares(&["down"], &[&kept]);
        assert!(printed.contains("a repository of its own"), "{printed}");
    }
}

/// Where the disk ignores letter case, `Scratch` is `scratch`, and git tracks it.
#[test]
fn letter_case_counts_as_it_counts_on_the_disk() {
    let machine = Machine::new("docker");
    machine.folder.write("project/data/scratch/model", "x");
    machine.folder.write("project/data/Scratch/tracked", "x");
    machine.git("project", &["init", "-q"]);
    machine.git("project", &["add", "data/Scratch"]);
    machine.ok(&["down", "--purge", "--yes"]);
    assert!(machine.folder.exists("project/data/Scratch/tracked"));
    let is_one = machine.folder.exists("project/data/SCRATCH");
    assert_eq!(machine.folder.exists("project/data/scratch/model"), is_one);
}

/// Compose removes every volume with the project's label, and every container of its name.
#[test]
fn all_that_goes_is_listed_whoever_made_it() {
    let machine = Machine::new("docker");
    machine
        .folder
        .write("bin/volumes", "demo_common\nprecious\n");
    machine.folder.write("elsewhere/compose/compose.yaml", "");
    let there = machine.folder.path("elsewhere/compose");
    let label = format!("com.docker.compose.project.working_dir={}", there.display());
    machine.folder.write(
        "bin/containers",
        format!(r#"[{{"Service":"web","State":"running","Labels":"{label}"}}]"#),
    );
    let printed = machine.refuses(&["down", "--volumes"]);
    assert!(printed.contains("  - volume precious\n"), "{printed}");
    assert_eq!(
        printed.matches("volume demo_common").count(),
        1,
        "{printed}"
    );
    let printed = machine.refuses(&["down"]);
    assert!(
        printed.contains("elsewhere/compose`: they stop, too"),
        "{printed}"
    );
    assert_eq!(machine.log(), "");
    machine.ok(&["down", "--yes"]);
    assert!(machine.log().contains("down --remove-orphans"));
}
