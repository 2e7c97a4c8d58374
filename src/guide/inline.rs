//! Markdown inside a paragraph: reduced to what a terminal can show, and split into sentences.

/// The most characters of a paragraph that are read; the rest of a longer one is left out.
const PARAGRAPH_LIMIT: usize = 4_000;
/// The most characters in which the end of a link is looked for.
const LINK_LIMIT: usize = 1_000;

/// One sentence of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// The 1-based line on which it begins.
    pub(super) line: u32,
    /// The sentence without Markdown, on one line.
    pub(super) text: String,
}

/// The text without Markdown, on one line: emphasis and HTML tags are gone, a link is its text
/// followed by its address, code keeps its backticks.
pub(super) fn plain(raw: &str) -> String {
    let chars: Vec<char> = raw.chars().take(PARAGRAPH_LIMIT).collect();
    squeeze(&plain_chars(&chars))
}

/// The text with single blanks between its words.
pub(super) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text cut after `limit` characters, with an ellipsis where something was cut.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit - 1).collect();
    format!("{}…", kept.trim_end())
}

fn plain_chars(chars: &[char]) -> String {
    let mut out = String::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        at = take_one(chars, at, &mut out);
    }
    out
}

/// Writes what begins at `at` and returns where the rest begins.
fn take_one(chars: &[char], at: usize, out: &mut String) -> usize {
    let next = chars.get(at + 1).copied().unwrap_or(' ');
    let taken = match chars[at] {
        '\\' if next.is_ascii_punctuation() => {
            out.push(next);
            Some(at + 2)
        }
        '`' => Some(code_span(chars, at, out)),
        '!' if next == '[' => image(chars, at),
        '[' => link(chars, at, out),
        '<' => tag(chars, at, out),
        '&' => entity(chars, at, out),
        '*' => emphasis(chars, at),
        _ => None,
    };
    taken.unwrap_or_else(|| {
        out.push(chars[at]);
        at + 1
    })
}

fn code_span(chars: &[char], at: usize, out: &mut String) -> usize {
    let run = chars[at..].iter().take_while(|c| **c == '`').count();
    let start = at + run;
    let mut end = start;
    while end < chars.len() {
        let ticks = chars[end..].iter().take_while(|c| **c == '`').count();
        if ticks == run {
            out.push('`');
            out.extend(&chars[start..end]);
            out.push('`');
            return end + run;
        }
        end += ticks.max(1);
    }
    out.extend(&chars[at..start]);
    start
}

fn image(chars: &[char], at: usize) -> Option<usize> {
    let text_end = closing(chars, at + 1, '[', ']')?;
    let opens = chars.get(text_end + 1) == Some(&'(');
    let end = opens.then(|| closing(chars, text_end + 1, '(', ')'))??;
    Some(end + 1)
}

fn link(chars: &[char], at: usize, out: &mut String) -> Option<usize> {
    let text_end = closing(chars, at, '[', ']')?;
    // The text is reduced only once the link is known to be one: what is read twice at every
    // level of nesting would take forever.
    let text = || plain_chars(&chars[at + 1..text_end]);
    match chars.get(text_end + 1) {
        Some('(') => {
            let end = closing(chars, text_end + 1, '(', ')')?;
            let target: String = chars[text_end + 2..end].iter().collect();
            out.push_str(&link_text(&text(), &target));
            Some(end + 1)
        }
        Some('[') => {
            let end = closing(chars, text_end + 1, '[', ']')?;
            out.push_str(&text());
            Some(end + 1)
        }
        _ => None,
    }
}

/// A link inside the same page has nothing to say in a terminal but its text.
fn link_text(text: &str, target: &str) -> String {
    let target = target.split_whitespace().next().unwrap_or_default();
    let target = target.trim_matches(['<', '>']);
    if target.is_empty() || target.starts_with('#') || target == text {
        return text.to_owned();
    }
    format!("{text} ({target})")
}

/// Where the bracket that opens at `at` closes.
fn closing(chars: &[char], at: usize, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, c) in chars[at..].iter().take(LINK_LIMIT).enumerate() {
        if *c == open {
            depth += 1;
        } else if *c == close {
            depth -= 1;
            if depth == 0 {
                return Some(at + offset);
            }
        }
    }
    None
}

const TAGS: &[&str] = &[
    "a", "b", "br", "code", "details", "div", "em", "i", "img", "kbd", "li", "ol", "p", "pre",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
];

/// An HTML tag is dropped, an address in angle brackets loses them, and anything else
/// (`<NAMESPACE>`) stays.
fn tag(chars: &[char], at: usize, out: &mut String) -> Option<usize> {
    let inside = chars[at + 1..].iter().take(LINK_LIMIT);
    let end = at + 1 + inside.clone().position(|c| *c == '>')?;
    let text: String = chars[at + 1..end].iter().collect();
    if text.starts_with("http://") || text.starts_with("https://") {
        out.push_str(&text);
        return Some(end + 1);
    }
    let name = text.trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let known = TAGS.contains(&name.to_ascii_lowercase().as_str());
    (known || text.starts_with("!--")).then_some(end + 1)
}

