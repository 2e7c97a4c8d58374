//! A release, and who reads a key in it.

use std::collections::BTreeSet;

use semver::Version;

use crate::bundle::Bundle;
use crate::chart::{Chart, ChartIndex, Reach, Reference};
use crate::finding::Evidence;
use crate::manifest::{self, Component, without_literal_credential};
use crate::overrides::{IstioReading, IstioUse, Override, OverrideKey, UserOverrides, is_override};
use crate::release::Facts;

/// So many readers are shown.
const SHOWN: usize = 3;

/// A release on the path, as far as overrides are concerned.
#[derive(Debug, Clone)]
pub struct Stage<'a> {
    /// Its version.
    pub version: &'a Version,
    /// Its charts, if they are there.
    pub charts: Option<&'a ChartIndex>,
    /// The components that its Installation CR lists; none at all if there is no such list.
    pub components: Vec<Component>,
    /// The components that an earlier release on the path listed.
    pub listed_before: BTreeSet<String>,
    /// The overrides of the user, over those that the release itself brings.
    pub overrides: UserOverrides,
}

impl<'a> Stage<'a> {
    /// A release with the overrides that its own files bring and those of the user over them.
    pub fn new(bundle: &'a Bundle, listed_before: BTreeSet<String>, user: &UserOverrides) -> Self {
        let own = bundle.objects.iter().filter(|it| is_override(it));
        let objects = own.chain(user.objects()).cloned().collect();
        Self {
            version: &bundle.version,
            charts: bundle.chart_index(),
            components: bundle.components(),
            listed_before,
            overrides: UserOverrides::new(manifest::Reading { objects, problems: Vec::new() }),
        }
    }

    /// Who reads what in the release.
    pub(super) fn reading<'f>(&'a self, facts: &'f Facts) -> Reading<'a, 'f> {
        let istio = IstioReading::new(facts, self.version, &self.overrides);
        Reading { stage: self, istio }
    }
}

/// Who reads what in a release.
#[derive(Debug)]
pub(super) struct Reading<'a, 'f> {
    pub(super) stage: &'a Stage<'a>,
    istio: IstioReading<'f>,
}

/// A chart, and how one of its templates reads a key.
pub(super) type Reader<'a> = (&'a Chart, &'a Reference, Reach);

impl<'a> Reading<'a, '_> {
    /// The chart of a component by the name of its Helm release, if the operator installs it.
    fn chart(&self, component: &str) -> Option<&'a Chart> {
        let charts = self.stage.charts?;
        let listed = self.stage.components.iter().find(|it| it.release_name() == component);
        match listed {
            Some(it) => charts.get(&it.name),
            None if self.is_dropped(component) => None,
            None => charts.get(component),
        }
    }

    /// Whether a component was listed before and is not any more.
    pub(super) fn is_dropped(&self, component: &str) -> bool {
        let components = &self.stage.components;
        !components.is_empty()
            && self.stage.listed_before.contains(component)
            && components.iter().all(|it| it.release_name() != component)
    }

    /// Whether the release has a component of this name.
    pub(super) fn has(&self, component: &str) -> bool {
        self.chart(component).is_some()
    }

    /// The charts that a key reaches.
    pub(super) fn charts(&self, key: &OverrideKey) -> Vec<&'a Chart> {
        if let Some(component) = &key.component {
            return self.chart(component).into_iter().collect();
        }
        let Some(charts) = self.stage.charts else { return Vec::new() };
        match self.stage.components.as_slice() {
            [] => charts.iter().collect(),
            listed => listed.iter().filter_map(|it| charts.get(&it.name)).collect(),
        }
    }

    /// The templates that read a key.
    pub(super) fn readers(&self, key: &OverrideKey) -> Vec<Reader<'a>> {
        let charts = self.charts(key).into_iter();
        let readers = charts.flat_map(|chart| {
            chart.readers(&key.key).into_iter().map(move |(it, reach)| (chart, it, reach))
        });
        readers.collect()
    }

    /// What the script of the component istio does with an override.
    pub(super) fn script(&self, entry: &Override) -> IstioUse {
        self.istio.of(entry)
    }

    /// Whether the values of a chart that a key reaches have it.
    pub(super) fn lists(&self, key: &OverrideKey) -> bool {
        self.charts(key).iter().any(|it| it.kind(&key.key).is_some())
    }

    /// Whether templates know a key only as a part of something that they hand on as a whole.
    pub(super) fn only_hands_on(&self, key: &OverrideKey) -> bool {
        self.readers(key).iter().all(|it| it.2 == Reach::Whole)
    }

    /// The lines of some readers, those that use the value before those that only test it.
    pub(super) fn evidence(&self, readers: &[Reader<'_>]) -> Vec<Evidence> {
        let mut sorted: Vec<&Reader<'_>> = readers.iter().collect();
        sorted.sort_by_key(|it| it.1.sink.guard);
        let mut lines: Vec<Evidence> = sorted.into_iter().map(|it| self.line(it.1)).collect();
        let mut known = BTreeSet::new();
        lines.retain(|it| known.insert(it.clone()));
        lines.truncate(SHOWN);
        lines
    }

    /// The line of a reader.
    pub(super) fn line(&self, reference: &Reference) -> Evidence {
        let source = self.source(&reference.source);
        Evidence::at(source, reference.line, without_literal_credential(&reference.text))
    }

    /// The name of a chart's file in this release.
    pub(super) fn source(&self, file: &str) -> String {
        format!("{}/{file}", self.stage.version)
    }
}
