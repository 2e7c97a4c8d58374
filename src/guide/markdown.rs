//! Markdown as blocks with their lines: as much of it as guides and release notes use.
//!
//! # Decisions
//! * An own reader and no crate: what counts is the exact line of every block, and what people
//!   mean who indent code blocks of a list item by two blanks or not at all.
//! * The first column of an unmarked line means little in these texts, so a paragraph after a
//!   list item is a block of its own, whatever its indentation.

use super::text::Line;

/// How deep block quotes nest; deeper ones are read as text.
const QUOTE_DEPTH: u8 = 3;
/// From how many blanks on a line outside of lists is code.
const CODE_INDENT: usize = 4;

/// A block of a document.
#[derive(Debug, Clone)]
pub(super) struct Block<'a> {
    pub(super) kind: Kind<'a>,
    /// The 1-based line on which it begins.
    pub(super) line: u32,
    /// Its lines without list markers and quote markers.
    pub(super) lines: Vec<Line<'a>>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind<'a> {
    Heading { level: usize },
    Paragraph,
    Item { ordered: bool },
    Row,
    Code { info: &'a str, indent: usize },
    Quote(Vec<Block<'a>>),
}

impl Block<'_> {
    /// The block's text as it stands, lines joined by blanks.
    pub(super) fn raw(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|it| it.text.trim()).collect();
        lines.join(" ")
    }

    /// The lines with their numbers.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines.iter().map(|it| (it.number, it.text))
    }

    /// The content of a code block: verbatim, without the indentation of its fence. Where a line
    /// has less than that, all lines lose only what they have in common, so that YAML stays YAML.
    pub(super) fn code(&self) -> String {
        let fence = match self.kind {
            Kind::Code { indent, .. } => indent,
            _ => 0,
        };
        let filled = self.lines.iter().filter(|it| !it.text.trim().is_empty());
        let common = filled.map(|it| indent(it.text)).min().unwrap_or(0);
        let indent = fence.min(common);
        let lines: Vec<_> = self.lines.iter().map(|it| dedent(it.text, indent)).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

/// The blocks of a document.
pub(super) fn blocks<'a>(lines: &[Line<'a>]) -> Vec<Block<'a>> {
    nested(lines, 0)
}

fn nested<'a>(lines: &[Line<'a>], depth: u8) -> Vec<Block<'a>> {
    let mut reader = Reader { lines, at: 0, depth, blocks: Vec::new(), open: None, in_list: false };
    while reader.at < lines.len() {
        reader.step();
    }
    reader.close();
    reader.blocks
}

/// The marker that opens or closes a code block, and what follows it.
pub(super) fn fence(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let marker = &line[..line.len() - rest.len()];
    (marker.len() >= 3 && !rest.contains('`')).then_some((marker, rest.trim()))
}

/// Whether `line` closes the code block that `marker` opened.
pub(super) fn closes(line: &str, marker: &str) -> bool {
    fence(line).is_some_and(|(it, rest)| it.starts_with(marker) && rest.is_empty())
}

struct Reader<'r, 'a> {
    lines: &'r [Line<'a>],
    at: usize,
    depth: u8,
    blocks: Vec<Block<'a>>,
    open: Option<Block<'a>>,
    in_list: bool,
}

