//! Untrusted texts on the page: prose, names, commands, links.

use maud::{Markup, html};

/// The most characters of a sentence.
const PROSE: usize = 2000;

/// The most characters of a name.
const NAME: usize = 300;

/// The most characters of a command that is shown.
const COMMAND: usize = 20_000;

/// Prose; what stands between two back quotes is code.
pub(super) fn prose(text: &str) -> Markup {
    let (shown, rest) = cut(text, PROSE);
    let parts: Vec<_> = shown.split('`').collect();
    let last = parts.len() - 1;
    html! {
        @for (place, part) in parts.iter().enumerate() {
            @if place % 2 == 0 { (part) } @else if place < last { code { (part) } } @else { "`" (part) }
        }
        (left_out(rest))
    }
}

/// The same with a full stop at its end.
pub(super) fn stopped(text: &str) -> Markup {
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    html! { (prose(text)) (stop) }
}

/// The same with a capital at its start, too.
pub(super) fn sentence(text: &str) -> Markup {
    let mut rest = text.chars();
    let text: String = rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect();
    stopped(&text)
}

/// A name, as code.
pub(super) fn code(text: &str) -> Markup {
    value(text, NAME)
}

/// A text as code, up to a number of characters.
pub(super) fn value(text: &str, most: usize) -> Markup {
    let (shown, rest) = cut(text, most);
    html! { @if text.is_empty() { "(empty)" } @else { code { (shown) } } (left_out(rest)) }
}

/// Names side by side.
pub(super) fn codes<'a>(names: impl IntoIterator<Item = &'a str>) -> Markup {
    html! { @for (place, it) in names.into_iter().enumerate() { @if 0 < place { ", " } (code(it)) } }
}

/// A command to copy.
pub(super) fn command(text: &str) -> Markup {
    html! {
        @if text.chars().nth(COMMAND).is_some() {
            p { "The command is too long to be shown; the JSON report has it." }
        } @else {
            pre.cmd tabindex="0" { code { (text) } }
        }
    }
}

/// A link where the address is one that a browser may follow; else the text alone.
pub(super) fn link(url: &str, text: &str) -> Markup {
    html! {
        @if is_address(url) { a href=(url) rel="noreferrer noopener" { (text) } } @else { (text) }
    }
}

fn is_address(url: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte);
    url.strip_prefix("https://").is_some_and(|rest| rest.bytes().all(is_plain))
}

/// The first characters of a text, and how many follow.
pub(super) fn cut(text: &str, most: usize) -> (&str, usize) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], text[end..].chars().count()),
        None => (text, 0),
    }
}

/// Says how many characters are missing, if any are.
pub(super) fn left_out(rest: usize) -> Markup {
    html! {
        @if rest != 0 {
            span.cut { " … " (rest) " more characters are left out; the JSON report has them" }
        }
    }
}

/// `1 step`, `2 steps`.
pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// The counts that are not zero: `2 added, 1 removed`.
pub(super) fn counts(parts: &[(usize, &str)]) -> String {
    let told = parts.iter().filter(|it| 0 < it.0);
    let told: Vec<_> = told.map(|(count, word)| format!("{count} {word}")).collect();
    told.join(", ")
}

/// A sign for the eye and words for whoever cannot see it.
pub(super) fn sign(sign: &str, words: &str) -> Markup {
    html! { i aria-hidden="true" { (sign) } b { (words) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_prose_is_marked_and_markup_is_not() {
        let html = |text| prose(text).into_string();
        assert_eq!(html("set `a<b` now"), "set <code>a&lt;b</code> now");
        assert_eq!(html("a ` alone <b>"), "a ` alone &lt;b&gt;");
        assert_eq!(html("`a` and ` b"), "<code>a</code> and ` b");
        assert_eq!(sentence("it is <i>").into_string(), "It is &lt;i&gt;.");
    }

    #[test]
    fn long_texts_say_how_much_is_missing() {
        let text = value(&"é".repeat(NAME + 7), NAME).into_string();
        assert!(
            text.ends_with(" … 7 more characters are left out; the JSON report has them</span>")
        );
        assert!(!command(&"x".repeat(COMMAND + 1)).into_string().contains("xx"));
    }

    #[test]
    fn only_plain_https_addresses_become_links() {
        for url in ["javascript:alert(1)", "http://a.b", "https://a b", "https://a\"b", "//a.b", ""]
        {
            assert_eq!(link(url, "t").into_string(), "t", "{url}");
        }
        let link = link("https://a.b/c?d#e", "<t>").into_string();
        assert_eq!(link, "<a href=\"https://a.b/c?d#e\" rel=\"noreferrer noopener\">&lt;t&gt;</a>");
    }
}
