//! Where images are taken from: `platform.registry`.

use super::{Image, Text};

/// Docker Hub under its names.
const HUB: [&str; 4] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
];

/// The folder of Docker Hub's own images; a reference may leave it out.
const LIBRARY: &str = "library/";

/// What is done to the images of a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Registry {
    /// They are taken from where they say.
    #[default]
    AsNamed,
    /// Those that name no registry get this before their names: `registry.example.com/ml`.
    Prefix(String),
    /// A registry's host, and what stands for it: `docker.io` and `mirror.example.com/hub`.
    Mirrors(Vec<(String, String)>),
}

impl Registry {
    /// The image as this platform takes it. One that starts with a variable may name its registry in it: it stays.
    pub fn place(&self, image: Image) -> Image {
        match self {
            Registry::Mirrors(mirrors) if !starts_open(&image) => {
                let mirror = mirrors.iter().find(|(host, _)| is_from(&image, host));
                match mirror {
                    Some((host, mirror)) => taken_from(mirror, &in_full(&image, host), &image),
                    None => image,
                }
            }
            _ => self.place_own_build(image),
        }
    }

    /// The same for an image that this platform builds: no registry has it that could be mirrored.
    pub fn place_own_build(&self, image: Image) -> Image {
        let Registry::Prefix(prefix) = self else {
            return image;
        };
        let stays = image.is_empty() || image.registry.is_some() || starts_open(&image);
        if stays || self.path_in_mirror(&image).is_some() {
            return image;
        }
        taken_from(prefix, &image.repository, &image)
    }

    /// Whether an image is the program of `own`, a repository without a tag. The host in front of it changes nothing,
    /// and neither do this platform's registry, a mirror or Docker Hub's `library/`.
    pub fn is_program(&self, image: &Image, own: &Image) -> bool {
        let Some(own) = own.repository.as_plain() else {
            return false;
        };
        let path = self.path_in_mirror(image).or_else(|| {
            let literal = image.repository.is_literal();
            image.repository.as_plain().filter(|_| literal)
        });
        let (Some(path), own) = (path, without_library(&own)) else {
            return false;
        };
        // `postgres` alone may be anybody's; with its folder before it, it is the one that everybody mirrors.
        let in_folder = if own.contains('/') {
            format!("/{own}")
        } else {
            format!("/{LIBRARY}{own}")
        };
        without_library(&path) == own || path.ends_with(&in_folder)
    }

    /// What follows this platform's registry or one of its mirrors in the image's name.
    fn path_in_mirror(&self, image: &Image) -> Option<String> {
        let name = image.name();
        let name = name.as_plain().filter(|_| name.is_literal())?;
        let path_in_mirror =
            |place: &str| Some(name.strip_prefix(place)?.strip_prefix('/')?.to_string());
        match self {
            Registry::AsNamed => None,
            Registry::Prefix(prefix) => path_in_mirror(prefix),
            // A mirror may lie in the folder of another one.
            Registry::Mirrors(mirrors) => mirrors
                .iter()
                .filter_map(|(_, mirror)| path_in_mirror(mirror))
                .min_by_key(String::len),
        }
    }
}

impl Image {
    /// Its path in Docker Hub, without `library/`, where that is where it comes from.
    pub fn in_hub(&self) -> Option<String> {
        let path = self
            .repository
            .as_plain()
            .filter(|_| is_from(self, HUB[0]))?;
        Some(without_library(&path).to_string())
    }

    /// What it is, wherever it is taken from: as it is written, without the words that Docker Hub's images may have in front.
    pub fn name_anywhere(&self) -> Text {
        let written = self.written.as_ref().map(Image::parse);
        let image = written.as_ref().unwrap_or(self);
        match is_from(image, HUB[0]) {
            true => image
                .repository
                .behind(LIBRARY)
                .unwrap_or_else(|| image.repository.clone()),
            false => image.name(),
        }
    }
}

/// Whether a variable may decide where the image comes from.
fn starts_open(image: &Image) -> bool {
    let start = image.registry.as_ref().unwrap_or(&image.repository);
    !start.starts_literal()
}

fn is_from(image: &Image, host: &str) -> bool {
    let named = match &image.registry {
        Some(registry) => registry.as_plain(),
        None => Some(HUB[0].to_string()),
    };
    named.is_some_and(|named| named == host || HUB.contains(&named.as_str()) && HUB.contains(&host))
}

/// The path as the registry has it: Docker Hub keeps its own images in a folder.
fn in_full(image: &Image, host: &str) -> Text {
    if !HUB.contains(&host) || image.repository.has('/') {
        return image.repository.clone();
    }
    let mut out = Text::literal(LIBRARY);
    out.append(&image.repository);
    out
}

fn taken_from(place: &str, path: &Text, image: &Image) -> Image {
    let mut name = Text::literal(format!("{}/", place.trim_end_matches('/')));
    name.append(path);
    let Image {
        registry,
        repository,
        ..
    } = Image::parse(&name);
    Image {
        registry,
        repository,
        written: Some(image.name()),
        ..image.clone()
    }
}

