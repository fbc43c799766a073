//! Signals of Linux.
//!
//! Source: signal(7), and what dockerd takes as `--stop-signal`.

use std::fmt;

/// Without `SIG`; the real-time ones are counted from either end.
const NAMES: [&str; 36] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS",
    "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU",
    "XFSZ",
];

/// A signal that the engine takes, in the user's spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal(String);

impl Signal {
    /// `SIGINT`, `INT`, `SIGRTMIN+3` or `2`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        is_signal(text).then(|| Self(text.to_string()))
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_signal(text: &str) -> bool {
    if let Ok(number) = text.parse::<u8>() {
        return (1..=64).contains(&number);
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let counted = ["RTMIN+", "RTMAX-"]
        .iter()
        .find_map(|start| name.strip_prefix(start))
        .is_some_and(|number| number.parse::<u8>().is_ok_and(|number| number <= 30));
    counted || NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::Signal;

    #[test]
    fn a_signal_is_one_that_the_engine_takes() {
        for text in ["SIGINT", "TERM", "9", "SIGRTMIN+3", "sigquit"] {
            assert!(Signal::parse(text).is_some(), "{text}");
        }
        for text in ["SIGFOO", "0", "SIGRTMIN+99", ""] {
            assert_eq!(Signal::parse(text), None, "{text}");
        }
    }
}
