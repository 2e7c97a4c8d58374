//! Findings about the cluster before the first hop.

use semver::Version;
use serde_json::Value;

use crate::finding::{Code, Evidence, Finding, Severity};
use crate::manifest::ObjectKey;
use crate::procedure;
use crate::simulate::{ClusterState, Place};

/// What is wrong with a cluster, known by the name `source`, as the start of an upgrade from `from`.
pub fn cluster_findings(source: &str, state: &ClusterState, from: &Version) -> Vec<Finding> {
    let version = other_version(source, state, from);
    let readiness = not_ready(source, state);
    version.into_iter().chain(readiness).chain(stuck(source, state)).collect()
}

/// The installer's image, which is the record of the installed version: its tag as a version, or
/// what it is where it names none.
pub fn installed_version(state: &ClusterState) -> Option<Result<Version, String>> {
    let deployment = state.get(&procedure::installer())?;
    let containers = deployment.pointer("/spec/template/spec/containers")?.as_array()?;
    let image = containers.iter().find_map(|it| it["image"].as_str())?;
    Some(procedure::version_of(image).ok_or_else(|| image.to_owned()))
}

fn other_version(source: &str, state: &ClusterState, from: &Version) -> Option<Finding> {
    let installed = installed_version(state)?;
    let said = match &installed {
        Ok(version) if version == from => return None,
        Ok(version) => version.to_string(),
        Err(image) => format!("an image without a version, {image}"),
    };
    let key = procedure::installer();
    let message = format!("{key} runs {said}; the plan starts from {from}");
    let evidence = evidence(source, state, &key, &format!("image: {said}"));
    Some(Finding::new(Code::InstalledVersionDiffers, key.to_string(), message).evidence(evidence))
}

fn not_ready(source: &str, state: &ClusterState) -> Option<Finding> {
    let key = procedure::installation();
    let installation = state.get(&key)?;
    let text = |field: &str| installation["status"][field].as_str().unwrap_or_default().to_owned();
    let (phase, description) = (text("state"), text("description"));
    let triggered = procedure::is_triggered(&installation);
    if phase == "Installed" {
        return triggered.then(|| pending(source, state));
    }
    let phase = if phase.is_empty() { "not set" } else { &phase };
    let told = if description.is_empty() { String::new() } else { format!(" ({description})") };
    let mut message = format!("the state of {key} is {phase}{told}, not Installed");
    if let Some(error) = first_error(&installation) {
        message = format!("{message}; its error log starts with: {error}");
    }
    if triggered {
        message.push_str(
            "; it carries the label `action=install`, so the operator starts again as soon as its new \
             Deployment is up, before the Installation of the first hop is applied",
        );
    }
    let evidence = evidence(source, state, &key, &format!("state: {phase}"));
    Some(Finding::new(Code::InstallationNotReady, key.to_string(), message).evidence(evidence))
}

/// The label that starts the operator, which takes it away when it is done.
fn pending(source: &str, state: &ClusterState) -> Finding {
    let key = procedure::installation();
    let message = format!(
        "{key} carries the label `action=install`, so the operator is about to start or does not run; \
         its state Installed is that of the last run"
    );
    let evidence = evidence(source, state, &key, "action: install");
    Finding::new(Code::InstallationNotReady, key.to_string(), message)
        .severity(Severity::Warning)
        .remedy(
            "Let the operator finish, or find out why it does not run: \
             `kubectl -n kyma-installer get pods`. It takes the label away when it is done.",
        )
        .evidence(evidence)
}

/// The first entry of the operator's error log, without its text: Helm's errors may quote values.
fn first_error(installation: &Value) -> Option<String> {
    let entry = installation.pointer("/status/errorLog/0")?;
    let times = entry["occurrences"].as_u64().unwrap_or(1);
    Some(format!("component {}, {times} times", entry["component"].as_str()?))
}

/// Objects that the procedure touches and that are being deleted.
fn stuck(source: &str, state: &ClusterState) -> Vec<Finding> {
    let stuck = state.deleting();
    let findings = stuck.into_iter().map(|(key, finalizers)| {
        let waits = if finalizers.is_empty() {
            "its deletion has not ended".to_owned()
        } else {
            format!("its deletion waits for {}", finalizers.join(", "))
        };
        let message = format!("{key} is being deleted: {waits}");
        let evidence = evidence(source, state, &key, "deletionTimestamp");
        Finding::new(Code::FinalizerBlocksDeletion, key.to_string(), message).evidence(evidence)
    });
    findings.collect()
}

/// The finding that a state says nothing about some kinds; none if it says something about all.
pub fn incomplete(source: &str, assumed: &[String]) -> Option<Finding> {
    if assumed.is_empty() {
        return None;
    }
    let message = format!(
        "{source} says nothing about objects of these kinds: {}; they are taken as a clean install has \
         them",
        assumed.join(", ")
    );
    let evidence = Evidence::listing(source, format!("no {}", assumed.join(", ")));
    Some(Finding::new(Code::ClusterStateIncomplete, source, message).evidence(evidence))
}

fn evidence(source: &str, state: &ClusterState, key: &ObjectKey, text: &str) -> Evidence {
    match state.place(key) {
        Some(Place { source, line }) => Evidence::at(source, line, text),
        None => Evidence::listing(source, text),
    }
}
