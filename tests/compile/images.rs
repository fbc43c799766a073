//! The registries of images, and the major version that is read from a tag.

use std::collections::BTreeMap;

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use crate::support::compiled::{compiled, texts};

/// The files of a platform with these lines in `[platform]` and below it, or what is wrong.
fn outcome(platform: &str, rest: &str) -> Result<BTreeMap<String, String>, String> {
    let text = format!(
        "[platform]\nname = \"p\"\n{platform}\n[groups]\none = \"1\"\n[secrets]\ns = {{ env = \"S\" }}\n{rest}"
    );
    texts(compiled(text))
}

/// What follows `key` on its first line in a file.
fn value(files: &BTreeMap<String, String>, path: &str, key: &str) -> String {
    let line = files[path]
        .lines()
        .find_map(|line| line.trim().strip_prefix(key));
    line.unwrap_or_default().trim_matches('"').to_string()
}

/// Where a PostgreSQL with these keys keeps its data: another place from major 18 on.
fn data_path(platform: &str, keys: &str) -> Result<String, String> {
    let postgres = format!(
        "[vars]\nconstant = \"18.1\"\nstart = {{ default = \"18.1\", env = \"PG\" }}\n\
         [components.db]\nkind = \"postgres\"\ngroup = \"one\"\nsettings.password = \"${{secrets.s}}\"\n{keys}\n"
    );
    let files = outcome(platform, &postgres)?;
    Ok(value(&files, "compose/one.yaml", "target: "))
}

const MIRRORS: &str = "registry = { \"docker.io\" = \"mirror.corp/hub\" }";
const PREFIX: &str = "registry = \"registry.example.com/ml\"";

#[test]
fn the_data_path_follows_the_major_version_wherever_the_image_is_taken_from() {
    let (old, new) = ("/var/lib/postgresql/data", "/var/lib/postgresql");
    for (platform, keys, expected) in [
        ("", "", old),
        ("", "version = \"18.6\"", new),
        ("", "version = \"${vars.constant}\"", new),
        ("", "image = \"postgres:18.6-alpine\"", new),
        ("", "image = \"postgres:18.${vars.start}\"", new),
        ("", "image = \"postgres\"\nversion = \"18.6\"", new),
        ("", "image = \"docker.io/library/postgres:18.1\"", new),
        ("", "image = \"index.docker.io/postgres:18.1\"", new),
        ("", "image = \"mirror.corp/hub/library/postgres:18\"", new),
        ("", "image = \"mirror.corp/hub/library/postgres:17\"", old),
        ("", "image = \"${vars.start}/postgres:18\"", new),
        (MIRRORS, "image = \"mirror.corp/hub/postgres:18\"", new),
        (MIRRORS, "version = \"18.1\"", new),
        (
            PREFIX,
            "image = \"registry.example.com/ml/postgres:18\"",
            new,
        ),
        // Images of one's own.
        ("", "image = \"pgvector/pgvector:pg18\"", new),
        ("", "image = \"pgvector/pgvector:pg17\"", old),
        ("", "image = \"timescale/timescaledb:2.17.2-pg18\"", new),
        ("", "image = \"timescale/timescaledb:2.17.2-pg17-oss\"", old),
        (
            "",
            "image = \"timescale/timescaledb-ha:pg18.1-ts2.24\"",
            new,
        ),
        ("", "image = \"team/search:0.20_pg${vars.constant}\"", new),
        ("", "image = \"team/postgres:18.6\"", new),
        ("", "image = \"team/postgres:1.4.0\"", old),
        ("", "build = { context = \"db\" }", old),
        ("", "build = { context = \"db\" }\nversion = \"18.1\"", new),
    ] {
        assert_eq!(
            data_path(platform, keys).as_deref(),
            Ok(expected),
            "{platform} {keys}"
        );
    }
}

#[test]
fn a_major_in_settings_overrides_the_tag() {
    let new = Ok("/var/lib/postgresql".to_string());
    for keys in [
        "image = \"team/postgres:1.4.0\"\nsettings.major = 18",
        "image = \"team/postgres:latest\"\nsettings.major = 18",
        "image = \"team/postgres@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\nsettings.major = 18",
        "version = \"${vars.start}\"\nsettings.major = 18",
        "image = \"postgres:17\"\nsettings.major = 18",
    ] {
        assert_eq!(data_path("", keys), new, "{keys}");
    }
}

