//! From blocks to a checklist.
//!
//! # Decisions
//! * Every item of a numbered list is a step. An item of a bullet list is one if it asks for
//!   something, or if the words before the list do ("you must:"). What a job or script does by
//!   itself is no step.
//! * A paragraph gives at most one step: the sentences that ask for something. A paragraph that
//!   leads straight to a command is a step too.
//! * A command belongs to the step right before it. After a caution it is a step of its own, so
//!   that the caution is read first.
//! * A paragraph's words about the time hold for what follows in its section and below it. The
//!   heading's words win, then the step's own, then the paragraph's.
//! * A section that asks for nothing still appears, as a note with its first sentence, so that
//!   nothing of a guide is hidden.

use super::code::{self, CodeKind};
use super::inline::{Sentence, plain, sentences, shorten, squeeze};
use super::markdown::{Block, Kind};
use super::timing::{self, When};
use super::words::Words;

mod quote;
mod select;
mod step;

pub(super) use quote::{Quote, quotes};
use select::Demand;
use step::bounded;
pub use step::{COMMAND_LIMIT, GuideStep, STEP_LIMIT, StepKind, TEXT_LIMIT};

/// Which paragraphs count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All: the text is about an upgrade and nothing else.
    Everything,
    /// Those that speak of an upgrade themselves.
    UpgradesOnly,
}

/// The steps of a text and how many more there are beyond [`STEP_LIMIT`].
#[derive(Debug, Default)]
pub(super) struct Checklist {
    pub(super) steps: Vec<GuideStep>,
    pub(super) more: usize,
}

/// The checklist of the blocks, which follow the title of their document.
pub(super) fn checklist(blocks: &[Block<'_>], scope: Scope) -> Checklist {
    let mut builder = Builder {
        scope,
        sections: vec![Section::default()],
        steps: Vec::new(),
        takes_code: None,
        list: ListSense::Unsaid,
        unasked: None,
    };
    for (at, block) in blocks.iter().enumerate() {
        builder.block(block, blocks.get(at + 1));
    }
    builder.close_section();
    let mut steps = builder.steps;
    steps.iter_mut().for_each(GuideStep::finish);
    let more = steps.len().saturating_sub(STEP_LIMIT);
    steps.truncate(STEP_LIMIT);
    Checklist { steps, more }
}

#[derive(Debug, Clone, Default)]
struct Section {
    level: usize,
    title: Option<String>,
    /// What the headings say about the time.
    ruled: Option<When>,
    /// What the paragraphs so far say about it.
    said: Option<When>,
}

/// What the words before a list make of its bullets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListSense {
    Asks,
    Tells,
    Unsaid,
}

struct Builder {
    scope: Scope,
    sections: Vec<Section>,
    steps: Vec<GuideStep>,
    /// The step that the next block gives its code to.
    takes_code: Option<usize>,
    list: ListSense,
    /// What a section says that has asked for nothing so far.
    unasked: Option<Sentence>,
}

impl Builder {
    fn block(&mut self, block: &Block<'_>, next: Option<&Block<'_>>) {
        match &block.kind {
            Kind::Heading { level } => self.heading(*level, block),
            Kind::Paragraph => self.paragraph(block, next),
            Kind::Item { ordered } => self.item(block, *ordered, next),
            Kind::Row => self.row(block),
            Kind::Code { info, .. } => self.code(block, info),
            Kind::Quote(inner) => self.quote(inner),
        }
    }

    fn heading(&mut self, level: usize, block: &Block<'_>) {
        self.close_section();
        self.sections.retain(|it| it.level < level);
        let title = shorten(&plain(&block.raw()), TEXT_LIMIT);
        let above = self.sections.last().cloned().unwrap_or_default();
        self.sections.push(Section {
            level,
            ruled: timing::of_heading(&title).or(above.ruled),
            said: above.said,
            title: Some(title),
        });
        self.takes_code = None;
        self.list = ListSense::Unsaid;
    }

