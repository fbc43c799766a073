//! Tokens that begin with a word of those who give them out.
//!
//! Source: what the givers publish for those who look for leaked tokens (docs.github.com "token formats", docs.gitlab.com "token
//! prefixes", docs.aws.amazon.com "unique ID prefixes", api.slack.com "token types", and the like).

use super::looks_random;

/// How a token begins, what follows, and what it is.
struct Token {
    start: &'static str,
    /// The fewest characters behind the start.
    length: usize,
    alphabet: Alphabet,
    what: &'static str,
}

/// Of which characters the rest is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    /// Capital letters and digits.
    Capital,
    /// Letters and digits.
    Plain,
    /// Those of addresses: `-` and `_`, too.
    Address,
    /// Several such words with `.` between them.
    Dotted,
    /// A path of an address.
    Path,
}

const GITHUB: &str = "a GitHub token";
const SLACK: &str = "a Slack token";
const AWS: &str = "an AWS access key";

#[rustfmt::skip]
const TOKENS: [Token; 29] = [
    token("ghp_", 36, Alphabet::Plain, GITHUB),
    token("gho_", 36, Alphabet::Plain, GITHUB),
    token("ghu_", 36, Alphabet::Plain, GITHUB),
    token("ghs_", 36, Alphabet::Plain, GITHUB),
    token("ghr_", 36, Alphabet::Plain, GITHUB),
    token("github_pat_", 60, Alphabet::Address, GITHUB),
    token("glpat-", 20, Alphabet::Dotted, "a GitLab token"),
    token("glrt-", 20, Alphabet::Dotted, "a GitLab token"),
    token("gldt-", 20, Alphabet::Dotted, "a GitLab token"),
    token("AKIA", 16, Alphabet::Capital, AWS),
    token("ASIA", 16, Alphabet::Capital, AWS),
    token("xoxb-", 20, Alphabet::Address, SLACK),
    token("xoxp-", 20, Alphabet::Address, SLACK),
    token("xoxa-", 20, Alphabet::Address, SLACK),
    token("xoxr-", 20, Alphabet::Address, SLACK),
    token("xoxs-", 20, Alphabet::Address, SLACK),
    token("xapp-", 20, Alphabet::Address, SLACK),
    token("hooks.slack.com/services/T", 30, Alphabet::Path, "a webhook of Slack"),
    token("AIza", 35, Alphabet::Address, "a Google API key"),
    token("npm_", 36, Alphabet::Plain, "an npm token"),
    token("pypi-AgE", 50, Alphabet::Address, "a PyPI token"),
    token("hf_", 34, Alphabet::Plain, "a Hugging Face token"),
    token("dckr_pat_", 27, Alphabet::Address, "a Docker Hub token"),
    token("hvs.", 24, Alphabet::Address, "a Vault token"),
    token("sk_live_", 24, Alphabet::Plain, "a Stripe key"),
    token("sk-ant-", 40, Alphabet::Address, "an Anthropic key"),
    token("sk-proj-", 40, Alphabet::Address, "an OpenAI key"),
    token("dop_v1_", 64, Alphabet::Plain, "a DigitalOcean token"),
    token("glsa_", 32, Alphabet::Address, "a Grafana token"),
];

const fn token(
    start: &'static str,
    length: usize,
    alphabet: Alphabet,
    what: &'static str,
) -> Token {
    Token {
        start,
        length,
        alphabet,
        what,
    }
}

impl Alphabet {
    fn has(self, c: char) -> bool {
        match self {
            Alphabet::Capital => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Alphabet::Plain => c.is_ascii_alphanumeric(),
            Alphabet::Address => c.is_ascii_alphanumeric() || "-_".contains(c),
            Alphabet::Dotted => c.is_ascii_alphanumeric() || "-_.".contains(c),
            Alphabet::Path => c.is_ascii_alphanumeric() || c == '/',
        }
    }
}

/// What the first token in a text is.
pub(super) fn token_in(text: &str) -> Option<&'static str> {
    let found = TOKENS.iter().find(|token| token.is_in(text));
    found.map(|token| token.what)
}

impl Token {
    fn is_in(&self, text: &str) -> bool {
        text.match_indices(self.start).any(|(at, start)| {
            // The end of a longer word is no start.
            let before = text[..at].chars().next_back();
            let is_within = before.is_some_and(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            let rest = &text[at + start.len()..];
            let end = rest.find(|c: char| !self.alphabet.has(c));
            let rest = &rest[..end.unwrap_or(rest.len())];
            // A key of AWS has one length; a longer word is no key.
            let fits = match self.alphabet {
                Alphabet::Capital => rest.len() == self.length,
                _ => rest.len() >= self.length,
            };
            !is_within && fits && self.is_drawn(rest)
        })
    }

    /// Whether it was drawn at random: examples end in a word that says so, or have few sorts of characters and no digit.
    fn is_drawn(&self, rest: &str) -> bool {
        let upper = rest.to_ascii_uppercase();
        let has_digit = rest.contains(|c: char| c.is_ascii_digit());
        let is_example = ["EXAMPLE", "YOUR", "REPLACE", "CHANGEME", "XXXX", "0000"]
            .iter()
            .any(|word| upper.contains(word));
        has_digit && looks_random(rest) && !is_example
    }
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, TOKENS, token_in};

    /// Characters as they are drawn, of each alphabet.
    fn drawn(alphabet: Alphabet, length: usize) -> String {
        let some = match alphabet {
            Alphabet::Capital => "Q7ZP2LKD9VRT4MNB",
            Alphabet::Path => "08AB3XY1Q/B07KL2MN9P/aGh7Kd2Lq9",
            _ => "9aQ2xLp7Kd3mVt8Rw1Zc",
        };
        some.chars().cycle().take(length).collect()
    }

    #[test]
    fn tokens_are_known_by_their_start_length_and_characters() {
        for token in &TOKENS {
            let whole = format!("{}{}", token.start, drawn(token.alphabet, token.length));
            for text in [
                whole.clone(),
                format!("x: \"{whole}\","),
                format!("a={whole} b"),
            ] {
                assert_eq!(token_in(&text), Some(token.what), "{text}");
            }
            let short = &whole[..whole.len() - 1];
            let inside = format!("my{whole}");
            let start = token.start;
            let stands_for = [
                format!("{start}{}", "x".repeat(token.length)),
                format!("{start}{}", "0".repeat(token.length)),
                format!("{start}${{TOKEN}}"),
                format!("{start}..."),
            ];
            for text in [short, &inside]
                .into_iter()
                .chain(stands_for.iter().map(|it| &**it))
            {
                assert_eq!(token_in(text), None, "{text}");
            }
        }
        let of_the_manual = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        assert_eq!(token_in(&of_the_manual), None);
    }
}