#[test]
fn an_image_that_tells_no_major_version_is_an_error_that_names_the_setting() {
    for (keys, why) in [
        (
            "image = \"team/postgres:latest\"",
            "`latest` does not begin with a version",
        ),
        ("image = \"team/postgres\"", "it has no tag"),
        (
            "image = \"postgres@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "a digest contains no version",
        ),
        ("version = \"${vars.start}\"", "its tag is chosen at start"),
        ("image = \"${vars.start}\"", "the image is chosen at start"),
        (
            "version = \"bookworm\"",
            "`bookworm` does not begin with a version",
        ),
    ] {
        let printed = data_path("", keys).expect_err(keys);
        assert!(printed.contains("error[unknown-version]"), "{printed}");
        assert!(printed.contains(why), "{printed}");
        assert!(
            printed.contains("write `major = 17` in `settings`"),
            "{printed}"
        );
        assert!(printed.contains(": `settings.major` of"), "{printed}");
        assert_eq!(printed.matches("error[").count(), 1, "{printed}");
    }
    // A kind of one major version has nothing to adapt to.
    let redis = "[components.ui]\nkind = \"mlflow\"\ngroup = \"one\"\nimage = \"team/mlflow:prod\"";
    assert!(outcome("", redis).is_ok());
}

#[test]
fn a_version_that_the_kind_does_not_know_is_an_error_in_its_own_image_alone() {
    for keys in [
        "version = \"8.4\"",
        "image = \"docker.io/library/postgres:8.4\"",
        "image = \"mirror.corp/hub/library/postgres:8.4\"",
        "image = \"team/postgres:1\"\nsettings.major = 3",
    ] {
        let printed = data_path("", keys).expect_err(keys);
        assert!(printed.contains("does not know version"), "{printed}");
    }
}

/// The command in Compose and the DAG are of one Airflow.
#[test]
fn all_targets_adapt_to_one_major_version() {
    let airflow = |keys: &str| {
        let text = format!(
            "[components.db]\nkind = \"postgres\"\ngroup = \"one\"\nsettings.password = \"${{secrets.s}}\"\n\
             [components.airflow]\nkind = \"airflow\"\ngroup = \"one\"\nuses = {{ database = \"db\" }}\n\
             settings.admin_password = \"${{secrets.s}}\"\n{keys}\n\
             [pipelines.train]\nimage = \"a/b:1\"\ntasks.a = {{ run = \"true\" }}\n"
        );
        let files = outcome("", &text).unwrap_or_else(|printed| panic!("{printed}"));
        let dag = files["airflow/dags/train.py"].contains("airflow.sdk");
        let compose = files["compose/one.yaml"].contains("api-server");
        (compose, dag)
    };
    let (second, third) = ((false, false), (true, true));
    assert_eq!(airflow(""), third);
    assert_eq!(airflow("version = \"2.10.5\""), second);
    assert_eq!(
        airflow("image = \"mirror.corp/apache/airflow:2.10.5\""),
        second
    );
    assert_eq!(airflow("image = \"mlopsvn/airflow:1.4.0\""), third);
    assert_eq!(
        airflow("image = \"mlopsvn/airflow:1.4.0\"\nsettings.major = 2"),
        second
    );
    assert_eq!(airflow("image = \"mlopsvn/airflow:2.10.5\""), second);
    // Older than any Airflow that the kind can run: a user's own version scheme.
    assert_eq!(airflow("image = \"mlopsvn/airflow:2.1.0\""), third);
    assert_eq!(
        airflow("build = { context = \"airflow\" }\nsettings.major = 2"),
        second
    );
}

#[test]
fn every_image_comes_from_where_the_platform_takes_images() {
    let text = "[components.db]\nkind = \"postgres\"\ngroup = \"one\"\nversion = \"17.11\"\nsettings.password = \"${secrets.s}\"\n\
                [components.app]\nbuild = { context = \"app\" }\ngroup = \"one\"\n\
                [pipelines.train]\nimage = \"a/b:1\"\ntasks.a = { run = \"true\" }\n\
                [ci.app]\nagent = { docker = \"python:3.12\" }\nstages = [{ name = \"x\", run = [\"true\"] }]\n";
    for (platform, images) in [
        (
            MIRRORS,
            [
                "p/app:0",
                "mirror.corp/hub/library/postgres:17.11",
                "mirror.corp/hub/a/b:1",
                "mirror.corp/hub/library/python:3.12",
            ],
        ),
        (
            PREFIX,
            [
                "registry.example.com/ml/p/app:0",
                "registry.example.com/ml/postgres:17.11",
                "registry.example.com/ml/a/b:1",
                "registry.example.com/ml/python:3.12",
            ],
        ),
    ] {
        let files = outcome(platform, text).unwrap_or_else(|printed| panic!("{printed}"));
        let [built, database, task, agent] = images;
        let compose = &files["compose/one.yaml"];
        for image in [built, database] {
            assert!(
                compose.contains(&format!("image: \"{image}\"")),
                "{image} {compose}"
            );
        }
        for (path, image) in [
            ("airflow/dags/train.py", task),
            ("jenkins/app/Jenkinsfile", agent),
        ] {
            assert!(files[path].contains(image), "{image} {}", files[path]);
        }
    }
}

