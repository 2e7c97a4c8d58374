//! Kubernetes: its versions, which APIs they serve, and which of them a Kyma release works on.
//!
//! # Decisions
//! * The facts stand with their sources in `kubernetes.yaml`, apart from those about Kyma's releases.
//! * Patches of Kubernetes do not matter: APIs and defaults change with minors.
//! * What is not listed is [`Served::Unknown`]: a custom kind, or an alpha version. Nobody may
//!   conclude from it that the API is there or not.

use std::fmt;
use std::str::FromStr;

use semver::Version;
use serde::Deserialize;

use super::Minor;
use crate::finding::{Evidence, excerpt};

/// The name under which evidence cites the facts.
const SOURCE: &str = "kubernetes.yaml";

const TEXT: &str = include_str!("kubernetes.yaml");

/// A minor of Kubernetes, such as 1.20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    /// The major number.
    pub major: u64,
    /// The minor number.
    pub minor: u64,
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Why a text is no version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a version of Kubernetes; write 1.20, or v1.20.2 as `kubectl version` prints it"
)]
pub struct NotAKubernetesVersion(pub String);

impl FromStr for KubernetesVersion {
    type Err = NotAKubernetesVersion;

    /// Reads `1.20`, `v1.20.2`, `1.16.15-gke.4300`, `v1.19+`.
    fn from_str(text: &str) -> Result<Self, NotAKubernetesVersion> {
        read(text.trim()).ok_or_else(|| NotAKubernetesVersion(text.to_owned()))
    }
}

fn read(text: &str) -> Option<KubernetesVersion> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (major, rest) = text.split_once('.')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (minor, rest) = rest.split_at(digits);
    let patch =
        rest.strip_prefix('.').is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()));
    let is_end = patch || rest.is_empty() || rest.starts_with(['+', '-']);
    let number = |part: &str| {
        let plain = !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let version = KubernetesVersion { major: number(major)?, minor: number(minor)? };
    is_end.then_some(version)
}

impl<'de> Deserialize<'de> for KubernetesVersion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is known about Kubernetes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesFacts {
    apis: Vec<Api>,
    kyma_windows: Vec<Window>,
}

/// Kinds that a group's version holds for the same time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Api {
    version: String,
    kinds: Vec<String>,
    #[serde(default)]
    since: Option<KubernetesVersion>,
    #[serde(default)]
    until: Option<KubernetesVersion>,
    #[serde(default)]
    replacement: Option<String>,
    source: String,
}

/// Whether a Kubernetes version serves an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// It does.
    Yes,
    /// It no longer does.
    Removed {
        /// The first version that does not.
        in_version: KubernetesVersion,
        /// The version of the API that takes its place; none if nothing does.
        replacement: Option<String>,
        /// Where that is known from.
        source: String,
        /// The line of the facts.
        evidence: Evidence,
    },
    /// It does not yet.
    NotYet {
        /// The first version that does.
        since: KubernetesVersion,
        /// Where that is known from.
        source: String,
        /// The line of the facts.
        evidence: Evidence,
    },
    /// The API is not listed: of a custom kind, or an alpha version.
    Unknown,
}

/// How a window is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Outside of it the release cannot be installed or upgraded.
    Required,
    /// The documentation names it, or tests ran on it.
    Documented,
}

/// Kubernetes minors on which Kyma releases work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The first minor of Kyma.
    #[serde(deserialize_with = "super::facts::minor")]
    pub from: Minor,
    /// The last minor of Kyma.
    #[serde(deserialize_with = "super::facts::minor")]
    pub to: Minor,
    /// The oldest Kubernetes; none if no bound is known.
    #[serde(default)]
    pub min: Option<KubernetesVersion>,
    /// The newest Kubernetes; none if no bound is known.
    #[serde(default)]
    pub max: Option<KubernetesVersion>,
    /// How it is known.
    pub strength: Strength,
    /// Why it is so.
    pub reason: String,
    /// Where that is known from.
    pub source: String,
}

impl Window {
    /// Whether a Kubernetes version is in it.
    pub fn holds(&self, kubernetes: KubernetesVersion) -> bool {
        self.min.is_none_or(|it| it <= kubernetes) && self.max.is_none_or(|it| kubernetes <= it)
    }

    /// The line of the facts.
    pub fn evidence(&self) -> Evidence {
        KubernetesFacts::evidence("  - from:", &format!("reason: \"{}\"", self.reason))
    }
}

impl KubernetesFacts {
    /// The facts that the program was built with.
    ///
    /// # Panics
    /// If the file does not fit its types, which a test rules out.
    pub fn builtin() -> Self {
        serde_yaml::from_str(TEXT).expect("the built-in facts about Kubernetes fit their types")
    }

    /// Whether `kubernetes` serves objects of `kind` in `api_version`.
    pub fn served(&self, api_version: &str, kind: &str, kubernetes: KubernetesVersion) -> Served {
        let fits = |it: &&Api| it.version == api_version && it.kinds.iter().any(|it| it == kind);
        let Some(api) = self.apis.iter().find(fits) else { return Served::Unknown };
        let source = api.source.clone();
        let evidence = || {
            Self::evidence(&format!("  - version: {api_version}"), &format!("source: \"{source}\""))
        };
        match (api.since, api.until) {
            (Some(since), _) if kubernetes < since => {
                Served::NotYet { since, evidence: evidence(), source }
            }
            (_, Some(until)) if until <= kubernetes => Served::Removed {
                in_version: until,
                replacement: api.replacement.clone(),
                evidence: evidence(),
                source,
            },
            _ => Served::Yes,
        }
    }

