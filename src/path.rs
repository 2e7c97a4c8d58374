//! Which hops lead from one version to another, and why each.
//!
//! # Decisions
//! * The graph comes from the releases that exist, not from arithmetic: a minor that exists only as
//!   release candidates is a stop, a minor without any is a refusal.
//! * One minor at a time, patches may be skipped (kyma@1.3.0 docs/kyma/04-09-upgrade.md). The newest
//!   patch is taken unless the user pins another.
//! * [`UpgradePath`] is made only by [`between`]: it is never empty and each hop starts where the
//!   one before ended.

use std::collections::BTreeSet;

use semver::Version;

use crate::finding::{Code, Evidence, Finding};
use crate::release::{Catalog, Facts, Minor, Release, VersionRequest};

mod refusal;

pub use refusal::Refusal;

/// What a user asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The version that is installed.
    pub from: VersionRequest,
    /// The version that is wanted.
    pub to: VersionRequest,
    /// Versions to pass through.
    pub via: Vec<Version>,
}

/// One step of the path: from one release to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The release that the hop starts from.
    pub from: Version,
    /// The release that the hop leads to.
    pub to: Version,
    /// Why this release of its minor.
    pub reason: String,
    /// Releases of the same minor that were not chosen, with the reason, oldest first.
    pub skipped: Vec<Skipped>,
}

impl Hop {
    /// The minors that the hop connects; equal for a patch-only hop.
    pub fn minors(&self) -> (Minor, Minor) {
        (Minor::of(&self.from), Minor::of(&self.to))
    }
}

/// A release that the path does not pass through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The release.
    pub version: Version,
    /// Why.
    pub why: &'static str,
}

/// A chain of hops, never empty.
#[derive(Debug, Clone)]
pub struct UpgradePath {
    hops: Vec<Hop>,
}

impl UpgradePath {
    /// The hops in order.
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// Where the path starts.
    pub fn from(&self) -> &Version {
        &self.hops.first().expect("a path has hops").from
    }

    /// Where the path ends.
    pub fn to(&self) -> &Version {
        &self.hops.last().expect("a path has hops").to
    }

    /// Every release on the path, the first included.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        std::iter::once(self.from()).chain(self.hops.iter().map(|hop| &hop.to))
    }
}

/// The path that `request` asks for.
///
/// # Errors
/// A [`Refusal`] where there is no legal path; it says what to do instead.
pub fn between(
    catalog: &Catalog,
    facts: &Facts,
    request: &Request,
) -> Result<UpgradePath, Refusal> {
    let (from, to) = ends(catalog, facts, request)?;
    let pins = pins(catalog, request, from, to)?;
    let mut hops = Vec::new();
    let mut here = from;
    for minor in minors(catalog, facts, Minor::of(&from.version), Minor::of(&to.version))? {
        for stop in stops(catalog, request, minor, &pins, to) {
            if stop.release.version > here.version {
                hops.push(hop(catalog, here, &stop));
                here = stop.release;
            }
        }
    }
    Ok(UpgradePath { hops })
}

/// Resolves what was asked for and refuses what nobody can do.
fn ends<'a>(
    catalog: &'a Catalog,
    facts: &Facts,
    request: &Request,
) -> Result<(&'a Release, &'a Release), Refusal> {
    refuse_outside_the_installer_world(catalog, facts, request)?;
    let (from, to) = (resolve(catalog, &request.from), resolve(catalog, &request.to));
    let (from, to) = match (from, to) {
        (Ok(from), to) => (from, to.map_err(|it| it.only(|it| from.version < *it))?),
        (Err(refusal), Ok(to)) => return Err(refusal.only(|it| *it < to.version)),
        (Err(refusal), Err(_)) => return Err(refusal),
    };
    let versions = || (from.version.clone(), to.version.clone());
    match from.version.cmp(&to.version) {
        std::cmp::Ordering::Less => Ok((from, to)),
        std::cmp::Ordering::Equal => Err(Refusal::SameVersion(from.version.clone())),
        std::cmp::Ordering::Greater => Err(Refusal::downgrade(versions())),
    }
}

fn refuse_outside_the_installer_world(
    catalog: &Catalog,
    facts: &Facts,
    request: &Request,
) -> Result<(), Refusal> {
    let (first, last) = (&facts.first_upgradable, &facts.last_installable);
    for end in [&request.from, &request.to] {
        let excluded = matches!(resolve(catalog, end), Err(Refusal::Excluded { .. }));
        if excluded {
            continue;
        }
        if end.minor() < first.minor {
            let (asked, source_doc) = (end.to_string(), first.source.clone());
            let first = first.minor;
            return Err(Refusal::BeforeFirstProcedure { asked, first, source_doc });
        }
        let beyond = end.minor().major == last.minor.major + 1 || resolve(catalog, end).is_ok();
        if end.minor().major > last.minor.major && beyond {
            let newest = catalog.newest(last.minor).map(|it| it.version.clone());
            let (asked, last) = (end.to_string(), last.minor);
            return Err(Refusal::LeavesInstaller { asked, last, newest });
        }
    }
    Ok(())
}

/// The release that a request names.
///
/// # Errors
/// [`Refusal::Unknown`] or [`Refusal::Excluded`].
pub fn resolve<'a>(catalog: &'a Catalog, request: &VersionRequest) -> Result<&'a Release, Refusal> {
    let found = match request {
        VersionRequest::Newest(minor) => catalog.newest(*minor),
        VersionRequest::Exact(version) => catalog.get(version),
    };
    found.ok_or_else(|| Refusal::unknown(catalog, request))
}

