//! JSON as Go's `encoding/json` writes it.

use std::fmt::Write;

use serde_json::{Number, Value};

/// The text that Go's `json.Marshal` makes of a value: sorted keys, no spaces, and escapes for what
/// means something in HTML. A line feed follows if `Encode` wrote it.
pub(in crate::simulate) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => out.push_str(&number(value)),
        Value::String(value) => string(out, value),
        Value::Array(items) => {
            out.push('[');
            separated(out, items, write);
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            separated(out, entries, |out, (key, value)| {
                string(out, key);
                out.push(':');
                write(out, value);
            });
            out.push('}');
        }
    }
}

fn separated<T>(out: &mut String, items: impl IntoIterator<Item = T>, write: fn(&mut String, T)) {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(out, "\\u{:04x}", u32::from(character)).expect("a String takes any text");
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Integers as they are; floats in the shortest form that reads back as the same number, with an
/// exponent below 1e-6 and from 1e21 on.
fn number(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            let size = float.abs();
            float_text(float, size != 0.0 && !(1e-6..1e21).contains(&size))
        }
        _ => number.to_string(),
    }
}

fn float_text(float: f64, has_exponent: bool) -> String {
    if !has_exponent {
        return float.to_string();
    }
    let text = format!("{float:e}");
    if text.contains("e-") { text } else { text.replace('e', "e+") }
}

/// What Go's `%v` makes of a value that is no map and no list; lists and maps have some text of
/// their own. kubectl sorts by it.
pub(super) fn formatted(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            let size = float.abs();
            padded(float_text(float, size != 0.0 && !(1e-4..1e21).contains(&size)))
        }
        _ => text(value),
    }
}

/// `%v` writes an exponent with two digits, JSON with as many as there are.
fn padded(text: String) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) if exponent.len() == 2 => {
            let (sign, digit) = exponent.split_at(1);
            format!("{mantissa}e{sign}0{digit}")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_what_go_writes() {
        let value = json!({ "b": [1, -2, true, null, {}], "a": "<&>\u{2028}\u{2029}\"\\\n\r\t\u{8}\u{1f}\u{7f}ä" });
        let expected = r#"{"a":"\u003c\u0026\u003e\u2028\u2029\"\\\n\r\t\u0008\u001f"#.to_owned()
            + "\u{7f}ä"
            + r#"","b":[1,-2,true,null,{}]}"#;
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        let cases = [
            (0.5, "0.5"),
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (-1e-9, "-1e-9"),
            (1.0, "1"),
            (0.0, "0"),
        ];
        for (float, expected) in cases {
            assert_eq!(text(&json!(float)), expected);
        }
        assert_eq!(text(&json!(u64::MAX)), "18446744073709551615");
    }

    #[test]
    fn merge_keys_are_sorted_by_their_plain_text() {
        assert_eq!(formatted(&json!("a\n")), "a\n");
        assert_eq!(formatted(&json!(8080)), "8080");
        assert_eq!(formatted(&json!(1.5e-7)), "1.5e-07");
        assert_eq!(formatted(&json!(0.00005)), "5e-05");
        assert_eq!(formatted(&json!(1e21)), "1e+21");
        assert_eq!(formatted(&Value::Null), "<nil>");
        assert_eq!(formatted(&json!(false)), "false");
    }
}
