//! Tests of the forms.

use super::{Form, NameRule};

/// A path inside a container and one of a URL have one spelling each, whichever key holds them.
#[test]
fn there_is_one_notion_of_a_path() {
    let around: [(Form, &str, &str); 10] = [
        (Form::Path, "", ""),
        (Form::ContainerPath, "", ""),
        (Form::MountPath, "", ""),
        (Form::Name(NameRule::ContainerPath), "", ""),
        (Form::Tmpfs, "", ":size=1m"),
        (Form::Device, "/dev/x:", ":rw"),
        (Form::Device, "", ":/dev/x"),
        (Form::UrlPath, "", "?q=1"),
        (Form::UrlPrefix, "", ""),
        (Form::WebAddress, "https://example.com", ""),
    ];
    for (form, before, after) in around {
        let accepts = |path: &str| form.accepts(&format!("{before}{path}{after}"));
        for path in ["/a", "/a/b.c", "/a/.b", "/a/..b", "/a-b_c~/d"] {
            assert!(accepts(path), "{form:?} refuses {path}");
        }
        for path in [
            "//",
            "/a//b",
            "//a",
            "/a/../b",
            "/..",
            "/./a",
            "/a/.",
            "/a\\b",
            "/a\u{202e}b",
            "/a\u{200b}",
            "/a\nb",
            "/a\u{1b}[0m",
        ] {
            assert!(!accepts(path), "{form:?} accepts {path:?}");
        }
    }
    for pattern in ["a/**", "{a,b}/*.xml", "**", "a/", "a..b/.c", "*.{md,txt}"] {
        assert!(Form::RepositoryGlob.accepts(pattern), "{pattern}");
        assert!(Form::AntGlob.accepts(pattern), "{pattern}");
    }
    for pattern in [
        "/a",
        "../a",
        "a/..",
        "{../a,b}",
        "{a,/b}",
        "a//b",
        "./a",
        "a\\b",
        &format!("{{a,{}}}/**", "b".repeat(256)),
        "a\u{202e}b",
        "a\0b",
        "a\nb",
    ] {
        assert!(!Form::RepositoryGlob.accepts(pattern), "{pattern:?}");
        assert!(!Form::AntGlob.accepts(pattern), "{pattern:?}");
    }
    assert!(!Form::Glob.accepts("a\u{202e}b") && !Form::RefGlob.accepts("a\0"));
    assert!(Form::ContainerPath.accepts("/") && !Form::MountPath.accepts("/"));
    assert!(!Form::Page.accepts("https://x/\u{202e}a"));
    assert!(!Form::HostPort.accepts("a/../b:25") && !Form::HostPort.accepts("\u{202e}a:25"));
    assert!(Form::HostPort.accepts("smtp.example.com:587") && Form::HostPort.accepts("[::1]:25"));
}
