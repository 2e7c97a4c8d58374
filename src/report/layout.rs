//! Lines, indents and colour for the text report.

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::finding::Severity;

/// How a text report looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The width of the page in columns.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
}

/// Makes untrusted text harmless: control characters (ANSI escapes among them), characters that change
/// the direction of writing and characters that nobody sees are shown as `\u{…}`; tabs become spaces.
pub fn sanitize(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => clean.push('\n'),
            '\t' => clean.push_str("  "),
            '\r' => {}
            _ if c.is_control() || is_invisible(c) => clean.extend(c.escape_unicode()),
            _ => clean.push(c),
        }
    }
    clean
}

/// JSON with the characters that [`sanitize`] shows as escapes: the values stay what they are. Outside
/// of its strings JSON has no such character.
pub(super) fn escape_json(json: &str) -> String {
    let mut clean = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !(c.is_control() || is_invisible(c)) {
            clean.push(c);
        } else {
            let mut buffer = [0; 2];
            let units = c.encode_utf16(&mut buffer);
            clean.extend(units.iter().map(|it| format!("\\u{it:04x}")));
        }
    }
    clean
}

/// What Unicode calls default ignorable (`Default_Ignorable_Code_Point` of version 16: directions,
/// joiners, fillers, tags), and separators of lines and annotations. Not the two characters that say how
/// an emoji looks.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// A page that grows line by line.
#[derive(Debug)]
pub(super) struct Page {
    style: Style,
    text: String,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line of its own in bold.
    pub(super) fn heading(&mut self, text: &str) {
        let text = self.bold(&sanitize(text));
        self.line(&text);
    }

    /// A finished line, taken as it is.
    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Untrusted text, wrapped at words: `first` stands before the first line, and further lines
    /// are indented by as much. A word longer than the line stands alone.
    pub(super) fn wrapped(&mut self, first: &str, text: &str) {
        let indent = plain_width(first);
        let room = self.style.width.saturating_sub(indent).max(20);
        let mut before = first.to_owned();
        for paragraph in sanitize(text).lines() {
            for line in wrap(paragraph, room) {
                self.line(&format!("{before}{line}"));
                before = " ".repeat(indent);
            }
        }
    }

    /// Untrusted texts side by side, none of them broken; further lines are indented like the first.
    pub(super) fn units(&mut self, first: &str, units: &[String]) {
        let indent = plain_width(first);
        let room = self.style.width.saturating_sub(indent).max(20);
        let mut before = first.to_owned();
        let mut line = String::new();
        for unit in units.iter().map(|it| sanitize(it)) {
            if !line.is_empty() && room < line.width() + 2 + unit.width() {
                self.line(&format!("{before}{line}"));
                before = " ".repeat(indent);
                line.clear();
            }
            let gap = if line.is_empty() { "" } else { "  " };
            line.extend([gap, &unit]);
        }
        if !line.is_empty() {
            self.line(&format!("{before}{line}"));
        }
    }

    /// The columns of the page.
    pub(super) fn width(&self) -> usize {
        self.style.width
    }

    /// A finished beginning and untrusted text on one line, or on two where they are too long.
    pub(super) fn joined(&mut self, first: &str, text: &str, indent: usize) {
        let text = sanitize(text);
        if plain_width(first) + text.width() <= self.style.width {
            self.line(&format!("{first}{text}"));
        } else {
            self.line(first.trim_end());
            self.wrapped(&" ".repeat(indent), &text);
        }
    }

    /// A label and its text in two columns.
    pub(super) fn field(&mut self, label: &str, text: &str) {
        self.wrapped(&format!("  {label:<11} "), text);
    }

    /// A command to type: broken only between arguments, so that it can be copied whole. What is
    /// handed to a command line by line (`<<EOF`) is not broken at all.
    pub(super) fn command(&mut self, indent: usize, command: &str) {
        let clean = sanitize(command);
        let whole = clean.contains("<<");
        let room = if whole { usize::MAX } else { self.style.width.saturating_sub(indent + 4) };
        let lines = clean.lines().flat_map(|line| break_command(line, room));
        let before = std::iter::once("$ ").chain(std::iter::repeat("  "));
        for (line, before) in lines.zip(before) {
            let line = self.paint(Ansi::new().fg_color(Some(AnsiColor::Cyan.into())), &line);
            self.text.extend([&" ".repeat(indent), before, &line, "\n"]);
        }
    }

