//! What a scalar means, by the rules of go-yaml v2 (its `resolve.go`) and of Go's `strconv`.

use std::borrow::Cow;

use serde_json::Number;

use super::token::Tag;
use super::{Problem, Value};

/// A scalar with its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Above the range of `i64`.
    Uint(u64),
    Float(f64),
    Text(Cow<'a, str>),
}

/// The type of a scalar, by its tag or else by its looks (`plain`) or else a text.
pub(super) fn resolve(
    text: Cow<'_, str>,
    plain: bool,
    tag: Option<Tag>,
) -> Result<Scalar<'_>, Problem> {
    match tag {
        None if plain => Ok(by_looks(text)),
        Some(Tag::Binary) => match decode_base64(&text) {
            Some(bytes) => Ok(Scalar::Text(String::from_utf8_lossy(&bytes).into_owned().into())),
            None => Err(Problem::TagMismatch("!!binary")),
        },
        Some(Tag::Timestamp) if !looks_like_date(&text) => Err(Problem::TagMismatch("!!timestamp")),
        None | Some(Tag::Str | Tag::Merge | Tag::Other | Tag::Timestamp) => Ok(Scalar::Text(text)),
        Some(Tag::Int) => match by_looks(text) {
            number @ (Scalar::Int(_) | Scalar::Uint(_)) => Ok(number),
            _ => Err(Problem::TagMismatch("!!int")),
        },
        Some(Tag::Float) => match by_looks(text) {
            #[expect(clippy::cast_precision_loss, reason = "go-yaml rounds as well")]
            Scalar::Int(number) => Ok(Scalar::Float(number as f64)),
            number @ Scalar::Float(_) => Ok(number),
            _ => Err(Problem::TagMismatch("!!float")),
        },
        Some(Tag::Bool) => match by_looks(text) {
            value @ Scalar::Bool(_) => Ok(value),
            _ => Err(Problem::TagMismatch("!!bool")),
        },
        Some(Tag::Null) => match by_looks(text) {
            Scalar::Null => Ok(Scalar::Null),
            _ => Err(Problem::TagMismatch("!!null")),
        },
    }
}

/// The type that a plain scalar has by YAML 1.1.
fn by_looks(text: Cow<'_, str>) -> Scalar<'_> {
    let found = match text.as_bytes().first() {
        None => Some(Scalar::Null),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(&text)
        }
        Some(b'.') => special_float(&text).or_else(|| fraction(&text)),
        Some(b'0'..=b'9' | b'+' | b'-') => special_float(&text).or_else(|| number(&text)),
        Some(_) => None,
    };
    found.unwrap_or(Scalar::Text(text))
}

fn word(text: &str) -> Option<Scalar<'static>> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Some(Scalar::Bool(true))
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Scalar::Bool(false))
        }
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        _ => None,
    }
}

fn special_float(text: &str) -> Option<Scalar<'static>> {
    let float = match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    };
    Some(Scalar::Float(float))
}

/// A number that starts with a sign or a digit: underscores do not count, 0644 is octal, and
/// `0b-1`, strangely, is -1.
fn number(text: &str) -> Option<Scalar<'static>> {
    let mut digits = Cow::Borrowed(text);
    if text.contains('_') {
        digits = text.replace('_', "").into();
    }
    let binary = || i64::from_str_radix(digits.strip_prefix("0b")?, 2).ok();
    integer(&digits).or_else(|| float(&digits)).or_else(|| binary().map(Scalar::Int))
}

/// A number that starts with a point. Underscores may stand between digits only.
fn fraction(text: &str) -> Option<Scalar<'static>> {
    if !text.contains('_') {
        return float(text);
    }
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = text.as_bytes();
    let between =
        |at: usize| is_digit(bytes.get(at.wrapping_sub(1))) && is_digit(bytes.get(at + 1));
    let mut underscores = text.match_indices('_');
    let valid = underscores.all(|(at, _)| between(at));
    valid.then(|| float(&text.replace('_', "")))?
}

/// As Go's `ParseInt` and then `ParseUint` with base 0.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = radix(unsigned);
    let magnitude = match digits.as_bytes().first() {
        None if radix == 8 => 0,
        Some(b'+' | b'-') => return None,
        _ => u64::from_str_radix(digits, radix).ok()?,
    };
    if text.starts_with('-') {
        return 0i64.checked_sub_unsigned(magnitude).map(Scalar::Int);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Scalar::Int(number)),
        Err(_) if text.starts_with('+') => None,
        Err(_) => Some(Scalar::Uint(magnitude)),
    }
}