impl<'a> Reader<'_, 'a> {
    /// Reads the line at `at`, and with it all lines of a code block, quote or comment.
    fn step(&mut self) {
        let line = self.lines[self.at];
        let text = line.text.trim();
        if text.is_empty() || is_break(text) && !self.is_underline(text) {
            self.close();
        } else if text.starts_with("<!--") {
            return self.comment();
        } else if let Some((marker, info)) = fence(line.text) {
            return self.code(marker, info);
        } else if text.starts_with('>') && self.depth < QUOTE_DEPTH {
            return self.quote();
        } else if let Some((level, title)) = heading(line.text) {
            self.begin(Kind::Heading { level }, line, title);
            self.close();
            self.in_list = false;
        } else if self.is_underline(text) {
            self.underline(text);
        } else if let Some((ordered, rest)) = item(line.text) {
            self.begin(Kind::Item { ordered }, line, rest);
            self.in_list = true;
        } else if self.is_indented_code(line.text) {
            return self.indented();
        } else if text.starts_with('|') {
            self.begin(Kind::Row, line, text);
            self.close();
        } else {
            self.text(line);
        }
        self.at += 1;
    }

    fn close(&mut self) {
        self.blocks.extend(self.open.take());
    }

    fn begin(&mut self, kind: Kind<'a>, line: Line<'a>, text: &'a str) {
        self.close();
        let number = line.number;
        let lines = vec![Line { number, text }];
        let line = number;
        self.open = Some(Block { kind, line, lines });
    }

    /// A line of text continues what is open, or begins a paragraph. A label (`**NOTE:**`) always
    /// begins one.
    fn text(&mut self, line: Line<'a>) {
        let labelled = line.text.trim_start().starts_with("**NOTE")
            || line.text.trim_start().starts_with("**CAUTION")
            || line.text.trim_start().starts_with("**TIP");
        match &mut self.open {
            Some(block) if !labelled => block.lines.push(line),
            _ => {
                self.in_list &= indent(line.text) > 0;
                self.begin(Kind::Paragraph, line, line.text);
            }
        }
    }

    fn comment(&mut self) {
        self.close();
        let rest = &self.lines[self.at..];
        let end = rest.iter().position(|it| it.text.contains("-->"));
        self.at += end.unwrap_or(rest.len()) + 1;
    }

    fn code(&mut self, marker: &str, info: &'a str) {
        self.close();
        let first = self.lines[self.at];
        let rest = &self.lines[self.at + 1..];
        let end = rest.iter().position(|it| closes(it.text, marker));
        let lines = rest[..end.unwrap_or(rest.len())].to_vec();
        self.at += lines.len() + 2;
        let indent = indent(first.text);
        self.blocks.push(Block { kind: Kind::Code { info, indent }, line: first.number, lines });
    }

    fn is_indented_code(&self, text: &str) -> bool {
        self.open.is_none() && !self.in_list && indent(text) >= CODE_INDENT
    }

    fn indented(&mut self) {
        let rest = &self.lines[self.at..];
        let ends = |it: &Line<'_>| indent(it.text) < CODE_INDENT;
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        let lines = rest[..end].to_vec();
        self.at += lines.len();
        let (info, indent) = ("", CODE_INDENT);
        self.blocks.push(Block { kind: Kind::Code { info, indent }, line: lines[0].number, lines });
    }

    /// A quote goes on over lines without a marker as long as they are plain text.
    fn quote(&mut self) {
        self.close();
        let first = self.lines[self.at].number;
        let mut inner = Vec::new();
        while let Some(line) = self.lines.get(self.at) {
            let Some(text) = unquoted(line.text, &inner) else {
                break;
            };
            let number = line.number;
            inner.push(Line { number, text });
            self.at += 1;
        }
        let blocks = nested(&inner, self.depth + 1);
        self.blocks.push(Block { kind: Kind::Quote(blocks), line: first, lines: inner });
    }

    fn is_underline(&self, text: &str) -> bool {
        let ruled = text.bytes().all(|b| b == b'=') || text.bytes().all(|b| b == b'-');
        let open = self.open.as_ref().map(|it| &it.kind);
        ruled && matches!(open, Some(Kind::Paragraph))
    }

    fn underline(&mut self, text: &str) {
        let level = if text.starts_with('=') { 1 } else { 2 };
        if let Some(block) = &mut self.open {
            block.kind = Kind::Heading { level };
        }
        self.close();
        self.in_list = false;
    }
}

/// The line without its quote marker, if it belongs to the quote that `inner` begins.
fn unquoted<'a>(text: &'a str, inner: &[Line<'_>]) -> Option<&'a str> {
    if let Some(rest) = text.trim_start().strip_prefix('>') {
        return Some(rest.strip_prefix(' ').unwrap_or(rest));
    }
    let last = inner.last()?.text.trim();
    let plain = |it: &str| {
        let it = it.trim();
        !it.is_empty() && fence(it).is_none() && heading(it).is_none() && !is_break(it)
    };
    (plain(last) && plain(text) && item(text).is_none()).then_some(text)
}

fn indent(text: &str) -> usize {
    let white = text.chars().take_while(|c| c.is_whitespace());
    white.map(|c| if c == '\t' { CODE_INDENT } else { 1 }).sum()
}

/// Takes up to `columns` of white space from the front.
fn dedent(text: &str, columns: usize) -> &str {
    let blank = text.chars().take_while(|c| c.is_whitespace());
    let taken: usize = blank.take(columns).map(char::len_utf8).sum();
    &text[taken..]
}

fn is_break(text: &str) -> bool {
    let mut marks = text.chars().filter(|c| !c.is_whitespace());
    let Some(first) = marks.next().filter(|c| matches!(c, '-' | '*' | '_')) else {
        return false;
    };
    text.len() >= 3 && marks.all(|c| c == first)
}

fn heading(text: &str) -> Option<(usize, &str)> {
    let text = text.trim();
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    let spaced = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let title = rest.trim().trim_end_matches('#').trim_end();
    ((1..=6).contains(&level) && spaced).then_some((level, title))
}

/// The text of a list item and whether its list is ordered (`1.`, `2)`, `a.`).
fn item(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_start();
    let bullet = text.strip_prefix(['-', '*', '+']);
    let (ordered, rest) = match bullet {
        Some(rest) => (false, rest),
        None => (true, numbered_item(text)?),
    };
    let spaced = rest.starts_with(char::is_whitespace) && !rest.trim().is_empty();
    spaced.then(|| (ordered, rest.trim()))
}

fn numbered_item(text: &str) -> Option<&str> {
    let (number, _) = text.split_once(['.', ')'])?;
    let digits = number.len() <= 9 && number.bytes().all(|b| b.is_ascii_digit());
    let letter = number.len() == 1 && number.bytes().all(|b| b.is_ascii_lowercase());
    (!number.is_empty() && (digits || letter)).then(|| &text[number.len() + 1..])
}

#[cfg(test)]
mod tests;
