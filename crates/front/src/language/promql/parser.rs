//! Tokens into a tree, by the precedence of the operators. What the tree means is checked later (`types`).

use super::{
    expr::{
        Aggregate, AggregateOp, Binary, BinaryOp, Call, Expr, Group, Grouping, Matching,
        MatchingLabels,
    },
    functions::function,
    lexer::{Kind, Token, tokens},
    since::{Form, Newer},
    words,
};

/// How deep an expression may be nested, and how many operators may follow on each other: what is read of it is a tree, which is
/// walked by recursion.
const DEEPEST: usize = 250;
const MOST_OPERATORS: usize = 500;

/// What is read of an expression.
pub(super) struct Parsed {
    pub expr: Expr,
    /// The newest of what it has, where older versions of Prometheus refuse it.
    pub newest: Option<Newer>,
}

/// Reads an expression. Errors: what was expected, and what is there.
pub(super) fn parse(text: &str) -> Result<Parsed, String> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
        operators: 0,
        newest: None,
    };
    if parser.peek().is_end() {
        return Err("it is empty".to_string());
    }
    let expr = parser.expr(Binding::Or)?;
    if !parser.peek().is_end() {
        return Err(match parser.peek().is_mark("=") {
            true => "`=` compares nothing: `==` does".to_string(),
            false => parser.unexpected("an operator"),
        });
    }
    Ok(Parsed {
        expr,
        newest: parser.newest,
    })
}

pub(super) struct Parser<'a> {
    /// The last one is the end.
    tokens: Vec<Token<'a>>,
    next: usize,
    depth: usize,
    operators: usize,
    newest: Option<Newer>,
}

/// How strongly operators bind, the weakest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Comparison,
    Sum,
    /// A sign in front of an expression, too.
    Product,
    Power,
}

impl Binding {
    fn of(op: BinaryOp) -> Self {
        match op {
            BinaryOp::Or => Self::Or,
            BinaryOp::And | BinaryOp::Unless => Self::And,
            BinaryOp::TrimUpper | BinaryOp::TrimLower => Self::Comparison,
            op if op.is_comparison() => Self::Comparison,
            BinaryOp::Add | BinaryOp::Subtract => Self::Sum,
            BinaryOp::Power => Self::Power,
            _ => Self::Product,
        }
    }

    /// What binds at least so strongly belongs to the right side: of two that are the same the left one is first, but of powers.
    fn right(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Comparison,
            Self::Comparison => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product | Self::Power => Self::Power,
        }
    }
}

/// Operators as they are written.
const OPERATORS: [(&str, BinaryOp); 18] = [
    ("or", BinaryOp::Or),
    ("and", BinaryOp::And),
    ("unless", BinaryOp::Unless),
    ("==", BinaryOp::Equal),
    ("!=", BinaryOp::NotEqual),
    ("<", BinaryOp::Less),
    ("<=", BinaryOp::LessOrEqual),
    (">", BinaryOp::Greater),
    (">=", BinaryOp::GreaterOrEqual),
    ("</", BinaryOp::TrimUpper),
    (">/", BinaryOp::TrimLower),
    ("+", BinaryOp::Add),
    ("-", BinaryOp::Subtract),
    ("*", BinaryOp::Multiply),
    ("/", BinaryOp::Divide),
    ("%", BinaryOp::Modulo),
    ("atan2", BinaryOp::Atan2),
    ("^", BinaryOp::Power),
];

