//! What the strings of a setting have to be, where the program would refuse others when it starts.

use crate::{
    language::duration_ms,
    model::Image,
    value::{Host, HostAndPort, choice, is_email, is_url, is_word},
};

choice! {
    /// The form of a setting's strings: of a list, that of each.
    SettingForm {
        Url = "url",
        Image = "image",
        Host = "host",
        HostPort = "host-port",
        Topic = "topic",
        Heap = "heap",
        Plugin = "plugin",
        Email = "email",
        Word = "word",
        Line = "line",
        Period = "period",
    }
}

impl SettingForm {
    /// Whether a string has the form.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            SettingForm::Url => is_url(text),
            SettingForm::Image => {
                let image = Image::literal(text);
                !image.is_empty() && image.is_valid()
            }
            // Without brackets the end of an address of IPv6 would be read as a port.
            SettingForm::Host => Host::parse_in_url(text).is_some(),
            SettingForm::HostPort => HostAndPort::parse(text).is_some(),
            SettingForm::Topic => is_topic(text),
            SettingForm::Heap => is_heap(text),
            SettingForm::Plugin => !text.starts_with(':') && is_word(text),
            SettingForm::Email => is_email(text),
            SettingForm::Word => is_word(text),
            SettingForm::Line => !text.trim().is_empty() && !text.contains(char::is_control),
            SettingForm::Period => duration_ms(text).is_some_and(|time| time > 0),
        }
    }

    /// Whether a string of it can say where something is reached: a name with a dot and a number behind it is not always an
    /// address.
    pub fn may_be_address(self) -> bool {
        match self {
            SettingForm::Url
            | SettingForm::Host
            | SettingForm::HostPort
            | SettingForm::Word
            | SettingForm::Line => true,
            SettingForm::Image
            | SettingForm::Topic
            | SettingForm::Heap
            | SettingForm::Plugin
            | SettingForm::Email
            | SettingForm::Period => false,
        }
    }

    /// What a string that has not the form is not.
    pub fn noun(self) -> &'static str {
        let whole = self.describe();
        let noun = whole.split(" such as").next().unwrap_or(whole);
        noun.trim_end_matches(',')
    }

    /// What to write.
    pub fn describe(self) -> &'static str {
        match self {
            SettingForm::Url => "a URL such as `https://store.example.com/push`",
            SettingForm::Image => "an image such as `registry.example.com/team/agent:1.4.0`",
            SettingForm::Host => {
                "a host such as `kafka.example.com`, `10.0.0.5` or `[2001:db8::5]`, without a port"
            }
            SettingForm::HostPort => "`HOST:PORT`, such as `code.example.com:4000`",
            SettingForm::Topic => {
                "a topic such as `orders`, or `orders:6` with the number of its partitions; its name has letters, digits, `.`, `_` and `-`, at most 249 and no `-` first"
            }
            SettingForm::Heap => "an amount as Java takes it, such as `512m` or `2g`",
            SettingForm::Plugin => "a plugin such as `git`, or `git:5.10.1` with its version",
            SettingForm::Email => "an address such as `ops@example.com`",
            SettingForm::Word => "one word without spaces",
            SettingForm::Line => "one line of text",
            SettingForm::Period => "a duration above zero, such as `30s`",
        }
    }

    /// An example of it, for a help that writes one.
    pub fn example(self) -> &'static str {
        match self {
            SettingForm::Url => "https://store.example.com/push",
            SettingForm::Image => "registry.example.com/team/agent:1.4.0",
            SettingForm::Host => "kafka.example.com",
            SettingForm::HostPort => "code.example.com:4000",
            SettingForm::Topic => "orders",
            SettingForm::Heap => "1g",
            SettingForm::Plugin => "git",
            SettingForm::Email => "ops@example.com",
            SettingForm::Word | SettingForm::Line => "name",
            SettingForm::Period => "30s",
        }
    }

    /// What two strings of a list must not share.
    pub fn identity(self, text: &str) -> &str {
        match self {
            SettingForm::Topic | SettingForm::Plugin => {
                text.split_once(':').map_or(text, |(name, _)| name)
            }
            _ => text,
        }
    }
}

/// apache/kafka, Topic.validate: the name; its count of partitions after a `:`. A name that starts with `-` is an option to the
/// programs that make topics.
fn is_topic(text: &str) -> bool {
    let (name, partitions) = match text.split_once(':') {
        Some((name, partitions)) => (name, partitions.parse::<u32>().ok()),
        None => (text, Some(1)),
    };
    let is_character = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (1..=249).contains(&name.len())
        && name.chars().all(is_character)
        && ![".", ".."].contains(&name)
        && !name.starts_with('-')
        && partitions.is_some_and(|count| count > 0)
}

fn is_heap(text: &str) -> bool {
    let number = text.strip_suffix(|c: char| "kKmMgGtT".contains(c));
    number.is_some_and(|number| {
        number.chars().all(|c| c.is_ascii_digit())
            && number.parse::<u64>().is_ok_and(|number| number > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::SettingForm;

    #[test]
    fn each_form_takes_its_example_and_nothing_empty() {
        for form in SettingForm::ALL {
            assert!(form.accepts(form.example()), "{}", form.name());
            for wrong in ["", "a\nb"] {
                assert!(!form.accepts(wrong), "{}: {wrong:?}", form.name());
            }
        }
    }

    #[test]
    fn forms_refuse_what_programs_refuse() {
        let wrong = [
            (
                SettingForm::Url,
                &["notaurl", "http://", "https://a b/"][..],
            ),
            (SettingForm::Image, &["Ml/Agent:1", "a:b:c", "a b"]),
            (SettingForm::Host, &["::1", "a:9092", "a/b"]),
            (SettingForm::HostPort, &["code", "code:0", ":80"]),
            (
                SettingForm::Topic,
                &["a:0", "b:x", "c:3:2", ".", "..", ":3", "a b", "-a"],
            ),
            (SettingForm::Heap, &["abc", "0g", "1", "g", "+1g", "1gb"]),
            (
                SettingForm::Email,
                &["notmail", "a@", "@b", "a b@c", "a,b@c"],
            ),
            (SettingForm::Period, &["0s", "soon"]),
        ];
        for (form, texts) in wrong {
            for text in texts {
                assert!(!form.accepts(text), "{}: {text}", form.name());
            }
        }
    }

    #[test]
    fn forms_take_what_programs_take() {
        let right = [
            (
                SettingForm::Url,
                &["http://a:9009/push?x=1", "https://u:p@[::1]/"][..],
            ),
            (
                SettingForm::Image,
                &[
                    "docker:28.5.2-cli",
                    "r:5000/a/b@sha256:0123456789012345678901234567890123456789012345678901234567890123",
                ],
            ),
            (SettingForm::Host, &["localhost", "10.0.0.1", "[::1]"]),
            (SettingForm::Topic, &["a", "a.b_c-D:12"]),
            (SettingForm::Heap, &["1g", "512M"]),
            (SettingForm::Email, &["a.b+c@example.com"]),
        ];
        for (form, texts) in right {
            for text in texts {
                assert!(form.accepts(text), "{}: {text}", form.name());
            }
        }
    }
}
