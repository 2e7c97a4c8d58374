//! Text that other people wrote, made harmless for what reads SARIF.

use crate::report::sanitize;

/// The text without anything that a viewer would obey: control characters are shown, and neither a
/// link (`[text](target)`) nor a placeholder (`{0}`) is left. After `most` characters it is cut.
pub(super) fn clean(text: &str, most: usize) -> String {
    let text = without_placeholders(&sanitize(text)).replace("](", "] (");
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Braces around a number are doubled, as SARIF spells them in texts. Others mean nothing there.
fn without_placeholders(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        clean.push_str(before);
        let inner = &from[1..];
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        if digits != 0 && inner[digits..].starts_with('}') {
            clean.extend(["{{", &inner[..digits], "}}"]);
            rest = &inner[digits + 1..];
        } else {
            clean.push('{');
            rest = inner;
        }
    }
    clean + rest
}

/// Sentences from parts that end with or without a full stop.
pub(super) fn sentences(parts: &[&str]) -> String {
    let parts = parts.iter().map(|it| it.trim()).filter(|it| !it.is_empty());
    let parts: Vec<_> = parts
        .map(|it| {
            let ends = it.ends_with(['.', '!', '?', ':']);
            format!("{it}{}", if ends { "" } else { "." })
        })
        .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_no_placeholder_and_no_control_character_is_left() {
        let hostile = "a\u{1b}[31m [b](javascript:c) {0} {12}{x} {{.data}} {1\u{202e}";
        let text = clean(hostile, 1000);
        assert_eq!(text, "a\\u{1b}[31m [b] (javascript:c) {{0}} {{12}}{x} {{.data}} {1\\u{202e}");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(clean("äöü", 3), "äöü");
        assert_eq!(clean("äöüß", 3), "äöü…");
    }

    #[test]
    fn every_part_is_a_sentence_once() {
        assert_eq!(sentences(&["a is b", "Do c.", "", "d?"]), "a is b. Do c. d?");
    }
}
