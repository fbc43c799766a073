//! Tokens that begin with a word of those who give them out.
//!
//! Source: what the givers publish for those who look for leaked tokens (docs.github.com "token formats", docs.gitlab.com "token
//! prefixes", docs.aws.amazon.com "unique ID prefixes", api.slack.com "token types", and the like), and the rules of gitleaks 8.30 and of
//! trufflehog. Of their rules only those are here in which a fixed word, a length and an alphabet leave no doubt.

use std::{mem, sync::LazyLock};

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
    /// Capital letters and digits, exactly as many.
    Capital,
    /// Letters and digits, exactly as many; they may do without a digit, and without a capital.
    Word,
    /// Letters and digits.
    Plain,
    /// Hexadecimal digits.
    Hex,
    /// Those of base64.
    Base64,
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
const GITLAB: &str = "a GitLab token";
const ARTIFACTORY: &str = "an Artifactory token";
const DOCKER: &str = "a Docker Hub token";
const HUGGING_FACE: &str = "a Hugging Face token";
const OPENAI: &str = "an OpenAI key";
const VAULT: &str = "a Vault token";
const GRAFANA: &str = "a Grafana token";
const STRIPE: &str = "a Stripe key";
const SHOPIFY: &str = "a Shopify token";
const DIGITALOCEAN: &str = "a DigitalOcean token";
const PLANETSCALE: &str = "a PlanetScale token";
const ATLASSIAN: &str = "an Atlassian token";

