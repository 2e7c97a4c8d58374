//! What becomes of a value that is read.

use std::ops::Range;
use std::sync::Arc;

use super::Evaluation;
use super::abstract_value::{self, Abstract};
use super::run::{Frame, Use};
use crate::chart::key;
use crate::chart::layout::{Place, plain};
use crate::chart::{Reference, Sink};

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
        let at = frame.action().start;
        let inside = frame.action().start <= place.start && place.end <= frame.action().end;
        let own = if inside { place.start..place.end } else { at..at };
        let source = frame.source();
        let layout = source.layout();
        let rendered = match used {
            Use::Printed => frame.place(at),
            Use::Tested | Use::Ranged => frame.guarded(),
        };
        let text = layout.raw(layout.line(own.start));
        self.add(Reference {
            key: path.into(),
            whole: used == Use::Printed,
            source: source.path.as_ref().into(),
            line: source.line_of(own.start),
            text: cut(text),
            sink: Sink {
                template: frame.name().map(Into::into),
                line: cut(&normal(&source.text, layout.bounds(own.start), own)),
                guard: used == Use::Tested,
                ..sink(rendered)
            },
        });
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
    let (first, last) = bounds;
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