/// Splits a prefix that names the base from the digits.
fn radix(text: &str) -> (u32, &str) {
    match text.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &text[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &text[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &text[2..]),
        [b'0', ..] => (8, &text[1..]),
        _ => (10, text),
    }
}

/// A decimal float by go-yaml's pattern, if it is in range.
fn float(text: &str) -> Option<Scalar<'static>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['+', '-']).unwrap_or(text));
    let digits = mantissa.replacen('.', "", 1);
    let valid = all_digits(&digits) && exponent.is_none_or(all_digits);
    let float: f64 = valid.then(|| text.parse().ok())??;
    float.is_finite().then_some(Scalar::Float(float))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a date, or starts with one before a time. That is all that matters: it stays
/// a text.
fn looks_like_date(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, "0:0:0"),
    };
    let is_number = |part: &str, most: u32| {
        let number = part.parse::<u32>().unwrap_or_default();
        part.len() <= 2 && all_digits(part) && (1..=most).contains(&number)
    };
    let mut parts = date.split('-');
    let year = parts.next().is_some_and(|year| year.len() == 4 && all_digits(year));
    let month = parts.next().is_some_and(|month| is_number(month, 12));
    let day = parts.next().is_some_and(|day| is_number(day, 31));
    year && month && day && parts.next().is_none() && time.starts_with(|c: char| c.is_ascii_digit())
}

/// The number as kubectl prints it. It writes a float in Go's way (1.0 is 1) and reads that again,
/// as an integer if it fits 64 bits.
pub(super) fn json_number(float: f64) -> Option<Number> {
    if float.abs() >= 1e21 || float.fract() != 0.0 {
        return Number::from_f64(float);
    }
    integer_text(&format!("{float}"))
}

/// The number of an integer's decimal digits: beyond 64 bits with a sign it is a float.
pub(super) fn integer_text(text: &str) -> Option<Number> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    let float: f64 = text.parse().ok()?;
    match (float.abs() < 1e21).then(|| format!("{float}").parse::<u64>()) {
        Some(Ok(number)) => Some(number.into()),
        _ => Number::from_f64(float),
    }
}

/// The value as JSON has it.
pub(super) fn value(scalar: Scalar<'_>) -> Result<Value, Problem> {
    let number = match scalar {
        Scalar::Null => return Ok(Value::Null),
        Scalar::Bool(value) => return Ok(Value::Bool(value)),
        Scalar::Text(text) => return Ok(Value::String(text.into_owned())),
        Scalar::Int(number) => Some(number.into()),
        Scalar::Uint(number) => integer_text(&number.to_string()),
        Scalar::Float(number) => json_number(number),
    };
    number.map(Value::Number).ok_or(Problem::NotFinite)
}

/// A key as sigs.k8s.io/yaml writes it.
pub(super) fn key(scalar: Scalar<'_>) -> Result<String, Problem> {
    match scalar {
        Scalar::Text(text) => Ok(text.into_owned()),
        Scalar::Bool(value) => Ok(value.to_string()),
        Scalar::Int(number) => Ok(number.to_string()),
        Scalar::Float(number) => Ok(float_key(number)),
        Scalar::Null => Err(Problem::BadKey("null")),
        Scalar::Uint(_) => Err(Problem::BadKey("a number beyond 63 bits")),
    }
}

/// As Go's `FormatFloat(number, 'g', -1, 32)`, which rounds to 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml rounds as well")]
fn float_key(number: f64) -> String {
    let number = number as f32;
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or_default() {
        -4..6 => number.to_string(),
        exponent if exponent < 0 => format!("{mantissa}e-{:02}", exponent.abs()),
        exponent => format!("{mantissa}e+{exponent:02}"),
    }
}

/// Standard base64 with padding; line breaks do not count.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b"\r\n".contains(b)).collect();
    let padding = digits.iter().rev().take_while(|&&byte| byte == b'=').count();
    if !digits.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    for group in digits[..digits.len() - padding].chunks(4) {
        let mut bits = 0;
        for (place, &digit) in group.iter().enumerate() {
            bits |= base64_digit(digit)? << (18 - 6 * place);
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

fn base64_digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}
