//! What becomes of a value that is read.

use std::ops::Range;
use std::sync::Arc;

use super::abstract_value::{self, Abstract};
use super::run::{Frame, Use};
use super::{Evaluation, Identity};
use crate::chart::Sink;
use crate::chart::key;
use crate::chart::layout::{Place, boundary, plain};

/// The longest line that is kept, in characters.
const LONGEST: usize = 200;

impl Evaluation<'_> {
    /// Notes that the values which `what` denotes are read.
    pub(super) fn consume(&mut self, frame: &Frame, what: &Abstract, used: Use) {
        match what {
            Abstract::Value(path, place) => {
                self.refer(frame, path, *place, used);
            }
            // The name of an entry is there if the entry is, whatever is in it. That a name is
            // compared with another one reads no entry.
            Abstract::Name(path, place) if used == Use::Printed => {
                let path = key::join(path, key::ANY);
                self.refer(frame, &path, *place, Use::Ranged);
            }
            Abstract::Derived(parts) | Abstract::Union(parts) => {
                for part in parts.iter() {
                    self.consume(frame, part, used);
                }
            }
            Abstract::List(parts) if used == Use::Printed => {
                for part in parts.iter() {
                    self.consume(frame, part, used);
                }
            }
            Abstract::Dict(entries) if used == Use::Printed => {
                for part in entries.values() {
                    self.consume(frame, part, used);
                }
            }
            _ => {}
        }
    }

    fn refer(&mut self, frame: &Frame, path: &str, place: abstract_value::Place, used: Use) {
        // A value that reached the action in another way than by an expression in it.
        let action = frame.action();
        let inside = action.start <= place.start && place.end <= action.end;
        let own = if inside { place.start..place.end } else { action.start..action.start };
        let source = frame.source();
        let identity = Identity {
            key: key::shared(path, self.input.subcharts).into(),
            source: source.path.clone(),
            line: source.line_of(own.start),
            guard: used == Use::Tested,
        };
        let whole = used == Use::Printed;
        if !self.step() || self.is_known(&identity, whole) {
            return;
        }
        let rendered = if whole { frame.place(action.start) } else { frame.guarded() };
        let line = source.layout().bounds(own.start);
        let text = cut(source.text[line.0..line.1].trim());
        let sink = Sink {
            template: frame.name().map(Into::into),
            line: cut(&normal(&source.text, line, own)),
            guard: identity.guard,
            ..sink(rendered)
        };
        self.add(identity, whole, text, sink);
    }
}

fn sink(place: Place) -> Sink {
    let object = place.object.unwrap_or_default();
    Sink {
        kind: object.kind.into(),
        api_version: object.api_version.into(),
        name: object.name.into(),
        field: place.field.into(),
        env: place.env.map(Into::into),
        item: place.item.map(Into::into),
        ..Sink::default()
    }
}

fn cut(text: &str) -> Arc<str> {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].into(),
        None => text.into(),
    }
}

/// A line with `<>` in place of the reference, and `<other>` in place of other references.
fn normal(text: &str, bounds: (usize, usize), own: Range<usize>) -> String {
    // Some lines hold whole files.
    let first = boundary(text, bounds.0.max(own.start.saturating_sub(LONGEST)));
    let last = boundary(text, bounds.1.min(own.end + LONGEST)).max(first);
    let start = own.start.clamp(first, last);
    let end = own.end.clamp(start, last);
    let (before, after) = (scrub(&text[first..start]), scrub(&text[end..last]));
    let own = if start < end { "<>" } else { "" };
    plain(&format!("{before}{own}{after}"))
}

/// A text with `<other>` in place of references to values.
fn scrub(text: &str) -> String {
    const VALUES: &str = ".Values";
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(VALUES) {
        let before = &rest[..at];
        scrubbed.push_str(before.strip_suffix('$').unwrap_or(before));
        scrubbed.push_str("<other>");
        let after = &rest[at + VALUES.len()..];
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.');
        rest = &after[end.unwrap_or(after.len())..];
    }
    scrubbed.push_str(rest);
    scrubbed
}
