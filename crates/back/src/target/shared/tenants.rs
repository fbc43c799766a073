//! What components have outside of volumes of their own: in it goes the platform, out comes what the manifest remembers of it, and
//! for each component that has nothing there that it has nothing: it may have had something.

use std::net::Ipv6Addr;

use crate::{
    data::{Program, Tenant, TenantNow},
    model::{Component, EnvironmentVariable, ImageMaker, Platform, Text, Use, Workload},
    speak::{Readable, Speak},
    value::{HostAndPort, UrlParts},
};

/// All components that run here, in the order of the platform.
pub fn tenants(platform: &Platform) -> Vec<TenantNow> {
    let components = platform.components.iter();
    components
        .filter(|component| component.external.is_none())
        .filter_map(|component| tenant(platform, component))
        .collect()
}

fn tenant(platform: &Platform, component: &Component) -> Option<TenantNow> {
    let stores = component.uses.iter().filter(|it| it.keeps);
    let of_roles = stores.clone().map(|it| {
        let usual = || place(platform, it, &it.component);
        let place = led_elsewhere(platform, component, it).unwrap_or_else(usual);
        (it.role.clone(), place)
    });
    let bound = stores.filter(|it| led_elsewhere(platform, component, it).is_none());
    let before = bound.map(|it| {
        let names = platform.names_before(&it.component).into_iter();
        let places = names.map(|name| place(platform, it, name));
        (it.role.clone(), places.collect())
    });
    let encryption = encryption(component);
    let read = first_read(component).map(|it| (it.name.clone(), &it.value));
    let read = read.chain(encryption.iter().cloned());
    let made_with = read.map(|(name, value)| (name, Readable(platform).text(value)));
    let tenant = Tenant {
        component: component.name.clone(),
        program: program(component)?,
        stores: of_roles.collect(),
        keys: component.keys.keys().cloned().collect(),
        made_with: made_with.collect(),
    };
    let names = platform.names_before(&component.name).into_iter();
    let read = first_read(component).map(|it| (it.name.clone(), &it.value));
    let of_secrets = read.chain(encryption.iter().cloned());
    let of_secrets = of_secrets.filter(|(_, value)| !value.secrets().is_empty());
    let of_secrets = of_secrets.map(|(name, _)| name);
    Some(TenantNow {
        upgrades: match has_schema(component) {
            true => component.upgrades.clone(),
            false => Vec::new(),
        },
        first_start: component.first_start.clone(),
        of_secrets: of_secrets.collect(),
        encrypted_with: encryption.into_iter().map(|(name, _)| name).collect(),
        replaced_keys: component.replaced_keys.clone(),
        schemas: schemas(component).map(|it| it.role.clone()).collect(),
        before: names.map(ToString::to_string).collect(),
        stores_before: before.collect(),
        tenant,
    })
}

/// The variables that its program reads while its schema is not there yet. Those of data on a volume are remembered with that.
fn first_read(component: &Component) -> impl Iterator<Item = &EnvironmentVariable> {
    let main = component.main().filter(|_| has_schema(component));
    let env = main.into_iter().flat_map(|it| &it.env);
    env.filter(|it| component.first_start.contains_key(&it.name))
}

/// What encrypts its data: in a database of another component, under the name of the variable that counts first (where one takes the
/// place of another, it is compared with that); and variables of the user's in the place of keys of its kind.
fn encryption(component: &Component) -> Vec<(String, &Text)> {
    let of_database = component.encryption().filter(|_| has_schema(component));
    let first = component.encrypted_with.first().zip(of_database);
    let first = first.map(|(name, variable)| (name.clone(), &variable.value));
    let env = component.main().into_iter().flat_map(|it| &it.env);
    let replaced = env.filter(|it| {
        let mut variables = component.replaced_keys.values();
        variables.any(|name| *name == it.name)
    });
    let replaced = replaced.map(|it| (it.name.clone(), &it.value));
    first.into_iter().chain(replaced).collect()
}

/// `None`: the kind is for programs of all sorts.
fn program(component: &Component) -> Option<Program> {
    let versioned = component
        .program_of_data(None)
        .filter(|_| has_schema(component));
    let versioned = versioned.map(|program| Program {
        minor: program
            .minor
            .filter(|_| is_numbered_by_its_makers(component)),
        ..program
    });
    let of_kind = || (!component.any_program).then(|| Program::of_kind(&component.program));
    versioned.or_else(of_kind)
}