#[rustfmt::skip]
const TOKENS: [Token; 120] = [
    token("ghp_", 36, Alphabet::Plain, GITHUB),
    token("gho_", 36, Alphabet::Plain, GITHUB),
    token("ghu_", 36, Alphabet::Plain, GITHUB),
    token("ghs_", 36, Alphabet::Plain, GITHUB),
    token("ghr_", 36, Alphabet::Plain, GITHUB),
    token("github_pat_", 60, Alphabet::Address, GITHUB),
    token("glpat-", 20, Alphabet::Dotted, GITLAB),
    token("glrt-", 20, Alphabet::Dotted, GITLAB),
    token("gldt-", 20, Alphabet::Dotted, GITLAB),
    token("glptt-", 40, Alphabet::Address, GITLAB),
    token("glcbt-", 22, Alphabet::Address, GITLAB),
    token("glft-", 20, Alphabet::Address, GITLAB),
    token("glffct-", 20, Alphabet::Address, GITLAB),
    token("glimt-", 25, Alphabet::Address, GITLAB),
    token("glagent-", 50, Alphabet::Address, GITLAB),
    token("gloas-", 64, Alphabet::Address, GITLAB),
    token("glsoat-", 20, Alphabet::Address, GITLAB),
    token("GR1348941", 20, Alphabet::Address, GITLAB),
    token("AKIA", 16, Alphabet::Capital, AWS),
    token("ASIA", 16, Alphabet::Capital, AWS),
    token("ABIA", 16, Alphabet::Capital, AWS),
    token("ACCA", 16, Alphabet::Capital, AWS),
    token("ABSK", 109, Alphabet::Base64, "a key of Amazon Bedrock"),
    token("bedrock-api-key-", 100, Alphabet::Base64, "a key of Amazon Bedrock"),
    token("LTAI", 20, Alphabet::Word, "an access key of Alibaba Cloud"),
    token("xoxb-", 20, Alphabet::Address, SLACK),
    token("xoxp-", 20, Alphabet::Address, SLACK),
    token("xoxa-", 20, Alphabet::Address, SLACK),
    token("xoxr-", 20, Alphabet::Address, SLACK),
    token("xoxs-", 20, Alphabet::Address, SLACK),
    token("xoxe-", 60, Alphabet::Address, SLACK),
    token("xoxo-", 20, Alphabet::Address, SLACK),
    token("xapp-", 20, Alphabet::Address, SLACK),
    token("hooks.slack.com/services/T", 30, Alphabet::Path, "a webhook of Slack"),
    token("hooks.slack.com/workflows/", 40, Alphabet::Path, "a webhook of Slack"),
    token("hooks.slack.com/triggers/", 40, Alphabet::Path, "a webhook of Slack"),
    token("discord.com/api/webhooks/", 80, Alphabet::Path, "a webhook of Discord"),
    token("AIza", 35, Alphabet::Address, "a Google API key"),
    token("GOCSPX-", 28, Alphabet::Address, "a client secret of Google's"),
    token("ya29.", 60, Alphabet::Address, "a Google access token"),
    token("AccountKey=", 80, Alphabet::Base64, "a key of Azure's"),
    token("SharedAccessKey=", 40, Alphabet::Base64, "a key of Azure's"),
    token("npm_", 36, Alphabet::Plain, "an npm token"),
    token("pypi-AgE", 50, Alphabet::Address, "a PyPI token"),
    token("rubygems_", 48, Alphabet::Hex, "a RubyGems token"),
    token("CLOJARS_", 60, Alphabet::Plain, "a Clojars token"),
    token("AKCp", 69, Alphabet::Word, ARTIFACTORY),
    token("cmVmd", 59, Alphabet::Word, ARTIFACTORY),
    token("dckr_pat_", 27, Alphabet::Address, DOCKER),
    token("dckr_oat_", 27, Alphabet::Address, DOCKER),
    token("hf_", 34, Alphabet::Word, HUGGING_FACE),
    token("api_org_", 34, Alphabet::Word, HUGGING_FACE),
    token("sk-ant-", 40, Alphabet::Address, "an Anthropic key"),
    token("sk-proj-", 40, Alphabet::Address, OPENAI),
    token("sk-svcacct-", 40, Alphabet::Address, OPENAI),
    token("sk-admin-", 40, Alphabet::Address, OPENAI),
    token("sk-", 48, Alphabet::Word, OPENAI),
    token("sk-or-v1-", 64, Alphabet::Hex, "an OpenRouter key"),
    token("sk-lf-", 36, Alphabet::Address, "a Langfuse key"),
    token("gsk_", 52, Alphabet::Word, "a Groq key"),
    token("pplx-", 48, Alphabet::Plain, "a Perplexity key"),
    token("r8_", 37, Alphabet::Address, "a Replicate token"),
    token("nvapi-", 60, Alphabet::Address, "an NVIDIA key"),
    token("xai-", 80, Alphabet::Address, "an xAI key"),
    token("lsv2_pt_", 43, Alphabet::Address, "a LangSmith key"),
    token("lsv2_sk_", 43, Alphabet::Address, "a LangSmith key"),
    token("pcsk_", 40, Alphabet::Address, "a Pinecone key"),
    token("wandb_v1_", 70, Alphabet::Address, "a key of Weights & Biases"),
    token("dapi", 32, Alphabet::Hex, "a Databricks token"),
    token("pnu_", 36, Alphabet::Word, "a Prefect key"),
    token("pnb_", 36, Alphabet::Word, "a Prefect key"),
    token("hvs.", 24, Alphabet::Address, VAULT),
    token("hvb.", 100, Alphabet::Address, VAULT),
    token("hvr.", 24, Alphabet::Address, VAULT),
    token("ops_eyJ", 250, Alphabet::Base64, "a token of 1Password"),
    token("dp.pt.", 40, Alphabet::Plain, "a Doppler token"),
    token("dp.st.", 40, Alphabet::Dotted, "a Doppler token"),
    token("pul-", 40, Alphabet::Hex, "a Pulumi token"),
    token("AGE-SECRET-KEY-1", 58, Alphabet::Capital, "a secret key of age"),
    token("glsa_", 32, Alphabet::Address, GRAFANA),
    token("glc_", 32, Alphabet::Base64, GRAFANA),
    token("eyJrIjoi", 60, Alphabet::Base64, GRAFANA),
    token("dt0c01.", 80, Alphabet::Dotted, "a Dynatrace token"),
    token("sntryu_", 64, Alphabet::Hex, "a Sentry token"),
    token("sntrys_eyJ", 60, Alphabet::Base64, "a Sentry token"),
    token("NRAK-", 27, Alphabet::Word, "a New Relic key"),
    token("sk_live_", 24, Alphabet::Plain, STRIPE),
    token("rk_live_", 24, Alphabet::Plain, STRIPE),
    token("SG.", 60, Alphabet::Dotted, "a SendGrid key"),
    token("xkeysib-", 64, Alphabet::Address, "a Brevo key"),
    token("shpat_", 32, Alphabet::Hex, SHOPIFY),
    token("shpca_", 32, Alphabet::Hex, SHOPIFY),
    token("shppa_", 32, Alphabet::Hex, SHOPIFY),
    token("shpss_", 32, Alphabet::Hex, SHOPIFY),
    token("dop_v1_", 64, Alphabet::Hex, DIGITALOCEAN),
    token("doo_v1_", 64, Alphabet::Hex, DIGITALOCEAN),
    token("dor_v1_", 64, Alphabet::Hex, DIGITALOCEAN),
    token("fo1_", 43, Alphabet::Address, "a Fly.io token"),
    token("fm1r_", 100, Alphabet::Base64, "a Fly.io token"),
    token("fm1a_", 100, Alphabet::Base64, "a Fly.io token"),
    token("fm2_", 100, Alphabet::Base64, "a Fly.io token"),
    token("HRKU-AA", 58, Alphabet::Address, "a Heroku key"),
    token("pscale_tkn_", 32, Alphabet::Dotted, PLANETSCALE),
    token("pscale_pw_", 32, Alphabet::Dotted, PLANETSCALE),
    token("pscale_oauth_", 32, Alphabet::Dotted, PLANETSCALE),
    token("sbp_", 40, Alphabet::Hex, "a Supabase token"),
    token("tskey-auth-", 20, Alphabet::Address, "a Tailscale key"),
    token("tskey-api-", 20, Alphabet::Address, "a Tailscale key"),
    token("tskey-client-", 20, Alphabet::Address, "a Tailscale key"),
    token("sha256~", 43, Alphabet::Address, "an OpenShift token"),
    token("ATATT3", 100, Alphabet::Base64, ATLASSIAN),
    token("ATCTT3", 100, Alphabet::Base64, ATLASSIAN),
    token("EZAK", 54, Alphabet::Word, "an EasyPost key"),
    token("rdme_", 70, Alphabet::Plain, "a ReadMe key"),
    token("shippo_live_", 40, Alphabet::Hex, "a Shippo key"),
    token("sgp_", 40, Alphabet::Address, "a Sourcegraph token"),
    token("PMAK-", 59, Alphabet::Address, "a Postman key"),
    token("lin_api_", 40, Alphabet::Plain, "a Linear key"),
    token("ntn_", 46, Alphabet::Word, "a Notion token"),
    token("figd_", 40, Alphabet::Address, "a Figma token"),
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
            Alphabet::Word | Alphabet::Plain => c.is_ascii_alphanumeric(),
            Alphabet::Hex => c.is_ascii_hexdigit(),
            Alphabet::Base64 => c.is_ascii_alphanumeric() || "-_+/=".contains(c),
            Alphabet::Address => c.is_ascii_alphanumeric() || "-_".contains(c),
            Alphabet::Dotted => c.is_ascii_alphanumeric() || "-_.".contains(c),
            Alphabet::Path => c.is_ascii_alphanumeric() || "-_+/".contains(c),
        }
    }

    /// A longer word is another one.
    fn is_exact(self) -> bool {
        matches!(self, Alphabet::Capital | Alphabet::Word)
    }
}