    /// Ends a section. One that has asked for nothing is noted.
    fn close_section(&mut self) {
        if let Some(sentence) = self.unasked.take() {
            self.push(StepKind::Note, sentence.line, &sentence.text);
        }
    }

    fn paragraph(&mut self, block: &Block<'_>, next: Option<&Block<'_>>) {
        let sentences = sentences(block.numbered());
        if sentences.is_empty() {
            return;
        }
        let all = select::joined(&sentences);
        if let Some(when) = timing::of_text(&all)
            && let Some(section) = self.sections.last_mut()
        {
            section.said = Some(when);
        }
        self.list = list_sense(&sentences);
        let Some(demand) = self.demand(&sentences, next) else {
            self.takes_code = None;
            return self.remember(sentences);
        };
        if demand.lead {
            return self.lead(&demand, next);
        }
        let kind = if demand.reminder { StepKind::Note } else { StepKind::Action };
        self.push(kind, demand.line, &demand.text);
        self.takes_code = self.steps.len().checked_sub(1);
    }

    /// What a paragraph asks for; one that leads straight to a command asks for that.
    fn demand(&self, sentences: &[Sentence], next: Option<&Block<'_>>) -> Option<Demand> {
        let asked = |it: &Demand| !it.reminder && is_about_upgrades(&it.text);
        let relevant = |it: &Demand| self.scope == Scope::Everything || asked(it);
        let demand = select::demand(sentences).filter(relevant);
        let last = sentences.last().filter(|it| it.text.ends_with(':'));
        let leading = || {
            let leads = |it: &&Sentence| is_command(next) || is_snippet(next) && !shows(&it.text);
            let last = last.filter(leads)?;
            if self.scope == Scope::UpgradesOnly {
                return None;
            }
            Some(Demand { line: last.line, text: last.text.clone(), reminder: false, lead: false })
        };
        demand.or_else(leading)
    }

    /// "Run:" gives its command to the step before it; where there is none it is one itself.
    fn lead(&mut self, demand: &Demand, next: Option<&Block<'_>>) {
        let open = |at: &usize| self.steps.get(*at).is_some_and(|it| it.command.is_none());
        if is_command(next) && !self.takes_code.as_ref().is_some_and(open) {
            self.push(StepKind::Action, demand.line, &demand.text);
            self.takes_code = self.steps.len().checked_sub(1);
        }
    }

    fn remember(&mut self, sentences: Vec<Sentence>) {
        let own = self.steps.last().map(|it| &it.heading_path) == Some(&self.heading_path());
        if self.scope == Scope::Everything && self.unasked.is_none() && !own {
            self.unasked = sentences.into_iter().next();
        }
    }

    fn item(&mut self, block: &Block<'_>, ordered: bool, next: Option<&Block<'_>>) {
        let sentences = sentences(block.numbered());
        self.takes_code = None;
        let demand = select::demand(&sentences).filter(|it| !it.lead);
        let asks = match self.list {
            _ if !ordered && block.raw().starts_with('[') && demand.is_none() => false,
            ListSense::Asks => true,
            ListSense::Tells => false,
            ListSense::Unsaid => ordered || demand.is_some() || is_command(next),
        };
        let text = select::joined(&sentences);
        let relevant = self.scope == Scope::Everything || is_about_upgrades(&text);
        if !asks || !relevant {
            return;
        }
        let known = demand.is_some_and(|it| it.reminder) && self.list == ListSense::Unsaid;
        let kind = if known && !ordered { StepKind::Note } else { StepKind::Action };
        self.push(kind, block.line, &text);
        self.takes_code = self.steps.len().checked_sub(1);
        if text.ends_with(':') {
            self.list = ListSense::Asks;
        }
    }

    /// A row of a table may be the only place that says what a key is called now.
    fn row(&mut self, block: &Block<'_>) {
        let raw = block.raw();
        let ruler = raw.chars().all(|c| "|-: ".contains(c));
        if self.scope == Scope::Everything && !ruler {
            let cells: Vec<_> = raw.trim_matches('|').split('|').map(plain).collect();
            self.push(StepKind::Note, block.line, &cells.join(" | "));
        }
    }