fn without_library(path: &str) -> &str {
    path.strip_prefix(LIBRARY).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::Registry;
    use crate::model::{Image, Piece, Text};

    fn mirrors() -> Registry {
        Registry::Mirrors(vec![
            ("docker.io".to_string(), "mirror.corp/hub".to_string()),
            ("quay.io".to_string(), "mirror.corp/quay".to_string()),
        ])
    }

    fn placed(registry: &Registry, image: &str) -> String {
        let image = registry.place(Image::literal(image));
        image.text().as_plain().unwrap_or_default()
    }

    #[test]
    fn a_prefix_is_for_images_that_name_no_registry() {
        let prefix = Registry::Prefix("registry.example.com/ml".to_string());
        for (image, expected) in [
            ("postgres:17", "registry.example.com/ml/postgres:17"),
            ("a/b@sha256:ab", "registry.example.com/ml/a/b@sha256:ab"),
            ("quay.io/a/b:1", "quay.io/a/b:1"),
            ("localhost/b:1", "localhost/b:1"),
            ("registry.example.com/ml/x:1", "registry.example.com/ml/x:1"),
        ] {
            assert_eq!(placed(&prefix, image), expected);
        }
        let short = Registry::Prefix("hub/ml".to_string());
        assert_eq!(placed(&short, &placed(&short, "a:1")), "hub/ml/a:1");
    }

    #[test]
    fn a_mirror_stands_for_its_registry() {
        for (image, expected) in [
            ("postgres:17", "mirror.corp/hub/library/postgres:17"),
            ("grafana/grafana:13", "mirror.corp/hub/grafana/grafana:13"),
            (
                "index.docker.io/library/redis:8",
                "mirror.corp/hub/library/redis:8",
            ),
            (
                "quay.io/prometheus/prometheus:v3",
                "mirror.corp/quay/prometheus/prometheus:v3",
            ),
            ("ghcr.io/mlflow/mlflow:v3", "ghcr.io/mlflow/mlflow:v3"),
            ("mirror.corp/hub/a:1", "mirror.corp/hub/a:1"),
        ] {
            assert_eq!(placed(&mirrors(), image), expected);
        }
        let built = mirrors().place_own_build(Image::literal("shop/api:0"));
        assert_eq!(built, Image::literal("shop/api:0"));
    }

    #[test]
    fn an_image_that_starts_with_a_variable_keeps_its_registry() {
        let mut text = Text {
            pieces: vec![Piece::Variable("hub".to_string())],
        };
        text.push_literal("/app:1");
        let image = Image::parse(&text);
        assert_eq!(mirrors().place(image.clone()), image);
        let prefix = Registry::Prefix("r.example.com".to_string());
        assert_eq!(prefix.place(image.clone()), image);
    }

    #[test]
    fn an_image_has_one_name_wherever_it_is_taken_from() {
        let prefix = Registry::Prefix("registry.example.com/ml".to_string());
        for (image, name) in [
            ("postgres:17", "postgres"),
            ("docker.io/library/postgres:17", "postgres"),
            ("team/app:1", "team/app"),
            ("docker.io/team/app:1", "team/app"),
            ("quay.io/a/b:1", "quay.io/a/b"),
        ] {
            for registry in [&Registry::AsNamed, &prefix, &mirrors()] {
                let placed = registry.place(Image::literal(image));
                let found = placed.name_anywhere();
                assert_eq!(found.as_plain().as_deref(), Some(name), "{registry:?}");
            }
        }
        let mut text = Text::literal("team/");
        text.push(Piece::Variable("app".to_string()));
        let image = Image::parse(&text);
        assert_eq!(prefix.place(image.clone()).name_anywhere(), text);
        assert_eq!(mirrors().place(image).name_anywhere(), text);
    }

    #[test]
    fn what_names_a_mirror_itself_keeps_its_name() {
        let prefix = Registry::Prefix("registry.example.com/ml".to_string());
        for (registry, image) in [
            (&prefix, "registry.example.com/ml/a/b"),
            (&mirrors(), "mirror.corp/hub/a"),
            (&mirrors(), "mirror.corp/quay/a/b"),
        ] {
            let placed = registry.place(Image::literal(image));
            assert_eq!(placed.name_anywhere().as_plain().as_deref(), Some(image));
        }
        // One mirror in the folder of another.
        let nested = Registry::Mirrors(vec![
            ("docker.io".to_string(), "m.corp".to_string()),
            ("quay.io".to_string(), "m.corp/quay".to_string()),
        ]);
        let placed = nested.place(Image::literal("quay.io/a/b:1"));
        assert_eq!(placed.to_text(), "m.corp/quay/a/b:1");
        assert_eq!(
            placed.name_anywhere().as_plain().as_deref(),
            Some("quay.io/a/b")
        );
        let (copy, own) = ("m.corp/quay/a/b:1", "quay.io/a/b");
        assert!(nested.is_program(&Image::literal(copy), &Image::literal(own)));
    }

    #[test]
    fn an_image_is_recognised_in_any_registry() {
        let is = |registry: &Registry, image: &str, own: &str| {
            registry.is_program(&Image::literal(image), &Image::literal(own))
        };
        let named = Registry::AsNamed;
        for image in [
            "postgres:18",
            "docker.io/library/postgres:18",
            "index.docker.io/postgres:18",
            "mirror.corp/hub/library/postgres:17",
            "public.ecr.aws/docker/library/postgres:17",
            "registry.corp:5000/postgres",
        ] {
            assert!(is(&named, image, "postgres"), "{image}");
        }
        let quay = "quay.io/prometheus/prometheus";
        assert!(is(
            &named,
            "mirror.corp/quay/prometheus/prometheus:v2",
            quay
        ));
        assert!(is(&mirrors(), "mirror.corp/hub/postgres:17", "postgres"));
        let prefix = Registry::Prefix("r.example.com/ml".to_string());
        assert!(is(&prefix, "r.example.com/ml/postgres:17", "postgres"));
        for image in [
            "team/postgres:1",
            "pgvector/pgvector:pg18",
            "mlopsvn/airflow:1.4.0",
        ] {
            assert!(!is(&named, image, "postgres") && !is(&named, image, "apache/airflow"));
        }
        assert!(!is(&named, "r.example.com/ml/postgres:17", "postgres"));
    }
}