/// The releases of an image of one's own have numbers of their own.
fn is_numbered_by_its_makers(component: &Component) -> bool {
    let version = &component.version;
    let image = component.main().map(|main| &main.image);
    let maker = image.map(|image| version.known.maker(image, &version.registry));
    version.is_set || maker == Some(ImageMaker::Program)
}

/// Whether its program keeps a schema in a store of another component.
fn has_schema(component: &Component) -> bool {
    schemas(component).next().is_some()
}

fn schemas(component: &Component) -> impl Iterator<Item = &Use> {
    let uses = component.uses.iter();
    uses.filter(|it| it.has_schema())
}

/// As in `db/mlflow`, or `db at pg.example.com/mlflow` where it runs elsewhere: another port of one machine mostly leads to the
/// same server. `name`: what the store is called.
fn place(platform: &Platform, bound: &Use, name: &str) -> String {
    let mut out = name.to_string();
    let store = platform.component(&bound.component);
    let address = store.and_then(|store| store.external.as_ref()?.addresses.first());
    if let Some(address) = address {
        out += &format!(" at {}", address.host);
    }
    if let Some(database) = &bound.database {
        out += &format!("/{}", database.name);
        if let Some((setting, value)) = &database.schema_of {
            out += &format!(" ({setting} {value})");
        }
    }
    out
}

/// Where variables of the user's, or flags, lead a program that its kind leads to a store: `other/mlflow by MLFLOW_BACKEND_STORE_URI`.
/// `None`: to that store.
fn led_elsewhere(platform: &Platform, component: &Component, bound: &Use) -> Option<String> {
    let main = component.main()?;
    let told = main
        .env
        .iter()
        .filter(|it| bound.told_by.contains(&it.name));
    let own = told.filter(|it| !platform.kind_sources.contains(&it.span.source));
    let own = own.map(|it| (it.name.clone(), Readable(platform).text(&it.value)));
    let words = words(platform, main);
    let flags = bound.told_by_flags.iter();
    let flags = flags.filter_map(|flag| Some((flag.clone(), flag_in(&words, flag)?)));
    let names = names_of(platform, bound);
    let elsewhere = own.chain(flags).filter_map(|(name, text)| {
        let places: Vec<String> = addresses_in(&text).into_iter().map(place_in).collect();
        let is_same = |part: &str| part.is_empty() || names.iter().any(|it| it == part);
        let mut parts = places.iter().flat_map(|place| place.split('/'));
        let place = places.join(",");
        (!is_filled_in(&place) && !parts.all(is_same)).then(|| format!("{place} by {name}"))
    });
    let elsewhere: Vec<String> = elsewhere.collect();
    (!elsewhere.is_empty()).then(|| elsewhere.join(", "))
}

/// Whether a shell, Kubernetes or the program puts something into a place when it starts. What that is is not known: the store of the
/// manifest counts. A reference to a secret is one of ours.
fn is_filled_in(place: &str) -> bool {
    let mut filled_in = place.split('$').skip(1);
    place.contains('`') || filled_in.any(|it| !it.starts_with("{secrets."))
}

/// The addresses of a text that is one, or a list of them as programs take it: with commas between them, or in brackets.
fn addresses_in(text: &str) -> Vec<&str> {
    let quotes: &[char] = &['"', '\'', ' '];
    let inner = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let list = inner
        .filter(|it| it.parse::<Ipv6Addr>().is_err())
        .unwrap_or(text);
    let parts: Vec<&str> = list.split(',').map(|it| it.trim_matches(quotes)).collect();
    let urls = parts.iter().filter(|it| it.contains("://")).count();
    // The hosts of one URL, or a login, may have a comma too.
    match urls == 0 || urls == parts.len() {
        true => parts,
        false => vec![text],
    }
}

/// The words that a workload starts with, those that a shell reads as one text too.
fn words(platform: &Platform, workload: &Workload) -> Vec<String> {
    let lines = [&workload.entrypoint, &workload.command].into_iter();
    let texts = lines.flatten().flatten();
    let texts: Vec<String> = texts.map(|it| Readable(platform).text(it)).collect();
    let words = texts.iter().flat_map(|text| text.split_whitespace());
    let words = words.map(|word| word.trim_matches(['"', '\'']).to_string());
    words.collect()
}