/// The `args` of a build whose Dockerfile is this one.
fn args(platform: &str, dockerfile: &str, args: &str) -> Vec<String> {
    let text = format!(
        "[platform]\nname = \"p\"\n{platform}\n[groups]\none = \"1\"\n[components.x]\ngroup = \"one\"\n\
         build = {{ context = \"x\", args = {{ {args} }} }}\n\
         [components.base]\ngroup = \"one\"\nimage = \"team/base:2\"\nbuild.context = \"elsewhere\"\n"
    );
    let world = MemoryWorld::new()
        .with("platform.toml", text)
        .with("x/Dockerfile", dockerfile);
    let files = texts(compile(&world, &Request::default())).expect("no errors");
    let compose = files["compose/one.yaml"].lines();
    let args = compose.skip_while(|line| line.trim() != "args:").skip(1);
    args.take_while(|line| line.starts_with("        "))
        .map(|line| line.trim().to_string())
        .collect()
}

/// As inside of `dockerfile_inline`, but the file is the project's and stays as it is.
#[test]
fn an_argument_that_names_an_image_to_a_dockerfile_comes_from_the_registry() {
    for (platform, dockerfile, written, expected) in [
        // What is written, and what the file has by default. What is no image stays.
        (
            MIRRORS,
            "ARG BASE=a:1\nARG V=3.12\nFROM $BASE\nARG T=x/y\n",
            "BASE = \"python:3.12\", V = \"3\"",
            "BASE: \"mirror.corp/hub/library/python:3.12\"|V: \"3\"",
        ),
        (
            MIRRORS,
            "ARG BASE=python:3.12\nFROM ${BASE} AS one\nFROM one\n",
            "",
            "BASE: \"mirror.corp/hub/library/python:3.12\"",
        ),
        (
            MIRRORS,
            "ARG BASE\nFROM ${BASE:-a/b:1}\n",
            "",
            "BASE: \"mirror.corp/hub/a/b:1\"",
        ),
        (
            PREFIX,
            "ARG BASE=a:1\nFROM $BASE\n",
            "",
            "BASE: \"registry.example.com/ml/a:1\"",
        ),
        (
            "",
            "ARG BASE=a:1\nFROM $BASE\n",
            "BASE = \"b:1\"",
            "BASE: \"b:1\"",
        ),
        // An argument with more behind it.
        (
            MIRRORS,
            "ARG FROM=docker.io\nARG T=1\nFROM ${FROM}/a/b:$T\n",
            "",
            "FROM: mirror.corp/hub",
        ),
        (
            MIRRORS,
            "ARG R=\nFROM ${R}python:3\nFROM ${R}redis:8\n",
            "",
            "R: mirror.corp/hub/library/",
        ),
        (
            MIRRORS,
            "ARG R=\nFROM ${R}python:3\nFROM ${R}grafana/tempo:2\n",
            "",
            "",
        ),
        // A stage, an image of one's own, one that is taken from the mirror already, one of another registry.
        (MIRRORS, "ARG S=one\nFROM scratch AS one\nFROM $S\n", "", ""),
        (
            MIRRORS,
            "ARG B\nARG C\nFROM $B\nFROM $C\n",
            "B = \"${components.base.image}\", C = \"team/base:1\"",
            "B: \"team/base:2\"|C: \"mirror.corp/hub/team/base:1\"",
        ),
        (
            MIRRORS,
            "ARG B=mirror.corp/hub/a:1\nARG C=quay.io/a/b:1\nFROM $B\nFROM $C\n",
            "",
            "",
        ),
        // An argument in the default of another one: what is given is not read once more.
        (
            MIRRORS,
            "ARG PY\nARG BASE=python:${PY}\nFROM --platform=$BUILDPLATFORM $BASE\n",
            "PY = \"3.12\"",
            "PY: \"3.12\"|BASE: \"mirror.corp/hub/library/python:3.12\"",
        ),
        (
            MIRRORS,
            "ARG PY=\"3.12\"\nARG TAG=$PY-slim\nARG BASE='python:${TAG}'\nFROM ${BASE} AS one\nFROM one\n",
            "",
            "BASE: \"mirror.corp/hub/library/python:3.12-slim\"",
        ),
        // Nobody says what it is.
        (
            MIRRORS,
            "ARG PY\nARG BASE=python:${PY}\nFROM $BASE\n",
            "",
            "",
        ),
        // The program that reads the file.
        (
            MIRRORS,
            "# syntax=docker/dockerfile:1\nFROM scratch\n",
            "",
            "BUILDKIT_SYNTAX: \"mirror.corp/hub/docker/dockerfile:1\"",
        ),
    ] {
        let found = args(platform, dockerfile, written).join("|");
        assert_eq!(found, expected, "{platform} {dockerfile}");
    }
}

