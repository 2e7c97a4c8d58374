//! Rules about the files of a release.

use super::Context;
use crate::bundle::{Bundle, Gap};
use crate::finding::{Code, Evidence, Finding, Severity};
use crate::manifest::Object;
use crate::release::{Problem, Role};
use crate::yaml::Node;

/// Files that are missing or cannot be read. Of the release that the path starts from they only
/// make the comparison impossible.
pub(super) fn unusable(context: &Context<'_>) -> Vec<Finding> {
    let to = context.to.gaps.iter().map(|gap| of_target(context, context.to, gap));
    let first = context.from.gaps.iter().filter(|_| context.is_first);
    let from = first.map(|gap| of_start(context, gap));
    to.chain(from).collect()
}

fn of_target(context: &Context<'_>, bundle: &Bundle, gap: &Gap) -> Finding {
    let finding = match &gap.problem {
        Problem::Missing => {
            let message = format!("{} does not exist ({})", gap.source, gap.url);
            Finding::new(Code::ArtifactMissing, &gap.source, message)
        }
        Problem::Unusable(how) => {
            let message = format!("{} {how} ({})", gap.source, gap.url);
            Finding::new(Code::ArtifactUnreadable, &gap.source, message)
        }
    };
    let severity = match gap.role {
        Role::ConfigReference | Role::Charts => Severity::Warning,
        _ => Severity::Blocker,
    };
    let listing = || Evidence::listing(&gap.source, format!("asked for {}", gap.url));
    let evidence = gap.place.clone().unwrap_or_else(listing);
    let finding = finding.hop(&bundle.version).severity(severity).evidence(evidence);
    if gap.role != Role::Charts {
        return finding;
    }
    let finding = without_charts(context, bundle, finding);
    match &gap.problem {
        Problem::Unusable(how) if how.starts_with("is not in the") => finding.remedy(
            "Run once with access to GitHub, or mirror the release again with its source archive.",
        ),
        _ => finding,
    }
}

/// What follows from charts that are not there. It matters to those who set something.
fn without_charts(context: &Context<'_>, bundle: &Bundle, finding: Finding) -> Finding {
    let message = format!(
        "{}; so nobody can tell which override keys the charts of {} read",
        finding.message, bundle.version
    );
    let severity = if context.stories.is_empty() { Severity::Info } else { Severity::Warning };
    Finding { message, ..finding }.severity(severity)
}

fn of_start(context: &Context<'_>, gap: &Gap) -> Finding {
    let finding = of_target(context, context.from, gap);
    if gap.role == Role::Charts {
        return finding;
    }
    let message = format!(
        "{}; so this report cannot tell what changes between {} and {}",
        finding.message, context.hop.from, context.hop.to
    );
    Finding { message, ..finding.severity(Severity::Warning) }
}

/// An installer image of another version than the release's.
pub(super) fn image(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<_> = image_mismatch(context.to).into_iter().collect();
    if context.is_first {
        let from = image_mismatch(context.from);
        findings.extend(from.map(|it| it.severity(Severity::Warning)));
    }
    findings
}

fn image_mismatch(bundle: &Bundle) -> Option<Finding> {
    let installer = bundle.objects.iter().find(|it| is_installer(it))?;
    let image = installer_image(installer)?;
    let (reference, tag) = (image.as_str()?, tag(image.as_str()?)?);
    if tag == bundle.version.to_string() {
        return None;
    }
    let message = format!("the installer of release {} runs the image {reference}", bundle.version);
    let evidence = bundle.evidence(&installer.source, image.line);
    let subject = installer.key.to_string();
    Some(Finding::new(Code::ArtifactImageMismatch, subject, message).evidence(evidence))
}

fn is_installer(object: &Object) -> bool {
    object.key.kind == "Deployment" && object.key.name == "kyma-installer"
}

/// The image of the installer's container, which charts and version come from.
pub(crate) fn installer_image(installer: &Object) -> Option<&Node> {
    let pod = installer.node.get("spec")?.get("template")?.get("spec")?;
    let containers = pod.get("containers")?.items();
    let images = containers.iter().filter_map(|it| it.get("image"));
    let named = |it: &&Node| it.as_str().is_some_and(|image| image.contains("installer"));
    images.clone().find(named).or_else(|| images.clone().next())
}

/// The tag of an image reference; none where it has none or a digest in its place. The host before
/// the first slash may have a port.
fn tag(reference: &str) -> Option<&str> {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    if name.contains('@') {
        return None;
    }
    name.split_once(':').map(|(_, tag)| tag)
}

/// Text of the form `__NAME__` that somebody had to replace.
pub(super) fn placeholders(context: &Context<'_>) -> Vec<Finding> {
    let files = context.to.files.iter().filter(|file| file.role != Role::Tiller);
    files.filter_map(|file| placeholder_finding(context, &file.source(), file.role)).collect()
}

fn placeholder_finding(context: &Context<'_>, source: &str, role: Role) -> Option<Finding> {
    const SHOWN: usize = 5;
    let file = context.to.files.iter().find(|it| it.source() == source)?;
    let text = std::str::from_utf8(&file.artifact.bytes).ok()?;
    let lines = text.lines().zip(1..).filter(|(line, _)| holds_placeholder(line));
    let places: Vec<_> = lines.map(|(_, number)| number).collect();
    let names = if places.is_empty() {
        return None;
    } else {
        places.len()
    };
    let (severity, what) = match role {
        Role::ConfigReference => {
            (Severity::Info, "it is a template to fill in, and this plan does not apply it")
        }
        Role::InstallationCr => {
            (Severity::Info, "the operator takes the charts from its image and does not read them")
        }
        _ => (Severity::Warning, "it would be applied with them"),
    };
    let message = format!("{source} holds placeholders on {names} lines; {what}");
    let evidence = places.iter().take(SHOWN).map(|&line| context.to.evidence(source, line));
    let finding = Finding::new(Code::ArtifactPlaceholder, source, message).severity(severity);
    Some(finding.evidence_all(evidence))
}

/// Whether a line holds a value `__NAME__`; a comment does not count.
fn holds_placeholder(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line);
    let words = line.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    let mut found = words.filter(|it| 4 < it.len() && it.starts_with("__") && it.ends_with("__"));
    !line.trim_start().starts_with('#')
        && found.any(|it| it.bytes().any(|b| b.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_an_image_is_what_follows_the_last_colon_of_its_name() {
        assert_eq!(tag("eu.gcr.io/kyma-project/kyma-installer:1.0.0"), Some("1.0.0"));
        assert_eq!(tag("registry:5000/kyma-installer"), None);
        assert_eq!(tag("kyma-installer@sha256:abc"), None);
    }

    #[test]
    fn placeholders_are_told_from_other_underlines() {
        assert!(holds_placeholder("  global.domainName: \"__DOMAIN__\""));
        assert!(!holds_placeholder("  # replace __DOMAIN__"));
        assert!(!holds_placeholder("  a: \"____\""));
        assert!(!holds_placeholder("  a: __init__"));
    }
}
