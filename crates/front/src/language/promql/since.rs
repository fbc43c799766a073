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

/// What an expression has that is newer than Prometheus 2.0, as far as people still run what is older.
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
    /// `</`, which cuts histograms.
    Trim,
    /// A name in quotes, in braces: `{"a.b"}`.
    QuotedName,
    /// One in a list of labels: `by ("a.b")`.
    QuotedLabel,
}

impl Form {
    pub fn at(self, text: &str) -> Newer {
        let (since, before) = match self {
            Self::Underscore => ((2, 54), "numbers have no `_`"),
            Self::Seconds => ((2, 54), "durations have a unit, as `300s`"),
            Self::Duration => ((2, 54), "a number of seconds stands there"),
            Self::Sign => ((3, 0), "durations have no sign `+`"),
            Self::Trim => ((3, 0), "there is no such operator"),
            Self::QuotedName | Self::QuotedLabel => {
                let since = if self == Self::QuotedName {
                    (2, 53)
                } else {
                    (3, 0)
                };
                (since, "names stand without quotes, and have no dots")
            }
        };
        Newer {
            text: text.to_string(),
            since,
            before,
        }
    }
}

/// Functions, and the version that was the first to have them.
const FUNCTIONS: [(&str, (u64, u64)); 23] = [
    ("acos", (2, 31)),
    ("acosh", (2, 31)),
    ("asin", (2, 31)),
    ("asinh", (2, 31)),
    ("atan", (2, 31)),
    ("atanh", (2, 31)),
    ("clamp", (2, 26)),
    ("cos", (2, 31)),
    ("cosh", (2, 31)),
    ("deg", (2, 31)),
    ("histogram_avg", (2, 51)),
    ("histogram_count", (2, 40)),
    ("histogram_fraction", (2, 40)),
    ("histogram_stddev", (2, 47)),
    ("histogram_stdvar", (2, 47)),
    ("histogram_sum", (2, 40)),
    ("last_over_time", (2, 26)),
    ("pi", (2, 31)),
    ("present_over_time", (2, 29)),
    ("rad", (2, 31)),
    ("sgn", (2, 26)),
    ("sin", (2, 31)),
    ("tan", (2, 31)),
];

/// The newest of a function that is called so.
pub(super) fn function(name: &str) -> Option<Newer> {
    let (_, since) = FUNCTIONS.iter().find(|(it, _)| *it == name)?;
    Some(Newer {
        text: name.to_string(),
        since: *since,
        before: "there is no such function",
    })
}
