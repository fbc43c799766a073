//! Forms of strings: names, durations, quantities and what else has a grammar of its own.

mod name;

pub use name::NameRule;

use super::{
    engine,
    promql::{is_value, promql, without_variables},
    quantity::{compose_bytes, cpu_millis, duration_ms, memory_bytes},
};
use crate::{
    reference::{self, Mode, Words},
    syntax::Node,
    text::is_hidden,
    value::{
        self, Account, Accounts, Bind, Capability, ContainerPath, Device, ExtraHost, HostAddress,
        HostAndPort, HostPath, ImagePlatform, Schedule, Signal, Tmpfs, WebAddress,
    },
};

/// A grammar for a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any string.
    Free,
    /// A name of the user's choice.
    Name(NameRule),
    /// A name that another place declares: the rule is held there, and that nothing has it is said where it is looked for.
    Declared(NameRule),
    /// A number and `ms`, `s`, `m`, `h` or `d`.
    Duration,
    /// The same, above zero.
    Period,
    /// Kubernetes' units for processors: `500m`, `2`, `0.5`.
    Cpu,
    /// Kubernetes' units for memory and storage: `512Mi`, `20Gi`.
    Memory,
    /// Five cron fields or one of Airflow's presets.
    Cron,
    /// A path of the project or of the host.
    Path,
    /// An absolute path inside a container.
    ContainerPath,
    /// One where something is mounted: not `/`.
    MountPath,
    /// A pattern of paths.
    Glob,
    /// A pattern of paths below the repository.
    RepositoryGlob,
    /// A pattern of names of branches and tags.
    RefGlob,
    /// A pattern of files, as Ant has them: `*`, `**`, `?` and alternatives.
    AntGlob,
    /// A line of Jenkins' cron.
    BuildTrigger,
    /// What of a git repository is installed: a name, a commit, or versions.
    Revision,
    /// A semantic version, as Helm wants it of a chart.
    Version,
    /// A requirement on mlopsgen's version.
    VersionRequirement,
    /// An expression of Prometheus' language that gives values.
    PromQl,
    /// The same; that it is a series is held where it is resolved.
    Series,
    /// The same in a kind, where `${self.selector}` and Grafana's own variables may stand in it.
    KindPromQl,
    /// The same in a panel, where Grafana's own variables may stand in it.
    PanelPromQl,
    /// A share such as `99.5%`.
    Percent,
    /// An octal file mode such as `0644`.
    Mode,
    /// `HOST:PORT`.
    HostPort,
    /// An address of the host: IPv4 or IPv6.
    Address,
    /// The engine's name of a volume or a network.
    EngineName,
    /// An amount in Kubernetes' or Compose's units.
    Bytes,
    /// A container's own host name.
    HostName,
    /// A name in the engine's DNS.
    Alias,
    /// `USER` or `USER:GROUP`.
    User,
    /// The same in numbers, as a cluster needs it.
    NumericUser,
    /// What Kubernetes takes as the name of an object.
    ObjectName,
    /// A cluster in Argo CD: its URL, or its name there.
    ArgoCluster,
    /// The name or number of a group.
    Account,
    /// A signal of Linux, or its number.
    Signal,
    /// `linux/amd64`.
    ImagePlatform,
    /// A device of the host, as `docker run --device` takes it.
    Device,
    /// A capability of Linux, or `ALL`.
    Capability,
    /// `NAME:ADDRESS`, a line of `/etc/hosts`.
    ExtraHost,
    /// An address of such a line.
    HostAddress,
    /// A path kept in memory, with its options.
    Tmpfs,
    /// A prefix of images.
    Registry,
    /// What a URL starts with.
    Scheme,
    /// What a URL ends with.
    UrlPath,
    /// What the path of a URL starts with.
    UrlPrefix,
    /// Where people reach a program.
    WebAddress,
    /// The URL of a page, in which labels of an alert may stand.
    Page,
    /// Something without spaces.
    Word,
    /// An address for mails, with a name before it or without.
    Mailbox,
    /// A host's name in the public DNS.
    Domain,
    /// `8000` or `8000-8010`.
    PortRange,
    /// A port of the host, a range, or `auto`.
    PublishedPort,
    /// Compose's restart policies, `on-failure:3` too.
    Restart,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// Whether a path begins with a shell's `~`.
pub(super) fn is_home(path: &str) -> bool {
    path == "~" || path.starts_with("~/")
}

