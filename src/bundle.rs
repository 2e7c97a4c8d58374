//! Everything of one release that an upgrade to it needs, parsed once.
//!
//! # Decisions
//! * A file that is missing or unreadable leaves a gap, not an error: the bundle says so in
//!   [`Bundle::gaps`], and no difference is computed from what is not there.
//! * Override objects are kept per file. A file that a release no longer publishes is a change of
//!   procedure; its keys did not leave Kyma.

use std::collections::BTreeMap;

use semver::Version;

use crate::chart::ChartIndex;
use crate::finding::{Evidence, excerpt};
use crate::manifest::{
    self, Component, Installation, Manifest, Object, ObjectSet, Problem, Reading,
};
use crate::overrides::{Override, OverrideKey, OverrideSet};
use crate::release::{self, Absent, Artifact, Fetched, Need, Role};
use crate::yaml;

/// A file of the release.
#[derive(Debug, Clone)]
pub struct File {
    /// What it is for.
    pub role: Role,
    /// The file with its origin and digest.
    pub artifact: Artifact,
}

impl File {
    /// The name under which evidence cites it.
    pub fn source(&self) -> String {
        self.artifact.resource.source()
    }

    /// Its name without the folders before it.
    pub fn name(&self) -> String {
        let source = self.source();
        source.rsplit('/').next().unwrap_or(&source).to_owned()
    }

    fn line(&self, number: u32) -> Option<&str> {
        let text = std::str::from_utf8(&self.artifact.bytes).ok()?;
        text.lines().nth(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// A file that the upgrade needs and that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What it is for.
    pub role: Role,
    /// The name under which evidence cites it.
    pub source: String,
    /// Where it comes from.
    pub url: String,
    /// Why it cannot be used.
    pub problem: release::Problem,
    /// The line at which reading stopped, and its text.
    pub place: Option<Evidence>,
}

/// The charts of the release, and the archive that they were read from.
#[derive(Debug, Clone)]
pub struct Charts {
    /// What templates do with their values.
    pub index: ChartIndex,
    /// The name under which evidence cites the archive.
    pub source: String,
    /// Where the archive comes from.
    pub url: String,
    /// The digest of the archive.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// A release, parsed.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The version.
    pub version: Version,
    /// Its usable files, in the order in which the procedure applies them.
    pub files: Vec<File>,
    /// Its unusable ones.
    pub gaps: Vec<Gap>,
    /// The objects that the procedure applies.
    pub objects: ObjectSet,
    /// The objects of its Tiller manifest, which the procedure applies beside them.
    pub tiller: ObjectSet,
    /// The override keys of each file, by file name.
    pub overrides: BTreeMap<String, OverrideSet>,
    /// What in the manifests kubectl would stumble over.
    pub problems: Vec<Problem>,
    /// The charts, where they were asked for and are there.
    pub charts: Option<Charts>,
}

impl Bundle {
    /// Parses what was fetched for `needs`, which have the same order.
    pub fn new(version: &Version, fetched: Vec<(Need, Fetched)>) -> Self {
        let mut bundle = Self {
            version: version.clone(),
            files: Vec::new(),
            gaps: Vec::new(),
            objects: ObjectSet::default(),
            tiller: ObjectSet::default(),
            overrides: BTreeMap::new(),
            problems: Vec::new(),
            charts: None,
        };
        let mut applied = Vec::new();
        for (need, fetched) in fetched {
            match fetched {
                Ok(artifact) => bundle.add(File { role: need.role, artifact }, &mut applied),
                Err(absent) if need.required || absent.problem != release::Problem::Missing => {
                    bundle.gaps.push(gap(need.role, absent));
                }
                Err(_) => {}
            }
        }
        // Scopes of custom kinds may be defined in another file of the release.
        let (objects, problems) = ObjectSet::new(applied);
        bundle.objects = objects;
        bundle.problems.extend(problems);
        bundle
    }

    /// The same release with its charts, or with the gap in their place, where they were asked for.
    #[must_use]
    pub fn with_charts(mut self, charts: Option<Result<Charts, Absent>>) -> Self {
        match charts {
            Some(Ok(charts)) => self.charts = Some(charts),
            Some(Err(absent)) => self.gaps.push(gap(Role::Charts, absent)),
            None => {}
        }
        self
    }

    /// The charts by component, where they are there.
    pub fn chart_index(&self) -> Option<&ChartIndex> {
        self.charts.as_ref().map(|it| &it.index)
    }

    fn add(&mut self, file: File, applied: &mut Vec<Object>) {
        let manifest = Manifest::new(file.source(), &file.artifact.bytes);
        match manifest::read(&manifest, &yaml::Limits::default()) {
            Ok(Reading { objects, problems }) => {
                self.problems.extend(problems);
                let (set, _) = ObjectSet::new(objects.clone());
                if file.role == Role::Tiller {
                    self.tiller = set;
                } else {
                    self.overrides.insert(file.name(), OverrideSet::of(&set));
                }
                if file.role.is_applied() {
                    applied.extend(objects);
                }
            }
            Err(error) => self.gaps.push(unreadable(&file, &error)),
        }
        self.files.push(file);
    }

    /// The objects of an applied file in the order in which they stand there.
    pub fn objects_of(&self, file: &File) -> Vec<&Object> {
        let set = if file.role == Role::Tiller { &self.tiller } else { &self.objects };
        let source = file.source();
        let mut objects: Vec<_> = set.iter().filter(|it| *it.source == *source).collect();
        objects.sort_by_key(|it| (it.line(), it.node.column));
        objects
    }

    /// Whether an applied file is missing or unreadable, so that nothing can be compared with it.
    pub fn is_incomplete(&self) -> bool {
        self.gaps.iter().any(|it| it.role.is_applied())
    }

    /// The Installation CR, if the files hold one.
    pub fn installation(&self) -> Option<Installation<'_>> {
        Installation::of(&self.objects)
    }

    /// The components on the Installation CR's list.
    pub fn components(&self) -> Vec<Component> {
        self.installation().map(|it| it.components()).unwrap_or_default()
    }

    /// The text of a line as evidence. The line must be free of secrets.
    pub fn evidence(&self, source: &str, line: u32) -> Evidence {
        let file = self.files.iter().find(|it| it.source() == source);
        let text = file.and_then(|it| it.line(line)).unwrap_or_default();
        Evidence::at(source, line, excerpt(text))
    }

    /// The entry of an override key in the first file that sets it.
    pub fn override_entry(&self, key: &OverrideKey) -> Option<&Override> {
        self.overrides.values().find_map(|set| set.get(key))
    }

    /// The line of an override key as evidence, without its value where that is secret.
    pub fn override_evidence(&self, entry: &Override) -> Evidence {
        let evidence = self.evidence(&entry.source, entry.line);
        if !entry.is_secret() {
            return evidence;
        }
        let end = evidence.text.find(':').map_or(0, |colon| colon + 1);
        Evidence { text: evidence.text[..end].to_owned(), ..evidence }
    }
}

fn gap(role: Role, absent: Absent) -> Gap {
    let source = absent.resource.source();
    Gap { role, source, url: absent.url, problem: absent.problem, place: None }
}

fn unreadable(file: &File, error: &yaml::Error) -> Gap {
    let text = file.line(error.line).map(excerpt).unwrap_or_default();
    Gap {
        role: file.role,
        source: file.source(),
        url: file.artifact.url.clone(),
        problem: release::Problem::Unusable(format!("cannot be read: {error}")),
        place: Some(Evidence::at(file.source(), error.line, text)),
    }
}