impl<'a> Parser<'a> {
    pub fn peek(&self) -> &Token<'a> {
        &self.tokens[self.next]
    }

    /// The token behind the next one.
    pub fn second(&self) -> &Token<'a> {
        &self.tokens[(self.next + 1).min(self.tokens.len() - 1)]
    }

    /// Takes the next token. The end stays.
    pub fn take(&mut self) -> Token<'a> {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    /// Takes a mark, if it is the next token.
    pub fn take_mark(&mut self, mark: &str) -> bool {
        let is_there = self.peek().is_mark(mark);
        if is_there {
            self.take();
        }
        is_there
    }

    pub fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.peek().is_word(word);
        if is_there {
            self.take();
        }
        is_there
    }

    /// Takes a mark. Errors: it is not the next token.
    pub fn expect(&mut self, mark: &str) -> Result<(), String> {
        match self.take_mark(mark) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{mark}`"))),
        }
    }

    /// What is said of a token that can't stand where it does.
    pub fn unexpected(&self, wanted: &str) -> String {
        let found = self.peek();
        match found.text {
            _ if found.is_end() && wanted == "`)`" => "`(` is not closed".to_string(),
            _ if found.is_end() => format!("{wanted} is missing at the end"),
            ")" if wanted != "`(`" => format!("{wanted} is missing before `)`"),
            text => format!("`{text}` stands where {wanted} is expected"),
        }
    }

    /// Keeps what is newer than all before it.
    pub fn note(&mut self, newer: Newer) {
        let newest = self.newest.as_ref().map(|it| it.since);
        if newest.is_none_or(|newest| newest < newer.since) {
            self.newest = Some(newer);
        }
    }

    /// Counts what makes the tree deeper without nesting. Errors: there is too much of it.
    pub fn count(&mut self) -> Result<(), String> {
        self.operators += 1;
        match self.operators <= MOST_OPERATORS {
            true => Ok(()),
            false => Err(format!("it has more than {MOST_OPERATORS} operators")),
        }
    }

    /// An expression of operators that bind at least so strongly.
    fn expr(&mut self, least: Binding) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} times"));
        }
        let first = self.operand()?;
        let mut left = self.with_time(first)?;
        while let Some(op) = self.operator()
            && Binding::of(op) >= least
        {
            self.count()?;
            let written = self.take().text;
            if matches!(op, BinaryOp::TrimUpper | BinaryOp::TrimLower) {
                self.note(Form::Trim.at(written));
            }
            let matching = self.matching()?;
            let right = self.expr(Binding::of(op).right())?;
            left = Expr::Binary(Binary {
                op,
                left: Box::new(left),
                right: Box::new(right),
                matching,
            });
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<BinaryOp> {
        let token = self.peek();
        let fits = |text: &str| token.is_mark(text) || token.is_word(text);
        let mut operators = OPERATORS.iter();
        operators.find(|(text, _)| fits(text)).map(|(_, op)| *op)
    }

    /// What stands before and behind operators.
    fn operand(&mut self) -> Result<Expr, String> {
        let token = self.peek().clone();
        match &token.kind {
            Kind::Number(number) => {
                self.take();
                self.note_number(&token);
                Ok(Expr::Number(*number))
            }
            Kind::Duration(seconds) => {
                self.take();
                self.note(Form::Duration.at(token.text));
                Ok(Expr::Number(*seconds))
            }
            Kind::Text(text) => {
                self.take();
                Ok(Expr::Text(text.clone()))
            }
            Kind::Mark => match token.text {
                "+" | "-" => self.signed(),
                "(" => {
                    self.take();
                    let inner = self.expr(Binding::Or)?;
                    self.expect(")")?;
                    Ok(Expr::Paren(Box::new(inner)))
                }
                "{" => self.selector(None),
                _ => Err(self.unexpected("a series, a number or a function")),
            },
            Kind::Word => self.named(token.text),
            Kind::End => Err(self.unexpected("a series, a number or a function")),
        }
    }

    pub fn note_number(&mut self, token: &Token<'_>) {
        if token.text.contains('_') {
            self.note(Form::Underscore.at(token.text));
        }
    }

    fn signed(&mut self) -> Result<Expr, String> {
        let is_minus = self.take().is_mark("-");
        Ok(match self.expr(Binding::Power)? {
            Expr::Number(number) if is_minus => Expr::Number(-number),
            Expr::Number(number) => Expr::Number(number),
            inner => Expr::Signed(Box::new(inner)),
        })
    }

    /// An aggregation, a function or a series.
    fn named(&mut self, name: &str) -> Result<Expr, String> {
        let behind = self.second();
        let is_called = behind.is_mark("(");
        let is_grouped = behind.is_word("by") || behind.is_word("without");
        let mut aggregates = AggregateOp::ALL.into_iter();
        let aggregate = aggregates.find(|op| self.peek().is_word(op.name()));
        match aggregate {
            Some(op) if is_called || is_grouped => self.aggregate(op),
            _ if let Some(place) = words::place_of_no_name(self.peek()) => {
                Err(format!("`{name}` stands {place}"))
            }
            _ if is_called => self.call(name),
            _ => {
                self.take();
                self.selector(Some(name))
            }
        }
    }

    fn call(&mut self, name: &str) -> Result<Expr, String> {
        let Some(function) = function(name) else {
            return Err(match words::place_of_no_function(self.peek()) {
                Some(place) => format!("`{name}` stands {place}"),
                None => format!("there is no function `{name}`"),
            });
        };
        self.take();
        if let Some(newer) = function.newer() {
            self.note(newer);
        }
        let args = self.args()?;
        Ok(Expr::Call(Call { function, args }))
    }

    fn args(&mut self) -> Result<Vec<Expr>, String> {
        self.expect("(")?;
        let mut args = Vec::new();
        if self.take_mark(")") {
            return Ok(args);
        }
        loop {
            args.push(self.expr(Binding::Or)?);
            if !self.take_mark(",") {
                self.expect(")")?;
                return Ok(args);
            }
        }
    }

    fn aggregate(&mut self, op: AggregateOp) -> Result<Expr, String> {
        let written = self.take().text;
        if op.is_experiment() {
            self.note(Form::Limit.at(written));
        }
        let before = self.grouping()?;
        let mut args = self.args()?;
        let grouping = match before {
            Some(grouping) => Some(grouping),
            None => self.grouping()?,
        };
        let wanted = 1 + usize::from(op.param().is_some());
        let found = args.len();
        let of = args.pop().filter(|_| found == wanted).ok_or_else(|| {
            let name = op.name();
            match op.param() {
                Some(_) => format!("`{name}` takes two arguments: what it is given, and series"),
                None => format!("`{name}` takes one argument"),
            }
        })?;
        Ok(Expr::Aggregate(Aggregate {
            op,
            grouping,
            param: args.pop().map(Box::new),
            of: Box::new(of),
        }))
    }

    fn grouping(&mut self) -> Result<Option<Grouping>, String> {
        if self.take_word("by") {
            return Ok(Some(Grouping::By(self.labels()?)));
        }
        if self.take_word("without") {
            return Ok(Some(Grouping::Without(self.labels()?)));
        }
        Ok(None)
    }

    /// Names of labels in parentheses.
    fn labels(&mut self) -> Result<Vec<String>, String> {
        self.expect("(")?;
        let mut labels = Vec::new();
        while !self.take_mark(")") {
            labels.push(self.label()?);
            if !self.take_mark(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(labels)
    }

    fn label(&mut self) -> Result<String, String> {
        let token = self.peek().clone();
        let name = match &token.kind {
            Kind::Word if !token.is_word("without") => {
                if token.text.contains(':') {
                    self.note(Form::LabelWithColon.at(token.text));
                }
                token.text
            }
            Kind::Text(text) if !text.is_empty() => {
                self.note(Form::QuotedLabel.at(token.text));
                text
            }
            _ => return Err(self.unexpected("the name of a label")),
        };
        self.take();
        Ok(name.to_string())
    }

    /// The words behind an operator.
    fn matching(&mut self) -> Result<Matching, String> {
        let is_bool = self.take_word("bool");
        let labels = if self.take_word("on") {
            Some(MatchingLabels::On(self.labels()?))
        } else if self.take_word("ignoring") {
            Some(MatchingLabels::Ignoring(self.labels()?))
        } else {
            None
        };
        let group = match labels {
            Some(_) => self.group()?,
            None => None,
        };
        let fills = self.fills()?;
        Ok(Matching {
            is_bool,
            labels,
            group,
            fills,
        })
    }

    fn group(&mut self) -> Result<Option<Group>, String> {
        let is_left = self.take_word("group_left");
        if !is_left && !self.take_word("group_right") {
            return Ok(None);
        }
        let labels = match self.peek().is_mark("(") {
            true => self.labels()?,
            false => Vec::new(),
        };
        Ok(Some(match is_left {
            true => Group::Left(labels),
            false => Group::Right(labels),
        }))
    }

    /// What stands in for a side without the other, or for each.
    fn fills(&mut self) -> Result<bool, String> {
        if self.fill("fill")? {
            return Ok(true);
        }
        for [first, second] in [["fill_left", "fill_right"], ["fill_right", "fill_left"]] {
            if self.fill(first)? {
                self.fill(second)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes `fill(0)` or one of its like. They are names where no parenthesis follows.
    fn fill(&mut self, word: &str) -> Result<bool, String> {
        if !self.peek().is_word(word) || !self.second().is_mark("(") {
            return Ok(false);
        }
        let written = self.take().text;
        self.note(Form::Fill.at(written));
        self.expect("(")?;
        if !self.take_mark("-") {
            self.take_mark("+");
        }
        self.literal()?;
        self.expect(")")?;
        Ok(true)
    }

    /// A number or a duration, in seconds. Errors: something else is there.
    pub fn literal(&mut self) -> Result<f64, String> {
        let token = self.peek().clone();
        match token.kind {
            Kind::Number(number) => {
                self.take();
                self.note_number(&token);
                Ok(number)
            }
            Kind::Duration(seconds) => {
                self.take();
                Ok(seconds)
            }
            _ => Err(self.unexpected("a number or a duration")),
        }
    }
}
