//! Arithmetic over names, as text: `mean(rules, input_type) * 20`. An unknown operand makes the whole unknown; only
//! `or`, `sum` and the branch of an `if` that isn't taken forgive one.

/// Deep enough for any formula a person writes, and far from exhausting a stack.
const DEPTH: usize = 40;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Name(String),
    Negative(Box<Expression>),
    Binary(Box<Expression>, Operator, Box<Expression>),
    Call(Function, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Mean,
    Min,
    Max,
    /// Value, least, most.
    Clamp,
    /// The next whole number.
    Ceil,
    /// The first that is known.
    Or,
    /// All that are known, added up.
    Sum,
    /// Condition, what holds if it isn't zero, what holds otherwise.
    If,
    /// A value, then pairs of a limit and what holds up to it, then what holds beyond.
    Steps,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    #[error("“{0}” isn't expected here")]
    Unexpected(String),
    #[error("it breaks off")]
    Incomplete,
    #[error("there is no function “{0}”")]
    UnknownFunction(String),
    #[error("“{0}” takes another number of values")]
    Arguments(String),
    #[error("it is nested too deeply")]
    Deep,
}

impl Expression {
    pub(super) fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
        let expression = parser.comparison()?;
        match parser.next() {
            None => Ok(expression),
            Some(token) => Err(token.unexpected()),
        }
    }

    /// All names in it, some perhaps twice.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Name(name) => vec![name],
            Self::Negative(inner) => inner.names(),
            Self::Binary(left, _, right) => [left.names(), right.names()].concat(),
            Self::Call(_, arguments) => arguments.iter().flat_map(Self::names).collect(),
        }
    }

    pub(super) fn value(&self, known: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Name(name) => known(name),
            Self::Negative(inner) => Some(-inner.value(known)?),
            Self::Binary(left, operator, right) => operator.apply(left.value(known)?, right.value(known)?),
            Self::Call(function, arguments) => function.apply(arguments, known),
        }
    }
}

impl Operator {
    fn apply(self, left: f64, right: f64) -> Option<f64> {
        let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
        Some(match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide if right.abs() < f64::MIN_POSITIVE => return None,
            Self::Divide => left / right,
            Self::Less => truth(left < right),
            Self::LessOrEqual => truth(left <= right),
            Self::Greater => truth(left > right),
            Self::GreaterOrEqual => truth(left >= right),
            Self::Equal => truth((left - right).abs() < f64::EPSILON),
        })
    }
}

impl Function {
    fn find(name: &str) -> Option<Self> {
        Some(match name {
            "mean" => Self::Mean,
            "min" => Self::Min,
            "max" => Self::Max,
            "clamp" => Self::Clamp,
            "ceil" => Self::Ceil,
            "or" => Self::Or,
            "sum" => Self::Sum,
            "if" => Self::If,
            "steps" => Self::Steps,
            _ => return None,
        })
    }

    const fn takes(self, count: usize) -> bool {
        match self {
            Self::Mean | Self::Min | Self::Max | Self::Or | Self::Sum => count > 0,
            Self::Ceil => count == 1,
            Self::Clamp | Self::If => count == 3,
            Self::Steps => count > 1 && count.is_multiple_of(2),
        }
    }

    fn apply(self, arguments: &[Expression], known: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
        let values = || arguments.iter().map(|argument| argument.value(known)).collect::<Option<Vec<_>>>();
        match self {
            Self::Mean => {
                let values = values()?;
                let count = u32::try_from(values.len()).ok()?;
                Some(values.iter().sum::<f64>() / f64::from(count))
            }
            Self::Min => values()?.into_iter().reduce(f64::min),
            Self::Max => values()?.into_iter().reduce(f64::max),
            Self::Clamp => match values()?.as_slice() {
                [value, least, most] => Some(value.max(*least).min(*most)),
                _ => None,
            },
            Self::Ceil => Some(arguments.first()?.value(known)?.ceil()),
            Self::Or => arguments.iter().find_map(|argument| argument.value(known)),
            Self::Sum => {
                arguments.iter().filter_map(|argument| argument.value(known)).reduce(|sum, value| sum + value)
            }
            Self::If => match arguments {
                [condition, then, otherwise] => {
                    let holds = condition.value(known)?.abs() > 0.0;
                    if holds { then } else { otherwise }.value(known)
                }
                _ => None,
            },
            Self::Steps => {
                let (value, steps) = arguments.split_first()?;
                let value = value.value(known)?;
                for step in steps.chunks(2) {
                    match step {
                        [limit, reached] if value <= limit.value(known)? => return reached.value(known),
                        [beyond] => return beyond.value(known),
                        _ => {}
                    }
                }
                None
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Name(String),
    Sign(&'static str),
}

impl Token {
    fn unexpected(self) -> ExpressionError {
        ExpressionError::Unexpected(match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name,
            Self::Sign(sign) => sign.to_owned(),
        })
    }
}

/// Longer signs first, so that `<=` isn't read as `<`.
const SIGNS: [&str; 12] = ["<=", ">=", "<", ">", "=", "+", "-", "*", "/", "(", ")", ","];

fn tokens(text: &str) -> Result<Vec<Token>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            sign.len()
        } else {
            let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let word = rest.get(..end).unwrap_or_default();
            tokens.push(if first.is_ascii_digit() {
                let unexpected = |_| ExpressionError::Unexpected(word.to_owned());
                Token::Number(word.parse().map_err(unexpected)?)
            } else if word.is_empty() || word.contains('.') {
                return Err(ExpressionError::Unexpected(first.to_string()));
            } else {
                Token::Name(word.to_owned())
            });
            end
        };
        rest = rest.get(after..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Passes over one of some signs, if one comes.
    fn sign<T: Copy>(&mut self, signs: &[(&str, T)]) -> Option<T> {
        let Some(Token::Sign(found)) = self.tokens.get(self.at) else { return None };
        let (_, meaning) = signs.iter().find(|(sign, _)| sign == found)?;
        self.at += 1;
        Some(*meaning)
    }

    fn expect(&mut self, sign: &str) -> Result<(), ExpressionError> {
        match self.next() {
            Some(Token::Sign(found)) if found == sign => Ok(()),
            Some(other) => Err(other.unexpected()),
            None => Err(ExpressionError::Incomplete),
        }
    }

    fn comparison(&mut self) -> Result<Expression, ExpressionError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(ExpressionError::Deep);
        }
        let left = self.sum()?;
        let comparisons = [
            ("<", Operator::Less),
            ("<=", Operator::LessOrEqual),
            (">", Operator::Greater),
            (">=", Operator::GreaterOrEqual),
            ("=", Operator::Equal),
        ];
        let compared = match self.sign(&comparisons) {
            Some(operator) => Expression::Binary(Box::new(left), operator, Box::new(self.sum()?)),
            None => left,
        };
        self.depth -= 1;
        Ok(compared)
    }