impl Form {
    /// Whether the string follows the grammar.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Form::Free => true,
            Form::Name(rule) => rule.accepts(text),
            Form::Declared(_) => true,
            Form::Duration => duration_ms(text).is_some(),
            Form::Period => duration_ms(text).is_some_and(|it| it > 0),
            Form::Cpu => cpu_millis(text).is_some(),
            Form::Memory => memory_bytes(text).is_some(),
            Form::Cron => Schedule::parse(text).is_some(),
            Form::Path => {
                HostPath::is_good(text) && !is_home(text) && !reference::names_environment(text)
            }
            Form::ContainerPath => ContainerPath::parse(text).is_some(),
            Form::MountPath => ContainerPath::of_mount(text).is_some(),
            Form::RepositoryGlob => is_glob(text) && stays_below(text) && !text.starts_with('!'),
            Form::RefGlob => {
                is_glob(text) && !text.starts_with(['!', '^']) && short_ref(text) == text
            }
            Form::Glob => is_glob(text),
            Form::AntGlob => is_glob(text) && stays_below(text) && !text.contains('['),
            Form::BuildTrigger => value::is_build_trigger(text),
            Form::Revision => value::is_revision(text),
            Form::Version => semver::Version::parse(text).is_ok(),
            Form::VersionRequirement => semver::VersionReq::parse(text).is_ok(),
            Form::PromQl | Form::KindPromQl => is_value(text),
            Form::Series => promql(text).is_some(),
            Form::PanelPromQl => is_value(&without_variables(text)),
            Form::Percent => is_percent(text),
            Form::Mode => {
                (3..=4).contains(&text.len()) && text.chars().all(|c| ('0'..='7').contains(&c))
            }
            Form::HostPort => HostAndPort::parse(text).is_some(),
            Form::Address => Bind::parse(text).is_some(),
            Form::EngineName => engine::is_object_name(text),
            Form::HostName => engine::is_host_name(text),
            Form::Alias => value::is_alias(text),
            Form::User => Accounts::parse(text).is_some(),
            Form::NumericUser => is_numeric_user(text),
            Form::ObjectName => value::is_dns_subdomain(text),
            Form::ArgoCluster => match text.contains("://") {
                true => value::is_url(text),
                false => value::is_word(text),
            },
            Form::Account => Account::parse(text).is_some(),
            Form::Signal => Signal::parse(text).is_some(),
            Form::ImagePlatform => ImagePlatform::parse(text).is_some(),
            Form::Device => Device::parse(text).is_some(),
            Form::Capability => Capability::parse(text).is_some(),
            Form::ExtraHost => ExtraHost::parse(text).is_some(),
            Form::HostAddress => HostAddress::parse(text).is_some(),
            Form::Tmpfs => Tmpfs::parse(text).is_some(),
            Form::Registry => engine::is_registry(text),
            Form::Scheme => {
                text.starts_with(|c: char| c.is_ascii_lowercase())
                    && text
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c))
            }
            Form::UrlPath => value::is_request_path(text),
            Form::UrlPrefix => NameRule::WebPath.accepts(text),
            Form::Domain => value::is_domain(text),
            Form::WebAddress => WebAddress::parse(text).is_some(),
            Form::Page => value::is_page(text),
            Form::Word => value::is_word(text),
            Form::Mailbox => value::is_mailbox(text),
            Form::Bytes => memory_bytes(text).or_else(|| compose_bytes(text)).is_some(),
            Form::PortRange => {
                let ports: Vec<_> = text.split('-').map(str::parse::<u16>).collect();
                match ports.as_slice() {
                    [Ok(port)] => *port > 0,
                    [Ok(first), Ok(last)] => *first > 0 && first <= last,
                    _ => false,
                }
            }
            Form::PublishedPort => text == "auto" || Form::PortRange.accepts(text),
            Form::Restart => restart(text).is_some(),
            Form::Choice(choices) => choices.contains(&text),
        }
    }

    /// What is valid, as a message says it.
    pub fn describe(self) -> String {
        match self {
            Form::Free => "a string".to_string(),
            Form::Name(rule) | Form::Declared(rule) => format!("a name: {}", rule.describe()),
            Form::Duration => {
                "a duration: a number and `ms`, `s`, `m`, `h` or `d`, such as `30s`".to_string()
            }
            Form::Period => {
                "a duration above zero: a number and `ms`, `s`, `m`, `h` or `d`, such as `30s`".to_string()
            }
            Form::Cpu => {
                "a number of processors in Kubernetes' units, such as `500m`, `2` or `0.5`".to_string()
            }
            Form::Memory => "an amount in Kubernetes' units, such as `512Mi` or `20Gi`".to_string(),
            Form::Cron => {
                "five cron fields such as `0 6 * * *`, or a preset such as `@daily`".to_string()
            }
            Form::Path => {
                "a path with `/` between its names: at most 255 bytes each, no `\\` and hidden characters, and in an absolute one no `.`, `..` and `//`".to_string()
            }
            Form::ContainerPath => {
                "an absolute path inside the container, such as `/data`: one `/` between names, no `.`, `..`, `:`, `\\` and hidden characters".to_string()
            }
            Form::MountPath => {
                "an absolute path inside the container below `/`, such as `/data`: one `/` between names, no `.`, `..`, `:`, `\\` and hidden characters".to_string()
            }
            Form::RepositoryGlob => {
                "a pattern of paths below the repository, such as `model_serving/**`: no `/` at its start, no `.`, `..`, `//`, `\\` and hidden characters, no name over 255 bytes".to_string()
            }
            Form::Glob => "a pattern of paths, such as `model_serving/**`".to_string(),
            Form::RefGlob => "a name, or a pattern such as `release/*`".to_string(),
            Form::AntGlob => {
                "a pattern of files in the words of Ant, such as `dist/**` or `{a,b}/*.xml`".to_string()
            }
            Form::BuildTrigger => {
                "five fields of Jenkins' cron, such as `H 4 * * *`, or a word such as `@daily`".to_string()
            }
            Form::Revision => {
                "a branch, a tag, a commit in full, or versions such as `1.4.*`".to_string()
            }
            Form::Version => "a semantic version: three numbers, such as `1.4.0`".to_string(),
            Form::VersionRequirement => "a version requirement, such as `>=0.1`".to_string(),
            Form::PromQl | Form::Series | Form::KindPromQl | Form::PanelPromQl => {
                "an expression of PromQL".to_string()
            }
            Form::Percent => "a share such as `99.5%`, above 0 and below 100".to_string(),
            Form::Mode => "an octal file mode, such as `0644`".to_string(),
            Form::HostPort => "`HOST:PORT`".to_string(),
            Form::Address => "an address such as `127.0.0.1` or `0.0.0.0`".to_string(),
            Form::EngineName => {
                "a name that the engine accepts: two or more letters, digits, `_`, `.` and `-`, starting with a letter or digit".to_string()
            }
            Form::HostName => "a host name: letters, digits, `-`, `_` and `.`, at most 63".to_string(),
            Form::Alias => {
                "a DNS name that the engine accepts: letters, digits, `-`, `_` and `.`".to_string()
            }
            Form::NumericUser => {
                "a UID, or UID:GID, in numbers: a cluster looks up no names".to_string()
            }
            Form::ObjectName => {
                "a name that Kubernetes accepts: lower-case letters, digits, `-` and `.`, starting and ending with a letter or digit"
                    .to_string()
            }
            Form::ArgoCluster => {
                "a cluster's URL such as `https://kubernetes.default.svc`, or its name in Argo CD, without spaces".to_string()
            }
            Form::User => "a user such as `1000`, `1000:0` or `airflow`".to_string(),
            Form::Account => "the name or number of a group".to_string(),
            Form::Signal => "a signal such as `SIGINT`, or its number".to_string(),
            Form::ImagePlatform => "a platform such as `linux/amd64`".to_string(),
            Form::Device => "a device such as `/dev/kmsg` or `/dev/a:/dev/b:rw`, its path without `.` and `..`".to_string(),
            Form::Capability => "a capability of Linux such as `NET_ADMIN`, or `ALL`".to_string(),
            Form::ExtraHost => "`NAME:ADDRESS`, such as `db.example.com:10.0.0.5` or `host.docker.internal:host-gateway`".to_string(),
            Form::HostAddress => "an address such as `10.0.0.5`, or `host-gateway`".to_string(),
            Form::Tmpfs => "an absolute path with single `/`, without `.` and `..`, such as `/run` or `/run:size=64m`".to_string(),
            Form::Registry => "a registry and what follows it, such as `registry.example.com/ml`, without `https://`".to_string(),
            Form::Scheme => "a URL's scheme such as `http` or `grpc`".to_string(),
            Form::UrlPath => "a path of a URL with single `/`, without `.`, `..` and `#`, such as `/metrics` or `/health?full=1`".to_string(),
            Form::UrlPrefix => NameRule::WebPath.describe().to_string(),
            Form::Domain => "a host name such as `ml.example.com`, in lower case".to_string(),
            Form::WebAddress => "a URL such as `https://ml.example.com/mlflow`, its path without `.` and `..`".to_string(),
            Form::Page => "the URL of a page, such as `https://wiki.example.com/runbooks/serving-down`".to_string(),
            Form::Word => "one word, without spaces".to_string(),
            Form::Mailbox => "an address such as `ops@example.com`".to_string(),
            Form::Bytes => "an amount such as `64Mi` or `64m`".to_string(),
            Form::PortRange => "a port or a range such as `8000-8010`".to_string(),
            Form::PublishedPort => "a port, a range such as `8000-8010`, or `auto`".to_string(),
            Form::Restart => "`no`, `always`, `on-failure` (`on-failure:3`: three times at most) or `unless-stopped`".to_string(),
            Form::Choice(choices) => crate::text::one_of(choices),
        }
    }
}

