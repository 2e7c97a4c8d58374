//! Who reads the overrides of the component istio, whose chart became a Job with a script.
//!
//! # Decisions
//! * Which release reads what stands in the facts file with its sources; here is only how the
//!   script goes about it.

use semver::Version;

use super::{Effective, NAMESPACE, Override, Typed, UserOverrides};
use crate::release::{Facts, IstioReader};

/// The component whose overrides a script reads in some releases.
pub const ISTIO: &str = "istio";

/// How one release reads the overrides of istio.
#[derive(Debug, Clone)]
pub struct IstioReading<'f> {
    facts: &'f Facts,
    reader: Option<&'f IstioReader>,
    document_is_set: bool,
}

/// Who reads a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IstioUse {
    /// The chart's templates, as those of any component, and nobody else.
    Helm,
    /// The script makes an option of istioctl of it. Templates may read it besides.
    Option {
        /// The option, such as `values.global.proxy.resources`.
        option: String,
        /// Whether the option gets only the beginning of the value; none where that is unknown
        /// because the value is withheld.
        cut: Option<bool>,
    },
    /// The script merges the document that it holds over Kyma's own.
    Document,
    /// Only templates: the script skips it because a whole document is set under this key.
    Shadowed {
        /// The key that holds the document.
        by: String,
    },
    /// Nobody.
    Nothing,
}

impl<'f> IstioReading<'f> {
    /// How release `version` reads these overrides.
    pub fn new(facts: &'f Facts, version: &Version, overrides: &UserOverrides) -> Self {
        let reader = facts.istio_reader(version);
        let document = reader.and_then(|it| it.document.as_deref());
        let document_is_set = document.is_some_and(|it| is_set(overrides, it));
        Self { facts, reader, document_is_set }
    }

    /// Who reads an entry, one of another namespace ([`UserOverrides::elsewhere`]) included.
    pub fn of(&self, entry: &Override) -> IstioUse {
        let key = entry.key.key.as_str();
        let helm = if is_elsewhere(entry) { IstioUse::Nothing } else { IstioUse::Helm };
        let of_istio = entry.key.component.as_deref() == Some(ISTIO);
        let Some(reader) = self.reader.filter(|_| of_istio || entry.key.component.is_none()) else {
            return helm;
        };
        let document = reader.document.as_deref();
        if document == Some(key) {
            return if is_elsewhere(entry) { helm } else { IstioUse::Document };
        }
        if self.facts.istio_readers.iter().any(|it| it.document.as_deref() == Some(key)) {
            return IstioUse::Nothing;
        }
        if !of_istio || entry.object.kind != "ConfigMap" || !reader.single_keys {
            return helm;
        }
        match document.filter(|_| self.document_is_set) {
            Some(by) => IstioUse::Shadowed { by: by.to_owned() },
            None => IstioUse::Option { option: self.option(key), cut: cut(entry) },
        }
    }

    fn option(&self, key: &str) -> String {
        let rules = &self.facts.istio_options.rules;
        let Some(rule) = rules.iter().find(|it| key.starts_with(&it.prefix)) else {
            return format!("values.{key}");
        };
        let kept = key.split('.').skip(rule.keep.unwrap_or(usize::MAX));
        std::iter::once(rule.option.as_str()).chain(kept).collect::<Vec<_>>().join(".")
    }
}

fn is_elsewhere(entry: &Override) -> bool {
    entry.object.namespace.as_deref() != Some(NAMESPACE)
}

/// Whether the chart's template finds a document: `{{ if .Values.<key> }}`.
fn is_set(overrides: &UserOverrides, document: &str) -> bool {
    match overrides.effective(ISTIO).get(document) {
        Effective::Absent | Effective::Hidden(_) => false,
        Effective::Value(entry) => entry.is_truthy(),
        Effective::Map(_) => true,
        Effective::Unknown(entries) => entries.iter().any(|it| it.is_truthy()),
    }
}

/// Whether the script cuts a value: it reads `key: value` line by line, takes what stands between
/// the first two colons, and of that the first word.
fn cut(entry: &Override) -> Option<bool> {
    match entry.typed() {
        Typed::Bool(_) => Some(false),
        Typed::Text(text) => Some(text.contains([' ', ':', '\n'])),
        Typed::Secret(_) => None,
    }
}