/// In capitals: what an example has in the place of a token, and the key of Azure's emulator, which is the same for all.
const STAND_FOR_ONE: [&str; 7] = [
    "EXAMPLE",
    "YOUR",
    "REPLACE",
    "CHANGEME",
    "XXXX",
    "0000",
    "EBY8VDM02XNOCQFLQUWJPLLMETLCDXJ1",
];

/// The shortest token, with its start.
const SHORTEST: usize = 20;

/// The tokens by the byte that their start begins with: of all of them a few are tried at each word.
static BY_FIRST_BYTE: LazyLock<Vec<Vec<&Token>>> = LazyLock::new(|| {
    let begins = |token: &&Token, byte: u8| token.start.as_bytes().first() == Some(&byte);
    let of = |byte| TOKENS.iter().filter(|it| begins(it, byte)).collect();
    (0..128).map(of).collect()
});

/// What the first token in a text is.
pub(super) fn token_in(text: &str) -> Option<&'static str> {
    // Most lines have no word that is so long.
    let is_of_one = |c: char| c.is_ascii_alphanumeric() || "-_./+=~".contains(c);
    let mut words = text.split(|c| !is_of_one(c));
    if !words.any(|word| word.len() >= SHORTEST) {
        return None;
    }
    // The end of a longer word is no start.
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let mut before = ' ';
    text.char_indices().find_map(|(at, c)| {
        let is_start = !is_inner(mem::replace(&mut before, c));
        let tokens = BY_FIRST_BYTE.get(text.as_bytes()[at] as usize);
        let mut tokens = tokens.filter(|_| is_start)?.iter();
        let token = tokens.find(|token| token.begins(&text[at..]));
        token.map(|token| token.what)
    })
}

impl Token {
    fn begins(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.start) else {
            return false;
        };
        let end = rest.find(|c: char| !self.alphabet.has(c));
        let rest = &rest[..end.unwrap_or(rest.len())];
        let fits = match self.alphabet.is_exact() {
            true => rest.len() == self.length,
            false => rest.len() >= self.length,
        };
        fits && self.is_drawn(rest)
    }

    /// Whether it was drawn at random: examples end in a word that says so, or have few sorts of characters and no digit.
    fn is_drawn(&self, rest: &str) -> bool {
        let upper = rest.to_ascii_uppercase();
        let has_digit = rest.contains(|c: char| c.is_ascii_digit());
        let is_example = STAND_FOR_ONE.iter().any(|word| upper.contains(word));
        let needs_digit = self.alphabet != Alphabet::Word;
        (has_digit || !needs_digit) && looks_random(rest) && !is_example
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
            Alphabet::Hex => "9a2c7d3f8e1b04d6",
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
        // Those of Hugging Face are letters alone.
        let letters: String = ('a'..='z').chain('A'..='H').chain('A'..='B').collect();
        let whole = format!("hf_{}", &letters[..34]);
        assert_eq!(token_in(&whole), Some("a Hugging Face token"));
        assert_eq!(token_in(&format!("{whole}er")), None);
        let shortest = TOKENS.iter().map(|it| it.start.len() + it.length).min();
        assert!(shortest >= Some(super::SHORTEST));
        let of_the_emulator = [
            "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2U",
            "VErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
        ]
        .concat();
        assert_eq!(token_in(&of_the_emulator), None);
        let of_the_manual = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        assert_eq!(token_in(&of_the_manual), None);
    }
}
