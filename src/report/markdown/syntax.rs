//! Text as Markdown in which nothing of it is markup.
//!
//! # Decisions
//! * Names and texts come from releases and clusters and are untrusted. What is a name stands in a code
//!   span; what is prose is escaped.
//! * GitHub and GitLab look for mentions, references, links and emoji in what Markdown became, so a
//!   backslash does not stop them; a code span does. Words that could be one stand in code spans.
//! * A cell of a table ends at a `|` wherever it stands (GFM 4.10), so cells are escaped as a whole.

use std::borrow::Cow;

use crate::report::layout::{sanitize, shorten};

/// The most characters of one name or value; what is longer is cut.
const LONGEST: usize = 1000;

/// The most characters of a text.
const LONGEST_TEXT: usize = 4000;

/// The most lines of a block, and the most characters of each.
const BLOCK: (usize, usize) = (60, 500);

/// Text in a code span, whatever back quotes it holds (`CommonMark` 6.1). Line breaks become spaces.
pub(in crate::report) fn code(text: &str) -> String {
    let text = shorten(&sanitize(text).replace('\n', " "), LONGEST);
    let fence = "`".repeat(longest_run(&text) + 1);
    let all_blank = text.trim().is_empty();
    let touches = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if touches && !all_blank { " " } else { "" };
    if all_blank { "(empty)".to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// Text in a fenced block, whatever back quotes it holds (`CommonMark` 4.5). Of a long one the end is
/// left out, and said so.
pub(in crate::report) fn fenced(indent: &str, text: &str) -> String {
    let clean = sanitize(text);
    let fence = "`".repeat(longest_run(&clean).max(2) + 1);
    let mut block = format!("{indent}{fence}\n");
    for line in clean.lines().take(BLOCK.0) {
        block.extend([indent, &shorten(line, BLOCK.1), "\n"]);
    }
    let more = clean.lines().count().saturating_sub(BLOCK.0);
    block.extend((0 < more).then(|| format!("{indent}… and {more} more lines\n")));
    format!("{block}{indent}{fence}\n")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// Prose of which no character is markup; code spans of our own wording survive.
pub(in crate::report) fn escape(text: &str) -> String {
    let clean = shorten(&sanitize(text).replace('\n', " "), LONGEST_TEXT);
    let blank = if clean.starts_with(' ') { " " } else { "" };
    let parts: Vec<&str> = clean.trim_start().split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    let escaped = parts.iter().enumerate().map(|(place, part)| match place % 2 {
        1 if is_paired && !part.is_empty() => code(part),
        _ => prose(part),
    });
    let escaped = escaped.collect::<String>();
    let (before, after) = escaped.split_at(block_start(&escaped).unwrap_or(0));
    let guard = if block_start(&escaped).is_some() { "\\" } else { "" };
    format!("{blank}{before}{guard}{after}")
}

/// Where a text that begins a block has to be escaped not to be a list, a rule or a heading.
fn block_start(text: &str) -> Option<usize> {
    if text.starts_with(['-', '+', '=']) {
        return Some(0);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let is_item = 0 < digits && text[digits..].starts_with(['.', ')']);
    let ends = text[digits..].chars().nth(1).is_none_or(char::is_whitespace);
    (is_item && ends).then_some(digits)
}

fn prose(part: &str) -> String {
    let words = part.split_inclusive(' ').map(|it| {
        let word = it.trim_end_matches(' ');
        let text = if is_reference(word) { quoted(word) } else { characters(word) };
        format!("{text}{}", &it[word.len()..])
    });
    words.collect()
}

/// A word in a code span, without the punctuation around it.
fn quoted(word: &str) -> String {
    const AROUND: &[char] = &['(', ')', ',', ';', '.', '"', '\''];
    let core = word.trim_matches(AROUND);
    let start = word.find(core).unwrap_or_default();
    let (before, after) = (&word[..start], &word[start + core.len()..]);
    format!("{}{}{}", characters(before), code(core), characters(after))
}

/// Whether a word could become a mention, a reference, a link, a formula or an emoji.
fn is_reference(word: &str) -> bool {
    let marks = word.contains("://") || word.to_lowercase().contains("www.");
    let sign = |c: char| matches!(c, '@' | '#' | '!' | '~' | '%' | '$' | '&' | '^');
    let follows = word
        .char_indices()
        .filter(|(_, c)| sign(*c))
        .any(|(place, c)| word[place + c.len_utf8()..].starts_with(|c: char| c.is_alphanumeric()));
    let emoji = word.split(':').skip(1).any(|it| {
        !it.is_empty()
            && it.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '+' | '-'))
    });
    marks || follows || (emoji && 2 <= word.matches(':').count())
}

fn characters(text: &str) -> String {
    text.chars().map(escaped_char).collect()
}

fn escaped_char(c: char) -> Cow<'static, str> {
    match c {
        '&' => "&amp;".into(),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '\\' | '*' | '_' | '[' | ']' | '{' | '}' | '#' | '~' | '!' | '$' | '@' | '^' => {
            format!("\\{c}").into()
        }
        _ => c.to_string().into(),
    }
}

/// A row of a table from finished cells.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|it| cell(it)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Finished Markdown in which no `|` ends a cell. A backslash before one would escape nothing there.
fn cell(text: &str) -> String {
    let mut finished = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' if finished.ends_with('\\') => finished.push_str(" \\|"),
            '|' => finished.push_str("\\|"),
            '\n' => finished.push(' '),
            _ => finished.push(c),
        }
    }
    finished
}