    /// A severity as a word of seven columns.
    pub(super) fn severity(&self, severity: Severity) -> String {
        self.paint(color(severity), &format!("{:<7}", severity.as_str()))
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    pub(super) fn faint(&self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    /// The text in the colour of a severity.
    pub(super) fn tinted(&self, severity: Severity, text: &str) -> String {
        self.paint(color(severity), text)
    }

    fn paint(&self, style: Ansi, text: &str) -> String {
        if self.style.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

fn color(severity: Severity) -> Ansi {
    let color = match severity {
        Severity::Blocker => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Blue,
    };
    Ansi::new().bold().fg_color(Some(color.into()))
}

/// The columns of a text without its colours.
fn plain_width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().width()
}

fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Breaks a command between arguments with a backslash, as a shell reads it; never inside quotes.
fn break_command(command: &str, room: usize) -> Vec<String> {
    if command.width() <= room {
        return vec![command.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for argument in units(&arguments(command)) {
        let full = line.width() + 1 + argument.width() + 2;
        if !line.is_empty() && room < full {
            lines.push(format!("{line} \\"));
            "  ".clone_into(&mut line);
        } else if !line.trim().is_empty() {
            line.push(' ');
        }
        line.push_str(&argument);
    }
    lines.push(line);
    lines
}

/// Arguments with the short option before them, so that `-n default` stays on one line.
fn units(arguments: &[&str]) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut takes_value = false;
    for argument in arguments {
        match units.last_mut() {
            Some(option) if takes_value && !argument.starts_with('-') => {
                option.push(' ');
                option.push_str(argument);
                takes_value = false;
            }
            _ => {
                units.push((*argument).to_owned());
                takes_value = argument.len() == 2 && argument.starts_with('-');
            }
        }
    }
    units
}

/// The arguments of a command: the parts between spaces that stand outside quotes.
fn arguments(command: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quote) = (Vec::new(), 0, None);
    for (place, c) in command.char_indices() {
        match (quote, c) {
            (None, ' ') => {
                parts.push(&command[start..place]);
                start = place + 1;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    parts.push(&command[start..]);
    let mut first = true;
    parts.retain(|part| std::mem::take(&mut first) || !part.is_empty());
    parts
}

/// Cuts a text to a number of columns, with `…` where something was cut.
pub(super) fn shorten(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if columns < used {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

/// Cuts a text to a number of columns, with `…` in its middle where something was cut. More is kept
/// of the end, which tells keys apart.
pub(super) fn shorten_middle(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let head_room = columns / 3;
    let head = start(text.chars(), head_room);
    let tail = start(text.chars().rev(), columns.saturating_sub(head_room + 1));
    format!("{head}…{}", tail.chars().rev().collect::<String>())
}

/// The first characters that fit into a number of columns.
fn start(chars: impl Iterator<Item = char>, columns: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= columns
    };
    chars.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_changes_are_shown_instead_of_obeyed() {
        assert_eq!(sanitize("a\u{1b}[31mb\u{202e}c\r\n"), "a\\u{1b}[31mb\\u{202e}c\n");
    }

    #[test]
    fn what_nobody_sees_is_shown_in_text_and_in_json() {
        for (hidden, shown) in [
            ("\u{2066}", "\\u{2066}"),
            ("\u{61c}", "\\u{61c}"),
            ("\u{ad}", "\\u{ad}"),
            ("\u{200d}", "\\u{200d}"),
            ("\u{2028}", "\\u{2028}"),
            ("\u{9b}", "\\u{9b}"),
            ("\u{7f}", "\\u{7f}"),
            ("\u{e0041}", "\\u{e0041}"),
        ] {
            assert_eq!(sanitize(&format!("a{hidden}b")), format!("a{shown}b"));
            let json = serde_json::to_string(hidden).unwrap();
            let escaped = escape_json(&json);
            assert!(escaped.is_ascii(), "{escaped}");
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), hidden);
        }
        for seen in ["漢字 עברית é", "⚠\u{fe0f}", "\u{a0}"] {
            assert_eq!((sanitize(seen), escape_json(seen)), (seen.to_owned(), seen.to_owned()));
        }
    }

    #[test]
    fn text_is_wrapped_under_its_first_line() {
        let mut page = Page::new(Style { width: 30, color: false });
        page.wrapped("  label ", "one two three four five six");
        assert_eq!(page.finish(), "  label one two three four\n        five six\n");
    }

    #[test]
    fn commands_are_broken_between_arguments_only() {
        let lines = break_command("kubectl get pod -o jsonpath='{.a b}' -n x", 29);
        assert_eq!(lines, ["kubectl get pod \\", "  -o jsonpath='{.a b}' -n x"]);
    }

    #[test]
    fn what_a_command_reads_line_by_line_keeps_its_shape() {
        let mut page = Page::new(Style { width: 30, color: false });
        page.command(2, "cat <<EOF | kubectl apply -f -\ndata:\n  a.b: c\nEOF");
        let expected = "  $ cat <<EOF | kubectl apply -f -\n    data:\n      a.b: c\n    EOF\n";
        assert_eq!(page.finish(), expected);
    }

    #[test]
    fn a_text_is_cut_in_its_middle_to_the_columns_that_it_has() {
        assert_eq!(shorten_middle("abcdefghij", 10), "abcdefghij");
        assert_eq!(shorten_middle("abcdefghij", 7), "ab…ghij");
        assert_eq!(shorten_middle("漢字漢字漢字", 7), "漢…漢字");
        assert_eq!(shorten_middle("abc", 0), "…");
    }

    #[test]
    fn units_are_not_broken() {
        let mut page = Page::new(Style { width: 26, color: false });
        page.units("    ", &["a one".to_owned(), "b two".to_owned(), "c three\u{1b}".to_owned()]);
        assert_eq!(page.finish(), "    a one  b two\n    c three\\u{1b}\n");
    }

    #[test]
    fn long_text_is_cut_with_a_sign() {
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("abcd", 4), "abcd");
    }
}
