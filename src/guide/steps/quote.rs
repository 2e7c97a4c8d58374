//! Block quotes: cautions, notes and tips.

use super::{Builder, Scope, StepKind, bounded};
use crate::guide::code::{self, CodeKind};
use crate::guide::inline::plain;
use crate::guide::markdown::{Block, Kind};
use crate::guide::words::Words;

/// A labelled quote (`>**CAUTION:** …`), or one without a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::guide) struct Quote {
    /// Caution or note.
    pub(in crate::guide) kind: StepKind,
    /// Whether it is called a tip.
    pub(in crate::guide) tip: bool,
    /// The 1-based line on which it begins.
    pub(in crate::guide) line: u32,
    /// Its text without the label.
    pub(in crate::guide) text: String,
    /// Commands and configuration in it.
    pub(in crate::guide) code: Vec<(CodeKind, String)>,
}

const CAUTIONS: &[&str] = &["CAUTION", "WARNING", "IMPORTANT", "DANGER", "ATTENTION"];
const NOTES: &[&str] = &["NOTE", "TIP", "INFO", "REMEMBER"];

/// The quotes in a block quote: a label begins a new one.
pub(in crate::guide) fn quotes(inner: &[Block<'_>]) -> Vec<Quote> {
    let mut found: Vec<Quote> = Vec::new();
    for block in inner {
        match &block.kind {
            Kind::Code { info, .. } => {
                let text = block.code();
                add_code(&mut found, block.line, (code::kind(info, &text), text));
            }
            Kind::Quote(inner) => found.extend(quotes(inner)),
            _ => add_text(&mut found, block),
        }
    }
    found
}

fn add_code(found: &mut Vec<Quote>, line: u32, code: (CodeKind, String)) {
    if found.is_empty() {
        found.push(Quote { text: code::first_line(&code.1).to_owned(), ..empty(line) });
    }
    if let Some(quote) = found.last_mut() {
        quote.code.push(code);
    }
}

fn empty(line: u32) -> Quote {
    Quote { kind: StepKind::Note, tip: false, line, text: String::new(), code: Vec::new() }
}

fn add_text(found: &mut Vec<Quote>, block: &Block<'_>) {
    let text = plain(&block.raw());
    let (label, rest) = label(&text);
    if label.is_some() || found.is_empty() {
        found.push(Quote { kind: kind(label), tip: label == Some("TIP"), ..empty(block.line) });
    }
    if let Some(quote) = found.last_mut() {
        let gap = if quote.text.is_empty() { "" } else { " " };
        quote.text = format!("{}{gap}{rest}", quote.text);
    }
}

fn kind(label: Option<&str>) -> StepKind {
    match label {
        Some(label) if CAUTIONS.contains(&label) => StepKind::Caution,
        _ => StepKind::Note,
    }
}

/// Splits `CAUTION: text`, `NOTE text` and `[!NOTE] text`.
fn label(text: &str) -> (Option<&'static str>, &str) {
    let bare = text.trim_start_matches(['[', '!']);
    for label in CAUTIONS.iter().chain(NOTES) {
        if let Some(rest) = bare.strip_prefix(label)
            && !rest.starts_with(char::is_alphanumeric)
        {
            return (Some(label), rest.trim_start_matches([':', ']', ' ']));
        }
    }
    (None, text)
}

impl Quote {
    /// Whether it is a tip that only says where to read more.
    fn is_pointer(&self) -> bool {
        let words = Words::of(&self.text);
        let points = ["read|see|visit|check|refer", "learn more|about"];
        self.tip && self.code.is_empty() && words.has_any(&points)
    }
}

impl Builder {
    /// Cautions and notes are steps; tips that only point elsewhere are not.
    pub(super) fn quote(&mut self, inner: &[Block<'_>]) {
        self.takes_code = None;
        let worth = |it: &Quote| !it.is_pointer() && !it.text.is_empty();
        if self.scope == Scope::Everything {
            quotes(inner).into_iter().filter(worth).for_each(|it| self.add_quote(it));
        }
    }

    fn add_quote(&mut self, quote: Quote) {
        self.push(quote.kind, quote.line, &quote.text);
        let Some(step) = self.steps.last_mut() else {
            return;
        };
        for (kind, text) in quote.code {
            match kind {
                CodeKind::Command if step.command.is_none() => step.give(text),
                CodeKind::Snippet if step.snippet.is_none() => step.snippet = Some(bounded(text)),
                _ => {}
            }
        }
    }
}