/// A table with a heading.
pub(super) fn table(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rule = "---|".repeat(heading.len());
    let rows: String = rows.into_iter().map(|it| row(&it)).collect();
    format!("| {} |\n|{rule}\n{rows}", heading.join(" | "))
}

/// A folded part. In its heading Markdown is not read, so it is escaped as HTML.
pub(super) fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{body}\n</details>\n", html(summary))
}

fn html(text: &str) -> String {
    let clean = sanitize(text).replace('\n', " ");
    let reference = |word: &str| {
        let escaped = word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if is_reference(word) { format!("<code>{escaped}</code>") } else { escaped }
    };
    clean.split(' ').map(reference).collect::<Vec<_>>().join(" ")
}

/// The first of many items as finished Markdown, and how many there are beside them.
pub(super) fn some(items: &[String], most: usize) -> String {
    let shown = items.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_is_harmless() {
        assert_eq!(escape("<script>*a*[b](c)"), "&lt;script&gt;\\*a\\*\\[b\\](c)");
        assert_eq!(escape("set `a*b` now"), "set `a*b` now");
        assert_eq!(escape("a ` b"), "a  b");
        assert_eq!(escape("``x``"), "x");
        assert_eq!(code("a`b|c"), "``a`b|c``");
        assert_eq!(code("  "), "(empty)");
        assert_eq!(fenced("", "```\nx"), "````\n```\nx\n````\n");
    }

    #[test]
    fn a_text_begins_no_list_and_no_heading() {
        for (text, expected) in [
            ("- a", "\\- a"),
            ("1. a", "1\\. a"),
            ("12) a", "12\\) a"),
            ("1.2.0 is", "1.2.0 is"),
            ("=== a", "\\=== a"),
            ("    a", " a"),
            ("  - a", " \\- a"),
            ("# a", "\\# a"),
            ("> a", "&gt; a"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn words_that_hosts_turn_into_links_stand_in_code_spans() {
        for word in [
            "@admin",
            "a@b.example",
            "owner/repository#12",
            "#12",
            "!34",
            "~label",
            "%\u{31}.0",
            "$math$",
            "https://evil.example/x",
            "WWW.evil.example",
            ":tada:",
            "a&nbsp;b",
            "[^note]",
        ] {
            assert_eq!(
                escape(&format!("see ({word}), too")),
                format!("see (`{word}`), too"),
                "{word}"
            );
        }
        for word in ["core:global.x", "100 %", "1.2.1/6", "a: b", "istio;", "it's"] {
            assert_eq!(escape(word), word);
        }
    }

    #[test]
    fn a_pipe_ends_no_cell() {
        let cells = [code("a|b"), escape("c|d"), code("e\\|f")];
        assert_eq!(row(&cells), "| `a\\|b` | c\\|d | `e\\ \\|f` |\n");
    }

    #[test]
    fn what_is_long_is_cut() {
        assert!(code(&"x".repeat(5_000_000)).len() < 2_000);
        let block = fenced("", &"x\n".repeat(1_000_000));
        assert!(block.len() < 2_000 && block.contains("… and 999940 more lines"), "{block}");
        assert!(fenced("", &"x".repeat(1_000_000)).len() < 2_000);
    }

    #[test]
    fn the_heading_of_a_folded_part_is_no_markup() {
        let text = details("<b> @admin & **co**", "x");
        let expected = "<summary>&lt;b&gt; <code>@admin</code> &amp; **co**</summary>";
        assert!(text.contains(expected), "{text}");
    }
}
