//! Questions to the chart of a component.

use super::key::{self, Relation};
use super::{Chart, Kind, Reference, ValueLeaf};

impl Chart {
    /// All places that read values, sorted by key, file and line.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// The places that read `key`: that read it, something below it, or all of something above it.
    pub fn consumers(&self, key: &str) -> Vec<&Reference> {
        self.reading(key).collect()
    }

    /// Whether anything reads `key`.
    pub fn is_live(&self, key: &str) -> bool {
        self.reading(key).next().is_some()
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

    /// The values at `key` and below it, by their keys.
    pub fn values_below(&self, key: &str) -> impl Iterator<Item = (&String, &ValueLeaf)> {
        let key = key.to_owned();
        let from = self.values.range::<str, _>((
            std::ops::Bound::Included(key.as_str()),
            std::ops::Bound::Unbounded,
        ));
        // `a-b` stands between `a` and `a.b`.
        from.take_while({
            let key = key.clone();
            move |(path, _)| path.starts_with(&key)
        })
        .filter(move |(path, _)| key::below(path, &key).is_some())
    }

    fn reading(&self, key: &str) -> impl Iterator<Item = &Reference> {
        let key = self.shared_key(key).to_owned();
        let reads = move |it: &&Reference| match key::relation(&it.key, &key) {
            Relation::Above => it.whole,
            Relation::Same | Relation::Below => true,
            Relation::Apart => false,
        };
        self.references.iter().filter(reads)
    }
}
