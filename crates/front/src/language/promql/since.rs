//! Forms of PromQL that only newer versions of Prometheus take.

/// Something in an expression that older versions refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    /// As it stands there.
    pub text: String,
    /// The first version that takes it.
    pub since: (u64, u64),
    /// What older ones take in its place.
    pub before: &'static str,
}

/// What an expression has that is newer than Prometheus 2.0, as far as people still run what is older. Functions know it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `1_000`.
    Underscore,
    /// A number for a duration: `[300]`.
    Seconds,
    /// A duration for a number: `> 5m`.
    Duration,
    /// `[+5m]`.
    Sign,
    /// `offset -(5m)`.
    Parenthesis,
    /// `</`, which cuts histograms.
    Trim,
    /// A name in quotes, in braces: `{"a.b"}`.
    QuotedName,
    /// One in a list of labels: `by ("a.b")`.
    QuotedLabel,
    /// A name with a colon there: `by (a:b)`.
    LabelWithColon,
    /// `limitk(...)` and `limit_ratio(...)`.
    Limit,
    /// `fill(...)` and its like.
    Fill,
}

impl Form {
    pub fn at(self, text: &str) -> Newer {
        let (since, before) = match self {
            Self::Underscore => ((2, 54), "numbers have no `_`"),
            Self::Seconds => ((2, 54), "durations have a unit, as `300s`"),
            Self::Duration => ((2, 54), "a number of seconds stands there"),
            Self::Sign => ((3, 0), "durations have no sign `+`"),
            Self::Parenthesis => ((3, 6), "durations have no parentheses"),
            Self::Trim => ((3, 0), "there is no such operator"),
            Self::QuotedName => ((2, 53), "names stand without quotes, and have no dots"),
            Self::QuotedLabel => ((3, 0), "names stand without quotes, and have no dots"),
            Self::LabelWithColon => ((3, 0), "names of labels have no `:`"),
            Self::Limit => ((2, 54), "there is no such function"),
            Self::Fill => ((3, 10), "nothing stands in for what is missing"),
        };
        Newer {
            text: text.to_string(),
            since,
            before,
        }
    }
}