    /// The windows of a Kyma release. A release candidate counts as its release.
    pub fn windows(&self, kyma: &Version) -> impl Iterator<Item = &Window> {
        let minor = Minor::of(kyma);
        self.kyma_windows.iter().filter(move |it| it.from <= minor && minor <= it.to)
    }

    /// The line on which the entry begins that has the line `text`.
    fn evidence(start: &str, text: &str) -> Evidence {
        let mut begin = None;
        for (line, number) in TEXT.lines().zip(1..) {
            if line.starts_with("  - ") {
                begin = line.starts_with(start).then_some((line, number));
            }
            if let Some((first, number)) = begin.filter(|_| line.trim() == text) {
                return Evidence::at(SOURCE, number, excerpt(first));
            }
        }
        Evidence::listing(SOURCE, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> KubernetesVersion {
        text.parse().unwrap()
    }

    #[test]
    fn versions_are_read_as_servers_and_people_write_them() {
        for text in ["1.20", "v1.20.2", "1.20.15-gke.4300", "v1.20+", "1.20.0+k3s1", " 1.20 "] {
            assert_eq!(version(text).to_string(), "1.20", "{text}");
        }
        for text in ["", "1", "v1.", "1.x", "1.2x", "latest", "1.20.x", "+1.20", "1.20.", "1.-1"] {
            assert!(text.parse::<KubernetesVersion>().is_err(), "{text}");
        }
        assert!(version("1.9") < version("1.10"));
    }

    #[test]
    fn every_removal_is_known_by_the_minor() {
        let facts = KubernetesFacts::builtin();
        let removed = |api: &str, kind: &str| {
            let served = |minor| facts.served(api, kind, KubernetesVersion { major: 1, minor });
            (10..=33).find(|it| matches!(served(*it), Served::Removed { .. }))
        };
        assert_eq!(removed("extensions/v1beta1", "Deployment"), Some(16));
        assert_eq!(removed("apps/v1beta1", "StatefulSet"), Some(16));
        assert_eq!(removed("extensions/v1beta1", "Ingress"), Some(22));
        assert_eq!(removed("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"), Some(22));
        assert_eq!(removed("policy/v1beta1", "PodSecurityPolicy"), Some(25));
        assert_eq!(removed("autoscaling/v2beta2", "HorizontalPodAutoscaler"), Some(26));
        assert_eq!(removed("storage.k8s.io/v1beta1", "CSIStorageCapacity"), Some(27));
        assert_eq!(removed("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema"), Some(29));
        assert_eq!(removed("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema"), Some(32));
        assert_eq!(removed("apps/v1", "Deployment"), None);
    }

    #[test]
    fn an_api_is_not_served_before_its_time() {
        let facts = KubernetesFacts::builtin();
        let served = |minor| {
            let kubernetes = KubernetesVersion { major: 1, minor };
            facts.served("apiextensions.k8s.io/v1", "CustomResourceDefinition", kubernetes)
        };
        assert!(matches!(served(15), Served::NotYet { since, .. } if since == version("1.16")));
        assert_eq!(served(16), Served::Yes);
    }

    #[test]
    fn custom_kinds_and_alpha_versions_are_unknown() {
        let facts = KubernetesFacts::builtin();
        let served = |api, kind| facts.served(api, kind, version("1.20"));
        assert_eq!(served("installer.kyma-project.io/v1alpha1", "Installation"), Served::Unknown);
        assert_eq!(served("rbac.authorization.k8s.io/v1alpha1", "Role"), Served::Unknown);
        assert_eq!(served("v1", "Deployment"), Served::Unknown);
    }

    #[test]
    fn evidence_cites_the_entry() {
        let facts = KubernetesFacts::builtin();
        let served = facts.served("extensions/v1beta1", "Ingress", version("1.22"));
        let Served::Removed { evidence, replacement, .. } = served else { panic!("{served:?}") };
        assert_eq!(replacement.as_deref(), Some("networking.k8s.io/v1"));
        assert_eq!(evidence.text, "- version: extensions/v1beta1");
        let line = evidence.line.unwrap() as usize;
        assert!(TEXT.lines().nth(line).unwrap().contains("kinds: [Ingress]"));
        for window in &facts.kyma_windows {
            assert!(window.evidence().line.is_some());
        }
    }

    #[test]
    fn every_replacement_is_served_when_its_predecessor_is_gone() {
        let facts = KubernetesFacts::builtin();
        for api in &facts.apis {
            let (Some(until), Some(replacement)) = (api.until, &api.replacement) else { continue };
            for kind in &api.kinds {
                // Flow control has gone through versions; the last one came after the first ones.
                if !api.version.starts_with("flowcontrol") {
                    assert_eq!(facts.served(replacement, kind, until), Served::Yes, "{kind}");
                }
            }
        }
    }

    #[test]
    fn kubernetes_has_to_be_upgraded_between_two_releases() {
        let facts = KubernetesFacts::builtin();
        let works = |kyma: &str, kubernetes: &str| {
            let kyma = kyma.parse().unwrap();
            let mut required = facts.windows(&kyma).filter(|it| it.strength == Strength::Required);
            required.all(|it| it.holds(version(kubernetes)))
        };
        assert!(works("1.9.0", "1.15") && !works("1.9.0", "1.16"));
        assert!(works("1.10.0", "1.15") && works("1.10.0", "1.16"));
        assert!(!works("1.17.1", "1.15") && works("1.17.1", "1.16"));
        assert!(works("1.24.11", "1.21") && !works("1.24.11", "1.22"));
        assert!(works("1.16.0-rc4", "1.16") && works("1.16.0-rc4", "1.15"));
    }
}