fn entity(chars: &[char], at: usize, out: &mut String) -> Option<usize> {
    let name: String = chars[at + 1..].iter().take(6).collect();
    let known =
        [("lt;", '<'), ("gt;", '>'), ("amp;", '&'), ("quot;", '"'), ("#39;", '\''), ("nbsp;", ' ')];
    let (name, c) = known.into_iter().find(|(it, _)| name.starts_with(it))?;
    out.push(c);
    Some(at + 1 + name.len())
}

/// Asterisks beside a word are emphasis; those that stand alone or end a pattern (`foo.*`) stay.
fn emphasis(chars: &[char], at: usize) -> Option<usize> {
    let run = chars[at..].iter().take_while(|c| **c == '*').count();
    let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
    let after = chars.get(at + run).copied().unwrap_or(' ');
    let pattern = run == 1 && matches!(before, '.' | '/' | '-');
    let alone = before.is_whitespace() && after.is_whitespace();
    (run <= 3 && !pattern && !alone).then_some(at + run)
}

/// The sentences of a paragraph's lines, each with the line on which it begins.
pub(super) fn sentences<'a>(lines: impl IntoIterator<Item = (u32, &'a str)>) -> Vec<Sentence> {
    let mut chars: Vec<(u32, char)> = Vec::new();
    for (number, text) in lines {
        let line = text.trim().chars().chain([' ']);
        chars.extend(line.map(|c| (number, c)));
        if chars.len() > PARAGRAPH_LIMIT {
            break;
        }
    }
    chars.truncate(PARAGRAPH_LIMIT);
    let mut found = Vec::new();
    let mut start = 0;
    for end in ends(&chars) {
        found.extend(sentence(&chars[start..end]));
        start = end;
    }
    found.extend(sentence(&chars[start..]));
    found
}

fn sentence(chars: &[(u32, char)]) -> Option<Sentence> {
    let (line, _) = *chars.iter().find(|(_, c)| !c.is_whitespace())?;
    let raw: Vec<char> = chars.iter().map(|(_, c)| *c).collect();
    let text = squeeze(&plain_chars(&raw));
    (!text.is_empty()).then_some(Sentence { line, text })
}

/// The places right after the sentences' ends.
fn ends(chars: &[(u32, char)]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut in_code = false;
    for (at, (_, c)) in chars.iter().enumerate() {
        match c {
            '`' => in_code = !in_code,
            '.' | '!' | '?' if !in_code => ends.extend(end_after(chars, at)),
            _ => {}
        }
    }
    ends
}

fn end_after(chars: &[(u32, char)], mark: usize) -> Option<usize> {
    let rest = &chars[mark + 1..];
    let closers =
        rest.iter().take_while(|(_, c)| matches!(c, '*' | '_' | ')' | '"' | '”' | '\'')).count();
    let after = &rest[closers..];
    let blanks = after.iter().take_while(|(_, c)| c.is_whitespace()).count();
    let next = after.get(blanks).map(|(_, c)| *c)?;
    let ends = blanks > 0 && !next.is_lowercase() && !is_abbreviation(&chars[..mark]);
    ends.then_some(mark + 1 + closers)
}

fn is_abbreviation(before: &[(u32, char)]) -> bool {
    let tail = before.iter().rev().take(8).map(|(_, c)| *c);
    let word: String = tail.take_while(|c| !c.is_whitespace()).collect();
    let word: String = word.chars().rev().collect();
    let word = word.trim_start_matches(['(', '[', '"']).to_lowercase();
    matches!(word.as_str(), "e.g" | "i.e" | "vs" | "cf" | "resp" | "approx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_keep_their_address_and_lose_their_brackets() {
        let cases = [
            ("read [this](https://x.y/a_(b)#c) now", "read this (https://x.y/a_(b)#c) now"),
            ("see [Tiller](#tiller), [ref][1]", "see Tiller, ref"),
            ("[`code` **b**](</docs/x> \"title\")", "`code` b (/docs/x)"),
            ("![img](./a.png)<https://x.y>", "https://x.y"),
            ("an [open bracket", "an [open bracket"),
            ("a list [0] of x", "a list [0] of x"),
        ];
        for (raw, expected) in cases {
            assert_eq!(plain(raw), expected, "{raw}");
        }
    }

    #[test]
    fn emphasis_goes_and_code_patterns_and_placeholders_stay() {
        let cases = [
            ("the **a.b** *field*, **ONLY**", "the a.b field, ONLY"),
            ("`**x**` and foo.* and 2 * 3", "`**x**` and foo.* and 2 * 3"),
            ("``a ` b``", "`a ` b`"),
            ("<NS> &lt;x&gt; <br/>y</details>&co", "<NS> <x> y&co"),
            ("\\*a\\_b \\d", "*a_b \\d"),
            ("open `tick", "open `tick"),
        ];
        for (raw, expected) in cases {
            assert_eq!(plain(raw), expected, "{raw}");
        }
    }

    #[test]
    fn sentences_know_the_line_on_which_they_begin() {
        let lines = [(4, "First, e.g. this. Second `a. B` is"), (5, "here. **Third!** end 1.2.")];
        let found: Vec<_> = sentences(lines).into_iter().map(|it| (it.line, it.text)).collect();
        let expected =
            [(4, "First, e.g. this."), (4, "Second `a. B` is here."), (5, "Third! end 1.2.")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(shorten("abcdef", 6), "abcdef");
        assert_eq!(shorten("abc def", 5), "abc…");
    }
}
