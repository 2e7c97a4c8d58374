//! Quantities: amounts such as `500m`, `1Gi` and `1e3`, as the server reads and writes them.
//!
//! # Decisions
//! * The rules are those of k8s.io/apimachinery `pkg/api/resource` (1.12 to 1.24 do not differ),
//!   oddities included: a text that is canonical at first glance is kept as it is written, so that
//!   `1.500` and `+5` stay although `1500m` and `5` are equal to them.
//! * Numbers are 128 bits wide, where Go's have no bound. What does not fit is
//!   [`NotAQuantity::TooLong`]; nobody may conclude from it that the server refuses the object.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The smallest power of ten that a quantity can hold.
const NANO: i32 = -9;
/// How many decimal digits Go's fast path takes.
const FAST_DIGITS: usize = 18;

/// An amount with the way in which it was written.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// The amount is `number` times ten to the power of `scale`.
    number: i128,
    scale: i32,
    format: Format,
    /// The text, where the server keeps it.
    text: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Decimal,
    Exponent,
    Binary,
}

/// Why a text is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAQuantity {
    /// The server refuses it.
    #[error("not a quantity: write a number and a unit, such as 0.5, 500m, 128Mi, 1G or 1e3")]
    Malformed,
    /// It has more digits than are modelled here.
    #[error("a quantity with too many digits to compare")]
    TooLong,
}

/// The parts of a text: sign, digits before and after the point, suffix.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

fn parts(text: &str) -> Result<Parts<'_>, NotAQuantity> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.trim_start_matches('0');
    let (whole, rest) = split_digits(digits);
    let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
    if text.is_empty() || !is_suffix(suffix) {
        return Err(NotAQuantity::Malformed);
    }
    Ok(Parts { negative: text.starts_with('-'), whole, fraction, suffix })
}

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Letters of the units, a sign, digits.
fn is_suffix(text: &str) -> bool {
    let rest = text.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    rest.bytes().all(|it| it.is_ascii_digit())
}

/// The base (2 or 10), the power and the format of a suffix.
fn unit(suffix: &str) -> Option<(i128, i32, Format)> {
    const DECIMAL: &[&str] = &["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    const BINARY: &[&str] = &["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let place = |of: &[&str]| of.iter().position(|it| *it == suffix);
    if let Some(place) = place(DECIMAL) {
        return Some((10, i32::try_from(place).ok()? * 3 + NANO, Format::Decimal));
    }
    if let Some(place) = place(BINARY) {
        return Some((2, (i32::try_from(place).ok()? + 1) * 10, Format::Binary));
    }
    let digits = suffix.strip_prefix(['e', 'E'])?;
    Some((10, digits.parse().ok()?, Format::Exponent))
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        let parts = parts(text)?;
        let (base, power, format) = unit(parts.suffix).ok_or(NotAQuantity::Malformed)?;
        if !text.bytes().any(|it| it.is_ascii_digit()) && !is_read_without_digits((power, format)) {
            return Err(NotAQuantity::Malformed);
        }
        let digits = format!("{}{}", parts.whole, parts.fraction);
        let number: i128 = match digits.as_str() {
            "" => 0,
            digits => digits.parse().map_err(|_| NotAQuantity::TooLong)?,
        };
        let number = if parts.negative { -number } else { number };
        let places = i32::try_from(parts.fraction.len()).map_err(|_| NotAQuantity::TooLong)?;
        let text = kept(text, &parts, (power, format), number);
        let mut quantity = if base == 2 {
            let number = number.checked_mul(1 << power).ok_or(NotAQuantity::TooLong)?;
            Self { number, scale: -places, format, text }
        } else {
            let scale = power.checked_sub(places).ok_or(NotAQuantity::TooLong)?;
            Self { number, scale, format, text }
        };
        quantity.round_up(NANO);
        quantity.bound();
        Ok(quantity)
    }
}

/// Whether a unit alone is nothing of it. The server's fast path takes it so, the other refuses it.
fn is_read_without_digits((power, format): (i32, Format)) -> bool {
    match format {
        Format::Binary => power < 50,
        Format::Decimal | Format::Exponent => power >= NANO,
    }
}

/// The text, if the server takes it to be canonical without looking closely.
fn kept(text: &str, parts: &Parts<'_>, unit: (i32, Format), number: i128) -> Option<String> {
    let (power, format) = unit;
    let whole = if parts.whole.is_empty() { "0" } else { parts.whole };
    let digits = format!("{whole}{}", parts.fraction);
    let fast = match format {
        Format::Binary => {
            let spare = 15 - i64::try_from(whole.len()).ok()? - i64::from(power) * 3 / 10 - 1;
            let fits = i64::try_from(number).is_ok_and(|it| it.checked_mul(1 << power).is_some());
            parts.fraction.is_empty() && spare >= 0 && fits && number & 7 != 0
        }
        Format::Decimal | Format::Exponent => {
            let scale = power.checked_sub(i32::try_from(parts.fraction.len()).ok()?)?;
            let plain = scale % 3 == 0 && !digits.ends_with("000") && !digits.starts_with('0');
            digits.len() <= FAST_DIGITS && scale >= NANO && plain
        }
    };
    fast.then(|| text.to_owned())
}

impl Quantity {
    /// Rounds away from zero to a multiple of ten to the power of `scale`, as the server does with
    /// the quantities of resource lists (`scale` -3).
    pub fn round_up(&mut self, scale: i32) {
        while self.scale < scale {
            let rest = self.number % 10;
            self.number = self.number / 10 + rest.signum();
            self.scale += 1;
            self.text = None;
            if self.number == 0 || self.number.abs() == 1 && rest != 0 {
                self.scale = scale;
            }
        }
    }

