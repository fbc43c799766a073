//! Where a kind's program keeps its data.

use super::super::{
    form::{Form, NameRule},
    inner::FREE,
    key::key,
    shape::Shape,
};

pub(super) const DATA_FOLDER: Shape = Shape::Table(&[
    key(
        "default",
        Shape::Text,
        "The folder in the container where nothing else names one. A relative path is below the first entry's; then those in `env` and `options` may be relative, too.",
        "default = \"/var/lib/postgresql/data\"",
    ),
    key(
        "env",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Environment variables that name it, as a path or a URL of one; the first that is set counts.",
        "env = [\"PGDATA\"]",
    ),
    key(
        "options",
        Shape::List(&FREE),
        "Options of the command that name it, without the dashes before them; they count more than `env`.",
        "options = [\"D\", \"data_directory\"]",
    ),
    key(
        "config",
        Shape::List(&FREE),
        "Options of the command, or variables, that name a configuration file in which `keys` or `options` may stand, too. A file that `files` mounts there is read; of another one the plan says that it can't be.",
        "config = [\"config_file\"]",
    ),
    key(
        "config_files",
        Shape::List(&FREE),
        "Paths of configuration files that the program reads by itself; one `*` may stand in the last name. Later ones count more, and all of them less than `env`. One that `config` names stands for the first.",
        "config_files = [\"/etc/mysql/my.cnf\", \"/etc/mysql/conf.d/*.cnf\"]",
    ),
    key(
        "config_folders",
        Shape::List(&FREE),
        "Options of the command, or variables, that name the folder in which the program looks for files with the names of `config_files`, in place of the folders there.",
        "config_folders = [\"ES_PATH_CONF\"]",
    ),
    key(
        "config_texts",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables that hold the text of one more configuration file; it counts more than `config_files`.",
        "config_texts = [\"BAO_LOCAL_CONFIG\"]",
    ),
    key(
        "keys",
        Shape::List(&FREE),
        "What names it in configuration files, in place of `options`: the path of names in YAML, JSON, XML (without the outermost element), HCL, or lines in sections. The first that is set counts.",
        "keys = [\"database.path\"]",
    ),
    key(
        "files_first",
        Shape::Boolean,
        "What `config_files` say counts more than `env`.",
        "files_first = true",
    ),
    key(
        "relative_to",
        Shape::Plain(Form::ContainerPath),
        "The folder from which a relative path starts, if that is not another entry.",
        "relative_to = \"/qdrant\"",
    ),
    key(
        "kept_if",
        KEPT_IF,
        "What tells the program where it keeps its data, and the value with which that is this folder: with another one the data is elsewhere, as in another database.",
        "kept_if = { env = [\"GF_DATABASE_TYPE\"], value = \"sqlite3\" }",
    ),
    key(
        "adopted",
        FREE,
        "What to write where the volume is one that exists, because other ways to start the program keep their data in another folder of it: the lint `adopted-data`, until `env` or `options` name the folder.",
        "adopted = \"the folder has the name of the node: write it, as in `env.RABBITMQ_NODENAME = ...`\"",
    ),
]);

const KEPT_IF: Shape = Shape::Table(&[
    key(
        "env",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Environment variables that tell it; the first that is set counts.",
        "env = [\"GF_DATABASE_TYPE\"]",
    ),
    key(
        "options",
        Shape::List(&FREE),
        "Options of the command that tell it, without the dashes before them; they count more than `env`.",
        "options = [\"cfg:database.type\"]",
    ),
    key(
        "keys",
        Shape::List(&FREE),
        "What tells it in the configuration files of the folder.",
        "keys = [\"database.type\"]",
    ),
    key(
        "value",
        FREE,
        "The value with which the data is in this folder; without `otherwise` also what holds where nothing tells.",
        "value = \"sqlite3\"",
    )
    .required(),
    key(
        "otherwise",
        FREE,
        "The value that the program takes where nothing tells, if that is another one than `value`.",
        "otherwise = \"no\"",
    ),
]);