/// A restart policy and how often it holds at most: `("on-failure", Some(3))` for `on-failure:3`.
pub fn restart(text: &str) -> Option<(&str, Option<u32>)> {
    match text.split_once(':') {
        Some(("on-failure", times)) => {
            let digits = times.bytes().all(|byte| byte.is_ascii_digit());
            let times = times.parse().ok().filter(|times| digits && *times > 0)?;
            Some(("on-failure", Some(times)))
        }
        Some(_) => None,
        None => ["no", "always", "on-failure", "unless-stopped"]
            .contains(&text)
            .then_some((text, None)),
    }
}

/// An expression as Prometheus sees one of a kind: a selector, durations and words in place of what is filled in later.
pub(super) fn kind_expression(node: &Node) -> String {
    let phrase = reference::of_node(node, Words::Kind, Mode::Strict);
    without_variables(&phrase.filled(|reference| match reference {
        Some(reference) if reference.is(&["self", "selector"]) => "job=\"x\"".to_string(),
        _ => "1".to_string(),
    }))
}

/// `UID` or `UID:GID`, as far as Kubernetes counts them.
fn is_numeric_user(text: &str) -> bool {
    let is_counted = |account: &Account| matches!(account, Account::Number(number) if i32::try_from(*number).is_ok());
    Accounts::parse(text).is_some_and(|accounts| {
        is_counted(&accounts.user) && accounts.group.as_ref().is_none_or(is_counted)
    })
}