    fn code(&mut self, block: &Block<'_>, info: &str) {
        let text = block.code();
        match code::kind(info, &text) {
            CodeKind::Example => {}
            CodeKind::Snippet => {
                if let Some(step) = self.taker() {
                    step.snippet.get_or_insert(bounded(text));
                }
            }
            CodeKind::Command => self.command(block.line, text),
        }
    }

    fn command(&mut self, line: u32, command: String) {
        if self.taker().is_none_or(|it| it.command.is_some()) {
            if self.scope == Scope::UpgradesOnly {
                return;
            }
            self.push(StepKind::Command, line, code::first_line(&command));
            self.takes_code = self.steps.len().checked_sub(1);
        }
        if let Some(step) = self.taker() {
            step.give(command);
        }
    }

    fn taker(&mut self) -> Option<&mut GuideStep> {
        self.steps.get_mut(self.takes_code?)
    }

    fn push(&mut self, kind: StepKind, line: u32, text: &str) {
        let section = self.sections.last().cloned().unwrap_or_default();
        let firm = section.ruled.filter(|it| *it != When::During);
        let own = timing::of_text(text);
        let when = firm.or(own).or(section.said).or(section.ruled);
        self.unasked = None;
        self.steps.push(GuideStep {
            heading_path: self.heading_path(),
            kind,
            when: when.unwrap_or(When::Unstated),
            text: shorten(&squeeze(text), TEXT_LIMIT),
            command: None,
            snippet: None,
            destructive: deletes_all(text) || names_destructive_command(text),
            line,
        });
    }

    fn heading_path(&self) -> Vec<String> {
        let titles = self.sections.iter().filter_map(|it| it.title.clone());
        titles.collect()
    }
}

fn is_command(block: Option<&Block<'_>>) -> bool {
    block.is_some_and(|it| match it.kind {
        Kind::Code { info, .. } => code::kind(info, &it.code()) == CodeKind::Command,
        _ => false,
    })
}

fn is_snippet(block: Option<&Block<'_>>) -> bool {
    block.is_some_and(|it| match it.kind {
        Kind::Code { info, .. } => code::kind(info, &it.code()) == CodeKind::Snippet,
        _ => false,
    })
}

/// Whether the words before a code block say that it only shows something.
fn shows(text: &str) -> bool {
    Words::of(text).has_any(&["example*|output|see|look*|similar|result*"])
}

fn is_about_upgrades(text: &str) -> bool {
    let phrases = [
        "upgrade|upgrading",
        "updating kyma",
        "using kyma",
        "prior|before ~2 release",
        "in|from previous|earlier|older release|releases|version|versions",
    ];
    Words::of(text).has_any(&phrases)
}

/// "Delete all …" without a command is no less final than with one.
fn deletes_all(text: &str) -> bool {
    let words = Words::of(text);
    words.starts("delete|remove|uninstall all|every")
}

/// Whether a command between backticks is destructive.
fn names_destructive_command(text: &str) -> bool {
    let spans = text.split('`').skip(1).step_by(2);
    let mut commands = spans.filter(|it| code::kind("", it) == CodeKind::Command);
    commands.any(code::is_destructive)
}

/// What the last sentence before a list makes of its bullets.
fn list_sense(sentences: &[Sentence]) -> ListSense {
    let Some(last) = sentences.last().filter(|it| it.text.ends_with([':', '.'])) else {
        return ListSense::Unsaid;
    };
    let words = Words::of(&last.text);
    let asks = ["you must|need|should|have", "follow|perform|complete|do ~3 steps|following"];
    let tells = ["automatic*", "we", "job|script|process|tool|controller|migrator ~3 does"];
    if words.has_any(&asks) {
        ListSense::Asks
    } else if last.text.ends_with(':') && words.has_any(&tells) {
        ListSense::Tells
    } else {
        ListSense::Unsaid
    }
}

#[cfg(test)]
mod tests;
