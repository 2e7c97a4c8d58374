//! Questions to the chart of a component.
//!
//! # Decisions
//! * All values of a chart as one text (`toYaml .Values`) read what the chart lists, and what is
//!   below an empty map that it lists. Any other key would be in that text too, but nobody looks
//!   for it there: what reads the text knows the same keys as the values.
//! * A template that reads a number, text or list does not read what an override puts below it.

use super::key::{self, Relation};
use super::{Chart, Kind, Reference, ValueLeaf};

/// How a reference reads a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It reads the key itself.
    Same,
    /// It reads something below the key, so the key should be a map.
    Part,
    /// It passes on something that holds the key, all in one.
    Whole,
}

impl Chart {
    /// All places that read values: first those whose key holds `*`, then the others, both sorted
    /// by key, file and line.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The places that read `key`: that read it, something below it, or all of something above it.
    pub fn consumers(&self, key: &str) -> Vec<&Reference> {
        self.readers(key).into_iter().map(|it| it.0).collect()
    }

    /// The places that read `key`, each with how it does so.
    pub fn readers(&self, key: &str) -> Vec<(&Reference, Reach)> {
        let key = self.shared_key(key);
        let mut readers: Vec<(&Reference, Reach)> = Vec::new();
        self.visit(key, |reference, relation| {
            let reach = match relation {
                Relation::Same => Reach::Same,
                Relation::Below => Reach::Part,
                Relation::Above if reference.whole => Reach::Whole,
                _ => return,
            };
            readers.push((reference, reach));
        });
        let dumps = |it: &(&Reference, Reach)| it.1 == Reach::Whole && self.is_chart(&it.0.key);
        if readers.iter().any(dumps) && !self.lists(key) {
            readers.retain(|it| !dumps(it));
        }
        if let Some(leaf) = key::above(key).find(|it| self.is_single(it)) {
            let holds = |it: &Reference| key::relation(&it.key, leaf) != Relation::Below;
            readers.retain(|it| it.1 != Reach::Whole || !holds(it.0));
        }
        readers
    }

    /// Whether the default of a key is one that nothing can be below.
    fn is_single(&self, key: &str) -> bool {
        let leaf = self.values.get(key);
        leaf.is_some_and(|it| !matches!(it.kind, Kind::Map | Kind::Null))
    }

    /// Whether anything reads `key`.
    pub fn is_live(&self, key: &str) -> bool {
        !self.readers(key).is_empty()
    }

    /// Whether the values have `key`, something below it, or an empty map above it.
    pub fn lists(&self, key: &str) -> bool {
        let key = self.shared_key(key);
        let mut above = key::above(key);
        self.kind(key).is_some()
            || above.any(|it| self.values.get(it).is_some_and(|leaf| leaf.kind == Kind::Map))
    }

    /// The key as all charts of the component share it: `docs.global.x` is `global.x`.
    pub fn shared_key<'a>(&self, key: &'a str) -> &'a str {
        key::shared(key, &self.subcharts)
    }

    /// Of what kind the default of `key` is; none if the values have nothing there.
    pub fn kind(&self, key: &str) -> Option<Kind> {
        let key = self.shared_key(key);
        match self.values.get(key) {
            Some(leaf) => Some(leaf.kind),
            None => self.values_below(key).next().map(|_| Kind::Map),
        }
    }

    /// The values below `key`, by their keys.
    pub fn values_below(&self, key: &str) -> impl Iterator<Item = (&String, &ValueLeaf)> {
        let start = match key {
            "" => String::new(),
            key => format!("{key}."),
        };
        let below = self.values.range(start.clone()..);
        below.take_while(move |(path, _)| path.starts_with(&start))
    }

    /// Whether a key holds all values of a chart.
    fn is_chart(&self, key: &str) -> bool {
        key.is_empty() || self.subcharts.iter().any(|it| it == key)
    }

    /// The references that may read a key, in order, with how they lie to it.
    fn visit<'a>(&'a self, key: &str, mut take: impl FnMut(&'a Reference, Relation)) {
        let (patterns, mut exact) = self.references.split_at(self.patterns);
        for it in patterns {
            take(it, key::relation(&it.key, key));
        }
        // What begins with a key that holds the next one begins with that, so each search goes on
        // where the last one ended.
        for above in key::above(key) {
            exact = from(exact, above);
            for it in same(exact, above) {
                take(it, Relation::Above);
            }
        }
        if key.is_empty() {
            for it in exact {
                take(it, key::relation(&it.key, key));
            }
            return;
        }
        exact = from(exact, key);
        for it in same(exact, key) {
            take(it, Relation::Same);
        }
        let start = format!("{key}.");
        let below = from(exact, &start).iter().take_while(|it| it.key.starts_with(&start));
        below.for_each(|it| take(it, key::relation(&it.key, key)));
    }
}

/// The references from a key on.
fn from<'a>(sorted: &'a [Reference], key: &str) -> &'a [Reference] {
    &sorted[sorted.partition_point(|it| it.key.as_ref() < key)..]
}

/// The references that read a key, which they start with if there are any.
fn same<'a>(sorted: &'a [Reference], key: &str) -> &'a [Reference] {
    let end = sorted.iter().take_while(|it| it.key.as_ref() == key).count();
    &sorted[..end]
}