fn is_percent(text: &str) -> bool {
    let number = text
        .strip_suffix('%')
        .and_then(|text| text.parse::<f64>().ok());
    number.is_some_and(|number| number > 0.0 && number < 100.0)
}

/// The longest pattern of paths, and how many groups of choices it may hold: beyond what people write, and near enough for
/// the matcher, which recurses into groups.
const LONGEST_GLOB: usize = 1000;
const MOST_CHOICES: usize = 20;

/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 255;

fn is_glob(text: &str) -> bool {
    let bounded = text.len() <= LONGEST_GLOB && text.matches('{').count() <= MOST_CHOICES;
    let is_trimmed = text.trim() == text;
    !text.is_empty()
        && is_trimmed
        && bounded
        && !text.contains(is_hidden)
        && globset::Glob::new(text).is_ok()
}

/// A branch or a tag by the name that CI knows it by: git also calls `main` `refs/heads/main` and `origin/main`.
pub(super) fn short_ref(text: &str) -> &str {
    const LONGER: [&str; 4] = [
        "refs/heads/",
        "refs/tags/",
        "refs/remotes/origin/",
        "origin/",
    ];
    let mut rest = LONGER.iter().filter_map(|start| text.strip_prefix(start));
    rest.next().unwrap_or(text)
}

/// Whether a pattern is one of paths below a folder, each in its one spelling: whichever of its choices is taken.
fn stays_below(text: &str) -> bool {
    let mut names = text.split(['/', '{', '}', ',']);
    let mut starts = text.split(['{', ',']);
    !names.any(|name| [".", ".."].contains(&name) || name.len() > LONGEST_NAME)
        && !starts.any(|start| start.starts_with('/'))
        && !text.contains("//")
        && !text.contains('\\')
}

#[cfg(test)]
mod tests;