fn pins<'a>(
    catalog: &'a Catalog,
    request: &Request,
    from: &Release,
    to: &Release,
) -> Result<Vec<&'a Release>, Refusal> {
    let mut pins = Vec::new();
    for version in &request.via {
        let pin = resolve(catalog, &VersionRequest::Exact(version.clone()))?;
        if pin.version <= from.version || to.version < pin.version {
            let (from, to) = (from.version.clone(), to.version.clone());
            return Err(Refusal::PinOutsideRange { pin: version.clone(), from, to });
        }
        pins.push(pin);
    }
    pins.sort_by(|a, b| a.version.cmp(&b.version));
    Ok(pins)
}

/// The minors to pass through, both ends included.
fn minors(
    catalog: &Catalog,
    facts: &Facts,
    first: Minor,
    last: Minor,
) -> Result<Vec<Minor>, Refusal> {
    let known = catalog.minors();
    let mut minors = vec![first];
    let mut here = first;
    while here != last {
        let next = facts.next_minor(here);
        if !known.contains(&next) || last < next {
            return Err(gap(&known, here, next));
        }
        minors.push(next);
        here = next;
    }
    Ok(minors)
}

fn gap(known: &BTreeSet<Minor>, after: Minor, missing: Minor) -> Refusal {
    let next = known.range(missing..).next().copied();
    Refusal::MissingMinor { after, missing, next }
}

struct Stop<'a> {
    release: &'a Release,
    reason: String,
}

/// The releases of one minor that the path passes through: the pinned ones, else the newest; in
/// the last minor the one that was asked for.
fn stops<'a>(
    catalog: &'a Catalog,
    request: &Request,
    minor: Minor,
    pins: &[&'a Release],
    to: &'a Release,
) -> Vec<Stop<'a>> {
    let pinned = pins.iter().copied().filter(|it| Minor::of(&it.version) == minor);
    let mut stops: Vec<_> = pinned.map(|it| stop(it, "pinned with --via")).collect();
    let is_last = minor == Minor::of(&to.version);
    if is_last && stops.last().is_none_or(|it| it.release.version != to.version) {
        stops.push(match request.to {
            VersionRequest::Exact(_) => stop(to, "the version asked for"),
            VersionRequest::Newest(_) => newest_stop(to, minor),
        });
    } else if stops.is_empty() && minor != request.from.minor() {
        stops.extend(catalog.newest(minor).map(|it| newest_stop(it, minor)));
    }
    stops
}

fn stop<'a>(release: &'a Release, reason: &str) -> Stop<'a> {
    Stop { release, reason: reason.to_owned() }
}

fn newest_stop(release: &Release, minor: Minor) -> Stop<'_> {
    let reason = if release.is_prerelease() {
        format!("newest candidate of {minor}, which was never released")
    } else {
        format!("newest patch of {minor}")
    };
    Stop { release, reason }
}

fn hop(catalog: &Catalog, from: &Release, stop: &Stop<'_>) -> Hop {
    let to = stop.release;
    let others = catalog.of_minor(Minor::of(&to.version));
    let others = others.filter(|it| it.version != to.version && from.version < it.version);
    let skipped = others.map(|it| Skipped { version: it.version.clone(), why: why(it, to) });
    Hop {
        from: from.version.clone(),
        to: to.version.clone(),
        reason: stop.reason.clone(),
        skipped: skipped.collect(),
    }
}

fn why(skipped: &Release, chosen: &Release) -> &'static str {
    match (skipped.is_prerelease(), skipped.version < chosen.version) {
        (true, _) => "release candidate",
        (false, true) => "older patch; patches may be skipped",
        (false, false) => "newer patch, not asked for",
    }
}

/// What the path itself gives rise to: hops through candidates, and excluded tags in its range.
pub fn findings(path: &UpgradePath, catalog: &Catalog) -> Vec<Finding> {
    let candidates = path.hops().iter().filter(|hop| !hop.to.pre.is_empty());
    let candidates = candidates.map(|hop| prerelease_hop(hop, catalog));
    let range = path.from()..=path.to();
    let excluded = catalog.excluded().iter().filter(|it| it.by_facts);
    let excluded = excluded.filter(|it| it.version.as_ref().is_some_and(|v| range.contains(&v)));
    let excluded = excluded.map(|it| {
        let message = format!("the tag {} is left out: {}", it.tag, it.reason);
        let evidence = Facts::evidence(&format!("tag: \"{}\"", it.tag));
        Finding::new(Code::VersionExcluded, &it.tag, message).evidence(evidence)
    });
    candidates.chain(excluded).collect()
}

fn prerelease_hop(hop: &Hop, catalog: &Catalog) -> Finding {
    let minor = Minor::of(&hop.to);
    let listed: Vec<_> = catalog.of_minor(minor).collect();
    let released = listed.iter().any(|it| !it.is_prerelease());
    let message = if released {
        format!("{} is a release candidate, and {minor} has a release", hop.to)
    } else {
        format!(
            "{minor} was never released; the path passes through its newest candidate {}",
            hop.to
        )
    };
    let evidence = listed.iter().map(|it| {
        let day = it.published.get(..10).unwrap_or("an unknown day");
        Evidence::listing("releases", format!("{}, published {day}", it.tag))
    });
    Finding::new(Code::PrereleaseHop, hop.to.to_string(), message)
        .hop(&hop.to)
        .evidence_all(evidence)
}

#[cfg(test)]
mod tests;