/// No mirror has what is built here.
#[test]
fn an_image_that_is_built_here_has_no_mirror_wherever_it_is_named() {
    let text = "[components.app]\nbuild.context = \"app\"\ngroup = \"one\"\n\
                [components.worker]\nimage = \"${components.app.image}\"\ngroup = \"one\"\n\
                [components.named]\nimage = \"p/app:0\"\ngroup = \"one\"\n\
                [components.inline]\nimage = \"p/other:0\"\ngroup = \"one\"\n\
                compose.build = { context = \"../../app\", dockerfile_inline = \"ARG X\\nFROM ${components.app.image}\\nFROM $X\", args = [\"X=redis:8\"] }\n\
                [pipelines.train]\nimage = \"${components.app.image}\"\ntasks.a = { run = \"true\" }\n";
    let files = outcome(MIRRORS, text).unwrap_or_else(|printed| panic!("{printed}"));
    let compose = &files["compose/one.yaml"];
    assert_eq!(
        compose.matches("image: \"p/app:0\"").count(),
        3,
        "{compose}"
    );
    assert!(compose.contains("FROM p/app:0\n"), "{compose}");
    let argument = "\"X=mirror.corp/hub/library/redis:8\"";
    assert!(compose.contains(argument), "{compose}");
    let dag = &files["airflow/dags/train.py"];
    assert!(dag.contains("\"p/app:0\""), "{dag}");
}

/// A digest that follows a repository is no tag: `version` has an effect beside it.
#[test]
fn a_version_of_a_part_goes_with_the_digest_of_the_kind() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let compose = |image: &str| {
        let kind = format!(
            "title = \"Pair\"\ndescription = \"Two programs\"\nimage = \"a/main\"\nversion = \"1\"\n[parts.side]\nimage = \"{image}\"\n"
        );
        let text = "[platform]\nname = \"p\"\n[groups]\none = \"1\"\n[components.x]\nkind = \"pair\"\ngroup = \"one\"\nparts.side.version = \"3\"\n";
        let world = MemoryWorld::new()
            .with("platform.toml", text)
            .with("mlopsgen/kinds/pair.toml", kind);
        let files = texts(compile(&world, &Request::default()))?;
        Ok::<_, String>(files["compose/one.yaml"].clone())
    };
    let with_digest = compose(&format!("a/side@{digest}")).expect("no errors");
    let image = format!("image: \"a/side:3@{digest}\"");
    assert!(with_digest.contains(&image), "{with_digest}");
    let refused = compose("h.io:5000/a/side:2").expect_err("a tag is there");
    assert!(refused.contains("the tag is `2`"), "{refused}");
}

/// A job that has succeeded does not run again for another registry: the chart knows what its image is called anywhere.
#[test]
fn images_of_jobs_have_one_name_in_every_registry() {
    let jobs = "[vars]\nname = { default = \"app\", env = \"NAME\" }\n\
        [components.migrate]\nkind = \"job\"\nimage = \"team/app:1\"\ngroup = \"one\"\n\
        [components.same]\nkind = \"job\"\nimage = \"${components.migrate.image}\"\ngroup = \"one\"\n\
        [components.open]\nkind = \"job\"\nimage = \"team/${vars.name}:1\"\ngroup = \"one\"\n\
        [components.web]\nimage = \"team/web:1\"\ngroup = \"one\"\n";
    let names = |platform: &str| {
        let files = outcome(platform, jobs).expect("no errors");
        let values = &files["helm/p/values.yaml"];
        let names = values.split("\nimageNames:").nth(1).expect("it is there");
        let names = names.split("\n\n").next().expect("a text");
        names.trim().to_string()
    };
    assert_eq!(names(""), "{}");
    for (registry, place) in [
        ("\"r.example.com/ml\"", "r.example.com/ml"),
        ("{ \"docker.io\" = \"m.example.com\" }", "m.example.com"),
    ] {
        assert_eq!(
            names(&format!("registry = {registry}")),
            format!(
                "{place}/team/app: team/app\n  \"[\\\"{place}/team/\\\",{{\\\"var\\\":\\\"name\\\"}}]\":\n    - team/\n    - var: name"
            )
        );
    }
}
