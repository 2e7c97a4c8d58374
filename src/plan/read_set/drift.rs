//! What differs between what a plan was made from and what is there.

use super::{Entry, MADE_BY_JOBS, RESOURCE_VERSION, ReadSet, of_value};
use serde_json::Value;

/// A difference between what a plan was made from and what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The object, or `Kubernetes`.
    pub object: String,
    /// What is different.
    pub kind: DriftKind,
    /// The conclusions of the plan that it touches.
    pub conclusions: Vec<String>,
}

/// What is different about an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriftKind {
    /// These fields have another value.
    Fields(Vec<String>),
    /// It was there and is gone.
    Gone,
    /// It was not there and is now.
    Appeared,
}

impl std::fmt::Display for Drift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            DriftKind::Fields(fields) => {
                write!(f, "{}: {} changed", self.object, fields.join(", "))?;
            }
            DriftKind::Gone => write!(f, "{} is gone", self.object)?,
            DriftKind::Appeared => write!(f, "{} appeared", self.object)?,
        }
        if self.conclusions.is_empty() {
            return Ok(());
        }
        write!(f, " (the plan concluded from it: {})", self.conclusions.join("; "))
    }
}

impl ReadSet {
    /// The differences of what is there from what was read, object by object.
    pub fn drift(&self, now: &Self) -> Vec<Drift> {
        let kubernetes = match (&self.kubernetes, &now.kubernetes) {
            (Some(old), Some(new)) if old != new => Some(Drift {
                object: "Kubernetes".to_owned(),
                kind: DriftKind::Fields(vec![format!("the version ({old} to {new})")]),
                conclusions: vec!["everything about this version of Kubernetes".to_owned()],
            }),
            _ => None,
        };
        let known = self.objects.iter().filter_map(|(object, entry)| {
            // What is not observed is not known, but for overrides, which are all looked for.
            let absent = Entry::default();
            let other = now.objects.get(object).or(entry.is_override().then_some(&absent))?;
            let kind = entry.drift(other)?;
            let conclusions = entry.conclusions.clone();
            Some(Drift { object: object.clone(), kind, conclusions })
        });
        let new = now.objects.iter().filter(|(object, entry)| {
            entry.present && !self.objects.contains_key(*object) && !is_made_by_a_job(object)
        });
        let new = new.map(|(object, _)| Drift {
            object: object.clone(),
            kind: DriftKind::Appeared,
            conclusions: vec!["which overrides the operator reads".to_owned()],
        });
        kubernetes.into_iter().chain(known).chain(new).collect()
    }

    /// The differences of what is there part-way through a hop: from what was before it as well as
    /// from what will be `after` it. The object `absent` may be missing meanwhile.
    pub fn drift_within(&self, after: &Self, now: &Self, absent: &str) -> Vec<Drift> {
        let later = after.drift(now);
        let both = self.drift(now).into_iter().filter_map(|drift| {
            let other = later.iter().find(|it| it.object == drift.object)?;
            let kind = match (drift.kind, &other.kind) {
                (DriftKind::Gone, DriftKind::Gone) if drift.object == absent => return None,
                (DriftKind::Fields(fields), DriftKind::Fields(others)) => {
                    let both: Vec<_> =
                        fields.into_iter().filter(|it| others.contains(it)).collect();
                    (!both.is_empty()).then_some(DriftKind::Fields(both))?
                }
                (DriftKind::Fields(_), kind) | (_, kind @ DriftKind::Fields(_)) => kind.clone(),
                (kind, _) => kind,
            };
            Some(Drift { kind, ..drift })
        });
        both.collect()
    }
}

impl Entry {
    /// Whether the operator reads overrides from the object.
    fn is_override(&self) -> bool {
        self.fields.contains_key("metadata.labels.installer")
    }

    /// How an object differs from this entry. Fields that it has in addition do not matter, but for
    /// the keys of overrides.
    fn drift(&self, now: &Self) -> Option<DriftKind> {
        match (self.present, now.present) {
            (true, false) => return Some(DriftKind::Gone),
            (false, true) => return Some(DriftKind::Appeared),
            _ => {}
        }
        let empty = of_value(&Value::Null);
        let differs = |(path, digest): &(&String, &String)| {
            *now.fields.get(*path).unwrap_or(&empty) != **digest
        };
        let changed = self.fields.iter().filter(differs).map(|(path, _)| path.clone());
        let is_override = self.is_override();
        let new = now
            .fields
            .keys()
            .filter(|it| is_override && it.starts_with("data") && !self.fields.contains_key(*it));
        let mut fields: Vec<_> = changed.chain(new.cloned()).collect();
        // Nobody needs to hear that the version changed where it is told what did.
        if fields.len() > 1 {
            fields.retain(|it| it != RESOURCE_VERSION);
        }
        for field in fields.iter_mut().filter(|it| *it == RESOURCE_VERSION) {
            "a secret value (told by metadata.resourceVersion)".clone_into(field);
        }
        (!fields.is_empty()).then_some(DriftKind::Fields(fields))
    }
}

fn is_made_by_a_job(object: &str) -> bool {
    let name = object.rsplit('/').next().unwrap_or_default();
    MADE_BY_JOBS.contains(&name)
}