    /// Binary amounts end at 2^63 - 1.
    fn bound(&mut self) {
        let limit = i128::from(i64::MAX);
        let unit = 10_i128.pow(self.scale.min(0).unsigned_abs());
        if self.format == Format::Binary && self.number.abs() > limit * unit {
            (self.number, self.scale) = (limit * self.number.signum(), 0);
            self.text = None;
        }
    }

    /// The amount as a whole number; none if it has a fraction or is too long.
    fn whole(&self) -> Option<i128> {
        if self.number == 0 {
            return Some(0);
        }
        let factor = 10_i128.checked_pow(self.scale.unsigned_abs());
        if self.scale >= 0 {
            return self.number.checked_mul(factor?);
        }
        let factor = factor?;
        (self.number % factor == 0).then(|| self.number / factor)
    }

    fn decimal(&self) -> (i128, i32) {
        let (mut number, mut scale) = (self.number, self.scale);
        while number != 0 && number % 10 == 0 {
            (number, scale) = (number / 10, scale.saturating_add(1));
        }
        while scale.rem_euclid(3) != 0 {
            (number, scale) = (number.saturating_mul(10), scale.saturating_sub(1));
        }
        (number, scale)
    }

    fn binary(whole: i128) -> String {
        const UNITS: &[&str] = &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        let (mut number, mut times) = (whole, 0);
        while number % 1024 == 0 && times + 1 < UNITS.len() {
            (number, times) = (number / 1024, times + 1);
        }
        format!("{number}{}", UNITS[times])
    }
}

impl fmt::Display for Quantity {
    /// The text that the server stores and returns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.number == 0 {
            return f.write_str("0");
        }
        if let Some(text) = &self.text {
            return f.write_str(text);
        }
        if self.format == Format::Binary
            && let Some(whole) = self.whole().filter(|it| it.abs() >= 1024)
        {
            return f.write_str(&Self::binary(whole));
        }
        let (number, scale) = self.decimal();
        match (self.format, scale) {
            (_, 0) => write!(f, "{number}"),
            (Format::Exponent, _) => write!(f, "{number}e{scale}"),
            _ => write!(f, "{number}{}", decimal_unit(scale)),
        }
    }
}

fn decimal_unit(scale: i32) -> &'static str {
    match scale {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => "",
    }
}

impl PartialEq for Quantity {
    /// Equal amounts, however they are written.
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, left_scale) = self.decimal();
        let (right, right_scale) = other.decimal();
        let gap = left_scale.abs_diff(right_scale);
        let lift = |it: i128| {
            10_i128
                .checked_pow(gap)
                .and_then(|factor| it.checked_mul(factor))
                .unwrap_or(i128::MAX * it.signum())
        };
        match left_scale.cmp(&right_scale) {
            Ordering::Less => left.cmp(&lift(right)),
            Ordering::Equal => left.cmp(&right),
            Ordering::Greater => lift(left).cmp(&right),
        }
    }
}

/// The text that the server keeps for `text`; itself where it is none or too long.
pub fn canonical(text: &str) -> String {
    let trimmed = text.trim();
    trimmed.parse::<Quantity>().map_or_else(|_| text.to_owned(), |it| it.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn quantities_are_stored_as_the_server_stores_them() {
        let table = include_str!("../../../fixtures/server/quantities.tsv");
        for line in table.lines().skip(1) {
            let columns: Vec<_> = line.split('\t').collect();
            assert_eq!(canonical(columns[0]), columns[1], "{line}");
            let mut listed = read(columns[0]);
            listed.round_up(-3);
            assert_eq!(listed.to_string(), columns[2], "{line}");
        }
    }

    #[test]
    fn quantities_are_equal_however_they_are_written() {
        for (left, right) in
            [("1024Mi", "1Gi"), ("1000m", "1"), ("0.5", "500m"), ("1e3", "1k"), ("1.500", "1500m")]
        {
            assert_eq!(read(left), read(right));
        }
        assert!(read("1G") < read("1Gi") && read("-1") < read("1n") && read("999m") < read("1"));
    }

    #[test]
    fn what_the_server_refuses_is_malformed() {
        for text in
            ["", "abc", "1 Gi", "1KB", "1gi", "1e", "1.5.5", "0x10", "1Ki5", "Ei", "--1", "1Gi "]
        {
            assert_eq!(text.parse::<Quantity>().unwrap_err(), NotAQuantity::Malformed, "{text:?}");
        }
        let long = "9".repeat(60);
        assert_eq!(long.parse::<Quantity>().unwrap_err(), NotAQuantity::TooLong);
    }

    proptest! {
        #[test]
        fn a_canonical_quantity_stays_and_is_equal(
            text in r"[+-]?[0-9]{1,12}(\.[0-9]{1,10})?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|e[0-9]|E-?[0-9])?",
        ) {
            let quantity = read(&text);
            let stored = canonical(&text);
            prop_assert_eq!(&read(&stored), &quantity);
            prop_assert_eq!(canonical(&stored), stored);
        }

        #[test]
        fn no_text_makes_reading_panic(text in r"[+-]?[0-9.]{0,50}[a-zA-Z+-]{0,3}[0-9]{0,12}") {
            if let Ok(quantity) = text.parse::<Quantity>() {
                let mut rounded = quantity.clone();
                rounded.round_up(-3);
                prop_assert_eq!(quantity.cmp(&quantity), Ordering::Equal);
                prop_assert!(!rounded.to_string().is_empty());
            }
        }
    }
}
