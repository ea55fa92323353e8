//! Equations that an answer writes out, reckoned again: `(83,615 − 26,062) / 26,062 = 220.8%`.

use rust_decimal::prelude::ToPrimitive;

use super::figure::{Figure, Sign};

/// How far off a result must be, as a share of it, before it is more than a slip in the last digit.
const OFF: f64 = 0.001;
/// How deep brackets are followed.
const DEPTH: u32 = 8;

/// The figures behind an equals sign that what stands before it doesn't make, as far as the digits shown can tell.
pub(crate) fn contradicted(text: &str, figures: &[Figure]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (place, pair) in figures.windows(2).enumerate() {
        let [before, result] = pair else { continue };
        let between = text.get(before.end..result.start).unwrap_or_default();
        let signs: String = between.chars().filter(|char| !char.is_whitespace() && *char != '*').collect();
        if !matches!(signs.trim_start_matches(')'), "=" | "≈") {
            continue;
        }
        let tokens = tokens(text, &figures[..=place], between.split(['=', '≈']).next().unwrap_or_default());
        let operators = tokens.iter().filter(|token| matches!(token, Token::Operator(_))).count();
        let reckoned = Reckoner { tokens: &tokens, at: 0 }.whole();
        if let Some(reckoned) = reckoned.filter(|_| operators > 0)
            && reckoned.misses(Range::of(result))
        {
            found.push((result.start, result.end));
        }
    }
    found
}

/// The values that the digits of a figure may stand for.
#[derive(Clone, Copy, Debug)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    /// A whole number without a scale word is itself; anything else may have been rounded.
    fn of(figure: &Figure) -> Self {
        let value = figure.reading.value.to_f64().unwrap_or(f64::NAN);
        let decimals = i32::try_from(figure.reading.decimals).unwrap_or(i32::MAX);
        let rounded = decimals > 0 || figure.scale != 0 || figure.percent;
        let half = if rounded { 0.5 * 10_f64.powi(-decimals) } else { 0.0 };
        let unit = 10_f64.powi(figure.scale) * if figure.percent { 0.01 } else { 1.0 };
        let sign = if figure.sign == Sign::None { 1.0 } else { -1.0 };
        Self::hull(&[(value - half) * unit * sign, (value + half) * unit * sign])
    }

    fn hull(ends: &[f64]) -> Self {
        let low = ends.iter().copied().fold(f64::INFINITY, f64::min);
        Self { low, high: ends.iter().copied().fold(f64::NEG_INFINITY, f64::max) }
    }

    fn with(self, operator: char, other: Self) -> Option<Self> {
        let each = |reckon: fn(f64, f64) -> f64| {
            let ends = [
                (self.low, other.low),
                (self.low, other.high),
                (self.high, other.low),
                (self.high, other.high),
            ];
            Self::hull(&ends.map(|(one, other)| reckon(one, other)))
        };
        match operator {
            '+' => Some(each(|one, other| one + other)),
            '-' => Some(each(|one, other| one - other)),
            '*' => Some(each(|one, other| one * other)),
            _ => (other.low > 0.0 || other.high < 0.0).then(|| each(|one, other| one / other)),
        }
    }

    /// Whether no value of the one comes near one of the other. Percentages are also written without their sign.
    fn misses(self, written: Self) -> bool {
        let misses = |by: f64| {
            let (low, high) = (self.low * by, self.high * by);
            let gap = (written.low - high).max(low - written.high);
            gap > OFF * written.low.abs().max(written.high.abs()).max(f64::MIN_POSITIVE)
        };
        misses(1.0) && misses(100.0)
    }
}

#[derive(Clone, Copy, Debug)]
enum Token {
    Value(Range),
    Operator(char),
    Open,
    Close,
}

/// What stands before an equals sign, back to the first thing that is no part of an equation.
fn tokens(text: &str, figures: &[Figure], tail: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut behind = Some(tail);
    for (place, figure) in figures.iter().enumerate().rev() {
        let Some(signs) = behind.and_then(signs) else { break };
        // Between two figures something must be done.
        if !tokens.is_empty() && !signs.iter().any(|sign| matches!(sign, Token::Operator(_))) {
            break;
        }
        tokens.extend(signs.into_iter().rev());
        tokens.push(Token::Value(Range::of(figure)));
        let before = figures[..place].last().map_or(0, |before| before.end);
        behind = text.get(before..figure.start);
    }
    let open = behind.unwrap_or_default();
    let opening = open
        .chars()
        .rev()
        .take_while(|char| *char == '(' || char.is_whitespace())
        .filter(|char| *char == '(')
        .count();
    tokens.extend(std::iter::repeat_n(Token::Open, opening));
    tokens.reverse();
    let unmatched = |tokens: &[Token]| {
        let of = |wanted: fn(&Token) -> bool| tokens.iter().filter(|token| wanted(token)).count();
        of(|token| matches!(token, Token::Open)).saturating_sub(of(|token| matches!(token, Token::Close)))
    };
    // A bracket around the whole equation is no part of it.
    let extra = unmatched(&tokens).min(opening);
    tokens.drain(..extra);
    tokens
}

fn signs(between: &str) -> Option<Vec<Token>> {
    let tokens = between.chars().filter(|char| !char.is_whitespace()).map(|char| match char {
        '+' => Some(Token::Operator('+')),
        '-' | '−' | '–' => Some(Token::Operator('-')),
        '*' | '×' | '·' | 'x' => Some(Token::Operator('*')),
        '/' | '÷' => Some(Token::Operator('/')),
        '(' => Some(Token::Open),
        ')' => Some(Token::Close),
        _ => None,
    });
    tokens.collect()
}

/// Products before sums, brackets first.
struct Reckoner<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Reckoner<'_> {
    fn whole(mut self) -> Option<Range> {
        let range = self.sum(0)?;
        (self.at == self.tokens.len()).then_some(range)
    }

    fn operator(&mut self, wanted: &[char]) -> Option<char> {
        match self.tokens.get(self.at) {
            Some(Token::Operator(sign)) if wanted.contains(sign) => {
                self.at += 1;
                Some(*sign)
            }
            _ => None,
        }
    }

    fn sum(&mut self, depth: u32) -> Option<Range> {
        let mut sum = self.product(depth)?;
        while let Some(operator) = self.operator(&['+', '-']) {
            sum = sum.with(operator, self.product(depth)?)?;
        }
        Some(sum)
    }

    fn product(&mut self, depth: u32) -> Option<Range> {
        let mut product = self.value(depth)?;
        while let Some(operator) = self.operator(&['*', '/']) {
            product = product.with(operator, self.value(depth)?)?;
        }
        Some(product)
    }

    fn value(&mut self, depth: u32) -> Option<Range> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token {
            Token::Value(range) => Some(*range),
            Token::Open if depth < DEPTH => {
                let range = self.sum(depth + 1)?;
                let closed = matches!(self.tokens.get(self.at), Some(Token::Close));
                self.at += 1;
                closed.then_some(range)
            }
            _ => None,
        }
    }
}
