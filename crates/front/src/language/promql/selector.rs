//! The parser's part on series: names and labels, and of which time they are.

use std::time::Duration;

use super::{
    expr::{At, Expr, METRIC_NAME, Range, Selector, Subquery, Time},
    lexer::Kind,
    literal::TOO_LONG,
    matcher::{MatchOp, Matcher},
    parser::Parser,
    since::Form,
};
use crate::value::pattern_fault;

/// More seconds than a duration has: nanoseconds in 63 bits.
const LONGEST: f64 = 9_223_372_036.854_775;

/// More seconds than a point in time has.
const LATEST: f64 = 9_223_372_036_854_775_807.0;

/// How labels are compared, as it is written.
const MATCH_OPS: [(&str, MatchOp); 4] = [
    ("=", MatchOp::Equal),
    ("!=", MatchOp::NotEqual),
    ("=~", MatchOp::Regex),
    ("!~", MatchOp::NotRegex),
];

/// What may stand behind a duration where durations can be calculated.
const ARITHMETIC: [&str; 7] = ["+", "-", "*", "/", "%", "^", "("];

impl Parser<'_> {
    /// A selector from its braces on, if it has any. Errors: what is wrong in these.
    pub fn selector(&mut self, name: Option<&str>) -> Result<Expr, String> {
        let matchers = match self.take_mark("{") {
            true => self.matchers()?,
            false => Vec::new(),
        };
        Ok(Expr::Selector(Selector {
            name: name.map(str::to_string),
            matchers,
            time: Time::default(),
        }))
    }

    fn matchers(&mut self) -> Result<Vec<Matcher>, String> {
        let mut matchers = Vec::new();
        while !self.take_mark("}") {
            matchers.push(self.matcher()?);
            if !self.take_mark(",") {
                // VictoriaMetrics has it.
                if self.peek().is_word("or") {
                    return Err(
                        "Prometheus has no `or` between the labels of a selector".to_string()
                    );
                }
                self.expect("}")?;
                break;
            }
        }
        Ok(matchers)
    }

    fn matcher(&mut self) -> Result<Matcher, String> {
        let token = self.peek().clone();
        let name = match &token.kind {
            Kind::Word => token.text,
            Kind::Text(text) => {
                self.note(Form::QuotedName.at(token.text));
                text
            }
            _ => return Err(self.unexpected("the name of a label")),
        };
        self.take();
        let compared = MATCH_OPS.iter().find(|(mark, _)| self.take_mark(mark));
        let Some((_, op)) = compared else {
            // A text alone is the name of the series.
            return match token.kind {
                Kind::Text(name) => Ok(Matcher {
                    name: METRIC_NAME.to_string(),
                    op: MatchOp::Equal,
                    value: name,
                }),
                _ => Err(self.unexpected("`=`, `!=`, `=~` or `!~`")),
            };
        };
        let value = self.peek().clone();
        let Kind::Text(value) = value.kind else {
            return Err(self.unexpected("a text in quotes"));
        };
        self.take();
        if matches!(op, MatchOp::Regex | MatchOp::NotRegex)
            && let Some(fault) = pattern_fault(&value)
        {
            return Err(format!("in `{value}`: {fault}"));
        }
        Ok(Matcher {
            name: name.to_string(),
            op: *op,
            value,
        })
    }

    /// An operand with what stands behind it: a range, `offset` and `@`. Errors: what is wrong in that.
    pub fn with_time(&mut self, operand: Expr) -> Result<Expr, String> {
        let mut expr = operand;
        loop {
            let token = self.peek();
            let is_experiment = token.is_word("anchored") || token.is_word("smoothed");
            if token.is_mark("[") {
                self.count()?;
                expr = self.ranged(expr)?;
            } else if token.is_mark("@") {
                self.at(&mut expr)?;
            } else if token.is_word("offset") {
                self.offset(&mut expr)?;
            } else if is_experiment {
                return Err(format!("`{}` is an experiment of Prometheus", token.text));
            } else {
                return Ok(expr);
            }
        }
    }

    /// A range or a subquery of what stands before it.
    fn ranged(&mut self, of: Expr) -> Result<Expr, String> {
        self.expect("[")?;
        let range = self.length()?;
        if self.take_mark(":") {
            let step = match self.peek().is_mark("]") {
                true => None,
                false => Some(self.length()?),
            };
            self.expect("]")?;
            return Ok(Expr::Subquery(Subquery {
                of: Box::new(of),
                range,
                step,
                time: Time::default(),
            }));
        }
        self.expect("]")?;
        let Expr::Selector(of) = of else {
            return Err(
                "a range stands behind a series; `[5m:]` takes one of an expression".to_string(),
            );
        };
        if of.time.offset.is_some_and(|it| it != 0) {
            return Err("`offset` stands behind the range".to_string());
        }
        if matches!(of.time.at, Some(At::Seconds(_))) {
            return Err("`@` stands behind the range".to_string());
        }
        Ok(Expr::Range(Range { of, range }))
    }

    /// A duration that is longer than nothing.
    fn length(&mut self) -> Result<Duration, String> {
        let (seconds, signs) = self.duration()?;
        if signs > 0 {
            self.note(Form::Sign.at("+"));
        }
        self.ends_duration()?;
        if seconds <= 0.0 {
            return Err("a range has to be longer than nothing".to_string());
        }
        Ok(Duration::from_secs_f64(seconds))
    }

    /// A duration in seconds, with its signs, and how many these are.
    fn duration(&mut self) -> Result<(f64, usize), String> {
        let mut factor = 1.0;
        let mut signs = 0;
        while self.peek().is_mark("+") || self.peek().is_mark("-") {
            self.count()?;
            let sign = self.take();
            if sign.is_mark("-") {
                factor = -factor;
            }
            signs += 1;
        }
        let token = self.peek().clone();
        if token.is_mark("(") || token.kind == Kind::Word {
            return Err(NO_ARITHMETIC.to_string());
        }
        let seconds = self.literal()? * factor;
        if matches!(token.kind, Kind::Number(_)) {
            self.note(Form::Seconds.at(token.text));
        }
        match seconds.abs() <= LONGEST {
            true => Ok((seconds, signs)),
            false => Err(TOO_LONG.to_string()),
        }
    }

    /// Refuses arithmetic behind a duration.
    fn ends_duration(&self) -> Result<(), String> {
        let next = self.peek();
        match ARITHMETIC.iter().any(|mark| next.is_mark(mark)) {
            true => Err(NO_ARITHMETIC.to_string()),
            false => Ok(()),
        }
    }

    fn offset(&mut self, expr: &mut Expr) -> Result<(), String> {
        self.take();
        let seconds = self.distance()?;
        let offset = &mut time_of(expr, "offset")?.offset;
        if offset.is_some_and(|it| it != 0) {
            return Err("`offset` stands there twice".to_string());
        }
        *offset = Some((seconds * 1e9).round() as i64);
        Ok(())
    }

    /// A duration in seconds, with a sign that may stand before a parenthesis.
    fn distance(&mut self) -> Result<f64, String> {
        let is_minus = self.peek().is_mark("-");
        let is_signed = is_minus || self.peek().is_mark("+");
        if is_signed && self.second().is_mark("(") {
            self.note(Form::Parenthesis.at("("));
            self.take();
            self.expect("(")?;
            let (seconds, _) = self.duration()?;
            self.expect(")")?;
            return Ok(if is_minus { -seconds } else { seconds });
        }
        let (seconds, signs) = self.duration()?;
        // Behind two signs Prometheus calculates.
        if signs > 1 {
            self.ends_duration()?;
        }
        Ok(seconds)
    }

    fn at(&mut self, expr: &mut Expr) -> Result<(), String> {
        self.take();
        let at = if self.take_word("start") {
            self.expect("(")?;
            self.expect(")")?;
            At::Start
        } else if self.take_word("end") {
            self.expect("(")?;
            self.expect(")")?;
            At::End
        } else {
            At::Seconds(self.timestamp()?)
        };
        let time = time_of(expr, "@")?;
        if time.at.is_some() {
            return Err("`@` stands there twice".to_string());
        }
        time.at = Some(at);
        Ok(())
    }

    fn timestamp(&mut self) -> Result<f64, String> {
        let is_minus = self.take_mark("-");
        if !is_minus {
            self.take_mark("+");
        }
        let token = self.peek().clone();
        let seconds = self.literal()?;
        if matches!(token.kind, Kind::Duration(_)) {
            self.note(Form::Duration.at(token.text));
        }
        match seconds < LATEST {
            true if is_minus => Ok(-seconds),
            true => Ok(seconds),
            false => Err(format!("the timestamp `{}` is out of range", token.text)),
        }
    }
}

/// What is said of a duration that has to be calculated.
const NO_ARITHMETIC: &str = "a duration is a number with its unit, as `5m`: to calculate one is an experiment of Prometheus";

/// Where the time of an expression is kept.
fn time_of<'a>(expr: &'a mut Expr, word: &str) -> Result<&'a mut Time, String> {
    match expr {
        Expr::Selector(selector) => Ok(&mut selector.time),
        Expr::Range(range) => Ok(&mut range.of.time),
        Expr::Subquery(subquery) => Ok(&mut subquery.time),
        _ => Err(format!(
            "`{word}` stands behind a series or a range of time"
        )),
    }
}
