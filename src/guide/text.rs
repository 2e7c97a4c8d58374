//! The text of a guide or of release notes, line by line, and what may not survive in it.

use semver::Version;

use super::mention::Index;
use crate::finding::{Evidence, excerpt};

/// The most lines of front matter that are looked at.
const FRONT_MATTER: usize = 60;
/// The most bytes of a text that are read; real guides and notes have less than 20,000.
const SIZE_LIMIT: usize = 1 << 20;
/// The most release candidates that are listed.
const CANDIDATE_LIMIT: usize = 100;

/// A text with its lines, cleaned of everything that could act on a terminal.
///
/// A line keeps its number: cleaning takes characters out of lines, never lines out of the text.
#[derive(Debug, Clone)]
pub struct Text {
    source: String,
    lines: Vec<String>,
    cut: bool,
    pub(super) index: Index,
}

/// One line with its 1-based number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) number: u32,
    pub(super) text: &'a str,
}

impl Text {
    /// Reads `bytes`, which need not be UTF-8, of the file that evidence calls `source`. Of a
    /// text above 1 MiB only the beginning is read.
    pub fn new(source: impl Into<String>, bytes: &[u8]) -> Self {
        let cut = bytes.len() > SIZE_LIMIT;
        let bytes = &bytes[..bytes.len().min(SIZE_LIMIT)];
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let lines: Vec<_> = text.lines().map(clean).collect();
        let index = Index::new(&lines);
        Self { source: source.into(), lines, cut, index }
    }

    /// The name under which evidence cites this text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the text was so long that only its beginning was read.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The line with this 1-based number.
    pub fn line(&self, number: u32) -> Option<&str> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.lines.get(at).map(String::as_str)
    }

    /// The line with this 1-based number as evidence; a listing for a line that does not exist.
    pub fn evidence(&self, number: u32) -> Evidence {
        match self.line(number) {
            Some(line) => Evidence::at(&self.source, number, excerpt(line)),
            None => Evidence::listing(&self.source, "the whole text"),
        }
    }

    /// The release candidates (`1.16.0-rc3`) that the text names, each with the 1-based line that
    /// names it first, in the order of the text, at most 100.
    pub fn candidates(&self) -> Vec<(Version, u32)> {
        let mut found: Vec<(Version, u32)> = Vec::new();
        for line in self.numbered() {
            for version in line.text.split(not_in_a_version).filter_map(candidate) {
                let new = found.iter().all(|(known, _)| *known != version);
                if new && found.len() < CANDIDATE_LIMIT {
                    found.push((version, line.number));
                }
            }
        }
        found
    }

    /// All lines.
    pub(super) fn numbered(&self) -> impl Iterator<Item = Line<'_>> {
        let lines = self.lines.iter().zip(1..);
        lines.map(|(text, number)| Line { number, text })
    }

    /// The lines below the front matter, which blog posts begin with.
    pub(super) fn body(&self) -> Vec<Line<'_>> {
        self.numbered().skip(self.front_matter().len()).collect()
    }

    /// The value of `key` in the front matter.
    pub(super) fn front_matter_value(&self, key: &str) -> Option<&str> {
        let value = |line: &'_ String| line.starts_with(key);
        let line = self.front_matter().iter().find(|it| value(it))?;
        let value = line[key.len()..].trim_start().strip_prefix(':')?;
        Some(value.trim().trim_matches(['"', '\'']))
    }

    fn front_matter(&self) -> &[String] {
        let fence = |line: &String| line.trim_end() == "---";
        let Some((first, rest)) = self.lines.split_first() else {
            return &[];
        };
        let end = rest.iter().take(FRONT_MATTER).position(fence);
        match end {
            Some(end) if fence(first) => &self.lines[..end + 2],
            _ => &[],
        }
    }
}

fn not_in_a_version(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

fn candidate(word: &str) -> Option<Version> {
    let word = word.trim_matches(['.', '-']).to_ascii_lowercase();
    let word = word.strip_prefix('v').unwrap_or(&word);
    let (numbers, number) = word.split_once("-rc")?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let three = numbers.split('.').count() == 3 && numbers.split('.').all(plain);
    (three && plain(number)).then(|| Version::parse(word).ok())?
}

/// The line without terminal control sequences, control characters and characters that reorder
/// or hide text.
fn clean(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line.trim_end_matches('\r').chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_until(&mut rest, |c| ('@'..='~').contains(&c)),
            '\t' => kept.push('\t'),
            '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' => kept.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => kept.push(c),
        }
    }
    kept
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn skip_escape(rest: &mut std::str::Chars<'_>) {
    match rest.next() {
        Some('[') => skip_until(rest, |c| ('@'..='~').contains(&c)),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            skip_until(rest, |c| matches!(c, '\u{7}' | '\u{9c}' | '\\'));
        }
        _ => {}
    }
}

fn skip_until(rest: &mut std::str::Chars<'_>, last: impl Fn(char) -> bool) {
    let _ = rest.find(|c| last(*c));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> Text {
        Text::new("release-1.1/docs/guide.md", content.as_bytes())
    }

    #[test]
    fn what_acts_on_a_terminal_does_not_survive() {
        let text =
            text("a\u{1b}[31mred\u{1b}[0m\u{1b}]0;title\u{7} b\u{202e}c\u{9b}2Jd\u{8}\re\tf");
        assert_eq!(text.line(1), Some("ared bcd e\tf"));
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_a_byte_order_mark_is_dropped() {
        let text = Text::new("x", b"\xef\xbb\xbf# A\r\n\xff\xfe");
        assert_eq!(text.line(1), Some("# A"));
        assert_eq!(text.line(2), Some("\u{fffd}\u{fffd}"));
        assert_eq!(text.line(3), None);
        assert_eq!(text.line(0), None);
    }

    #[test]
    fn evidence_is_the_line_itself() {
        let evidence = text("one\n  two  \n").evidence(2);
        assert_eq!((evidence.line, evidence.text.as_str()), (Some(2), "two"));
        assert_eq!(evidence.source, "release-1.1/docs/guide.md");
        assert_eq!(text("one").evidence(9).line, None);
    }

    #[test]
    fn release_candidates_are_found_once_with_their_first_line() {
        let text = text(
            "Use 1.16.0-rc3.\nAgain `1.16.0-rc3`, then https://x.y/kyma/1.16.0-RC4/a.yaml\n\
             not 1.16.0, 1.16-rc1, 1.16.0-rc, 1.16.0-rc4-1, 1.1.1.1-rc1",
        );
        let found: Vec<_> =
            text.candidates().iter().map(|(version, line)| format!("{version}@{line}")).collect();
        assert_eq!(found, ["1.16.0-rc3@1", "1.16.0-rc4@2"]);
    }

    #[test]
    fn front_matter_is_skipped_and_can_be_asked() {
        let text = text("---\ntitle: \"A\"\nreleaseTag: \"1.2.0\"\n---\n\nHello\n---\n");
        assert_eq!(text.front_matter_value("releaseTag"), Some("1.2.0"));
        assert_eq!(text.front_matter_value("missing"), None);
        assert_eq!(text.body().first().map(|it| it.number), Some(5));
    }
}