    fn sum(&mut self) -> Result<Expression, ExpressionError> {
        let mut sum = self.product()?;
        while let Some(operator) = self.sign(&[("+", Operator::Add), ("-", Operator::Subtract)]) {
            sum = Expression::Binary(Box::new(sum), operator, Box::new(self.product()?));
        }
        Ok(sum)
    }

    fn product(&mut self) -> Result<Expression, ExpressionError> {
        let mut product = self.factor()?;
        while let Some(operator) = self.sign(&[("*", Operator::Multiply), ("/", Operator::Divide)]) {
            product = Expression::Binary(Box::new(product), operator, Box::new(self.factor()?));
        }
        Ok(product)
    }

    fn factor(&mut self) -> Result<Expression, ExpressionError> {
        let mut is_negative = false;
        while self.sign(&[("-", ())]).is_some() {
            is_negative = !is_negative;
        }
        let factor = match self.next().ok_or(ExpressionError::Incomplete)? {
            Token::Number(number) => Expression::Number(number),
            Token::Name(name) if self.sign(&[("(", ())]).is_some() => self.call(name)?,
            Token::Name(name) => Expression::Name(name),
            Token::Sign("(") => {
                let inner = self.comparison()?;
                self.expect(")")?;
                inner
            }
            token @ Token::Sign(_) => return Err(token.unexpected()),
        };
        Ok(if is_negative { Expression::Negative(Box::new(factor)) } else { factor })
    }

    fn call(&mut self, name: String) -> Result<Expression, ExpressionError> {
        let Some(function) = Function::find(&name) else {
            return Err(ExpressionError::UnknownFunction(name));
        };
        let mut arguments = vec![self.comparison()?];
        while self.sign(&[(",", ())]).is_some() {
            arguments.push(self.comparison()?);
        }
        self.expect(")")?;
        if function.takes(arguments.len()) {
            Ok(Expression::Call(function, arguments))
        } else {
            Err(ExpressionError::Arguments(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Option<f64> {
        Expression::parse(text).unwrap().value(&|name| match name {
            "two" => Some(2.0),
            "three" => Some(3.0),
            _ => None,
        })
    }

    #[test]
    fn arithmetic_binds_as_on_paper() {
        for (text, expected) in [
            ("1 + two * three", Some(7.0)),
            ("(1 + two) * three", Some(9.0)),
            ("8 / 2 / 2 - 1 - 1", Some(0.0)),
            ("-two + --three", Some(1.0)),
            ("0.5*two", Some(1.0)),
            ("two < three", Some(1.0)),
            ("two + 1 = three", Some(1.0)),
            ("two >= three", Some(0.0)),
            ("1 / (two - 2)", None),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_unknown_stays_unknown_unless_it_is_forgiven() {
        for (text, expected) in [
            ("two + nothing", None),
            ("0 * nothing", None),
            ("mean(two, nothing)", None),
            ("min(two, nothing)", None),
            ("or(nothing, two)", Some(2.0)),
            ("or(nothing, nothing)", None),
            ("sum(nothing, two, three)", Some(5.0)),
            ("sum(nothing, nothing)", None),
            ("if(two, three, nothing)", Some(3.0)),
            ("if(0, three, nothing)", None),
            ("if(nothing, 1, 1)", None),
            ("clamp(9, 0, three)", Some(3.0)),
            ("max(two, three, 1)", Some(3.0)),
            ("steps(two, 1, 10, 2, 20, 30)", Some(20.0)),
            ("steps(9, 1, 10, 2, 20, 30)", Some(30.0)),
            ("steps(nothing, 1, 10, 30)", None),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        use ExpressionError::{Arguments, Deep, Incomplete, Unexpected, UnknownFunction};
        for (text, error) in [
            ("", Incomplete),
            ("1 +", Incomplete),
            ("(1", Incomplete),
            ("1 2", Unexpected("2".into())),
            ("1.2.3", Unexpected("1.2.3".into())),
            ("a $ b", Unexpected("$".into())),
            ("ä", Unexpected("ä".into())),
            ("sin(1)", UnknownFunction("sin".into())),
            ("clamp(1, 2)", Arguments("clamp".into())),
            ("steps(1, 2, 3)", Arguments("steps".into())),
        ] {
            assert_eq!(Expression::parse(text), Err(error), "{text}");
        }
        assert_eq!(Expression::parse(&"(".repeat(10_000)), Err(Deep));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[a-z0-9+*/()<>=,. -]{0,60}") {
            if let Ok(expression) = Expression::parse(&text) {
                let _ = expression.value(&|_| None);
                prop_assert!(expression.names().len() <= text.len());
            }
        }
    }
}