/// What the last of several flags of a name says.
fn flag_in(words: &[String], flag: &str) -> Option<String> {
    let value = |(at, word): (usize, &String)| match word.strip_prefix(flag)? {
        "" => words.get(at + 1).cloned(),
        joined => joined
            .strip_prefix('=')
            .map(|value| value.trim_matches(['"', '\'']).to_string()),
    };
    let mut values = words.iter().enumerate().filter_map(value);
    values.next_back()
}

/// What a store is called by those who use it: its hosts, and the database.
fn names_of(platform: &Platform, bound: &Use) -> Vec<String> {
    let store = platform.component(&bound.component);
    let addresses = store.and_then(|it| it.external.as_ref());
    let hosts = addresses.into_iter().flat_map(|it| &it.addresses);
    let hosts = hosts.map(|it| it.host.without_brackets());
    let workloads = store.into_iter().flat_map(|it| &it.workloads);
    let workloads = workloads.flat_map(|it| std::iter::once(&it.name).chain(&it.aliases));
    let database = bound.database.iter().map(|it| it.name.clone());
    hosts.chain(workloads.cloned()).chain(database).collect()
}

/// The name of a Service of which this is the whole name in a cluster; another host as it is.
fn in_cluster(host: &str) -> &str {
    let service = host
        .split_once(".svc")
        .filter(|(_, rest)| rest.is_empty() || rest.starts_with('.'));
    let name = service.and_then(|(service, _)| service.split('.').next());
    name.unwrap_or(host)
}

/// The host and the path of an address, without login, port and parameters; another text as it is, without a port.
fn place_in(text: &str) -> String {
    let Some(url) = UrlParts::split(text) else {
        let address = HostAndPort::parse(text);
        return address.map_or(text.to_string(), |it| it.host.without_brackets());
    };
    let host = in_cluster(url.host().trim_matches(['[', ']']));
    let path = url.path.split('?').next().unwrap_or_default();
    format!("{host}{}", path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::{addresses_in, is_filled_in, place_in};

    #[test]
    fn a_list_of_addresses_is_taken_apart() {
        for (text, parts) in [
            (
                "[\"http://es:9200\", \"http://es2:9200\"]",
                &["http://es:9200", "http://es2:9200"][..],
            ),
            ("[http://es:9200]", &["http://es:9200"]),
            ("a:9092,b:9092", &["a:9092", "b:9092"]),
            ("[2001:db8::5]", &["[2001:db8::5]"]),
            ("[2001:db8::5]:5432", &["[2001:db8::5]:5432"]),
            ("postgresql://u:p,q@h/db", &["postgresql://u:p,q@h/db"]),
        ] {
            assert_eq!(addresses_in(text), parts, "{text}");
        }
    }

    #[test]
    fn a_place_that_is_filled_in_at_the_start_is_not_known() {
        for text in [
            "${URI}",
            "$URI",
            "$(URI)",
            "`cat /uri`",
            "postgresql://u:p@${HOST}:5432/mlflow",
            "postgresql://u:p@db/$DB",
            "db:$PORT",
        ] {
            assert!(is_filled_in(&place_in(text)), "{text}");
        }
        for text in [
            "postgresql://u:${PW}@db:5432/more",
            "postgresql://u:$PW@db/more",
            "${secrets.uri}",
            "postgresql://u:p@${secrets.host}/more",
        ] {
            assert!(!is_filled_in(&place_in(text)), "{text}");
        }
    }

    #[test]
    fn a_place_is_a_host_and_a_path() {
        for (text, place) in [
            (
                "postgresql://u:p@db:5432/mlflow?sslmode=require",
                "db/mlflow",
            ),
            (
                "postgresql://u@[2001:db8::5]:5432/mlflow",
                "2001:db8::5/mlflow",
            ),
            ("postgresql://[2001:db8::5]/mlflow/", "2001:db8::5/mlflow"),
            ("redis://cache.shop.svc.cluster.local:6379", "cache"),
            ("db:5432", "db"),
            ("[2001:db8::5]:5432", "2001:db8::5"),
            ("db", "db"),
        ] {
            assert_eq!(place_in(text), place, "{text}");
        }
    }
}
