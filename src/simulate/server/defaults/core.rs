//! Defaults of Pods, Services and the other kinds of the core group.

use serde_json::{Value, json};

use super::{Fields, inner, items, set, text};
use crate::release::KubernetesVersion;

pub(super) fn container(given: &mut Fields) {
    let policy = if has_tag_latest(text(given, "image")) { "Always" } else { "IfNotPresent" };
    set(given, "imagePullPolicy", || policy.into());
}

/// Whether an image is named with the tag `latest`, or with neither tag nor digest. What is no name
/// of an image has no tag.
fn has_tag_latest(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |(it, rest)| (it, Some(rest)));
    let (path, last) = name.rsplit_once('/').unwrap_or(("", name));
    let (repository, tag) = last.split_once(':').map_or((last, None), |(it, tag)| (it, Some(tag)));
    let first = path.split('/').next().unwrap_or_default();
    let is_host = first.contains(['.', ':']) || first == "localhost";
    let rest = if is_host { &path[first.len()..] } else { path };
    let is_name = |it: &str| {
        it.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/'))
    };
    let is_id = path.is_empty()
        && repository.len() == 64
        && repository.bytes().all(|it| it.is_ascii_hexdigit());
    if repository.is_empty() || is_id || !is_name(repository) || !is_name(rest) {
        return false;
    }
    match tag {
        Some(tag) => tag == "latest",
        None => digest.is_none(),
    }
}

pub(super) fn volume(given: &mut Fields) {
    if given.keys().all(|it| it == "name") {
        given.insert("emptyDir".into(), json!({}));
    }
}

/// Host ports, and the old name of the service account's field, which the server always fills.
pub(super) fn pod_spec(given: &mut Fields) {
    if given.get("hostNetwork") == Some(&Value::Bool(true)) {
        host_ports(given, "containers");
        host_ports(given, "initContainers");
    }
    let account = given.get("serviceAccountName").or(given.get("serviceAccount")).cloned();
    if let Some(account) = account {
        given.insert("serviceAccountName".into(), account.clone());
        given.insert("serviceAccount".into(), account);
    }
}

fn host_ports(given: &mut Fields, containers: &str) {
    for container in items(given, containers) {
        for port in items(container, "ports") {
            let number = port.get("containerPort").cloned().unwrap_or_else(|| 0.into());
            set(port, "hostPort", || number);
        }
    }
}

/// What a Pod gets and a Pod template does not.
pub(super) fn pod(given: &mut Fields) {
    let Some(spec) = inner(given, "spec") else { return };
    set(spec, "enableServiceLinks", || true.into());
    for list in ["containers", "initContainers"] {
        for container in items(spec, list) {
            if let Some(resources) = inner(container, "resources") {
                copy_missing(resources, "limits", "requests");
            }
        }
    }
}

pub(super) fn service(given: &mut Fields, kubernetes: KubernetesVersion) {
    let kind = text(given, "type").to_owned();
    match text(given, "sessionAffinity") {
        "None" => drop(given.remove("sessionAffinityConfig")),
        "ClientIP" => session_affinity(given),
        _ => {}
    }
    if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
        set(given, "externalTrafficPolicy", || "Cluster".into());
    }
    if kubernetes.minor >= 22 && kind != "ExternalName" {
        set(given, "internalTrafficPolicy", || "Cluster".into());
    }
    if kubernetes.minor >= 22 && kind == "LoadBalancer" {
        set(given, "allocateLoadBalancerNodePorts", || true.into());
    }
}

fn session_affinity(given: &mut Fields) {
    let config = given.get("sessionAffinityConfig");
    if config.and_then(|it| it.pointer("/clientIP/timeoutSeconds")).is_none() {
        let config = json!({"clientIP": {"timeoutSeconds": 10800}});
        given.insert("sessionAffinityConfig".into(), config);
    }
}

pub(super) fn service_port(given: &mut Fields) {
    let port = given.get("port").cloned().unwrap_or_else(|| 0.into());
    set(given, "targetPort", || port);
}

/// Limits of containers: no default is the maximum, no default request is the default, then the
/// minimum.
pub(super) fn limits(given: &mut Fields) {
    if text(given, "type") == "Container" {
        copy_missing(given, "max", "default");
        copy_missing(given, "default", "defaultRequest");
        copy_missing(given, "min", "defaultRequest");
    }
}

/// Copies the entries of the map `from` that the map `to` lacks.
fn copy_missing(given: &mut Fields, from: &str, to: &str) {
    let Some(Value::Object(source)) = given.get(from).cloned() else { return };
    if let Some(target) = inner(given, to) {
        source.into_iter().for_each(|(key, value)| set(target, &key, || value));
    }
}

/// The finalizer, the phase, and since 1.21 the label with the name.
pub(super) fn namespace(given: &mut Fields, kubernetes: KubernetesVersion) {
    if let Some(spec) = inner(given, "spec") {
        set(spec, "finalizers", || json!(["kubernetes"]));
    }
    if let Some(status) = inner(given, "status") {
        set(status, "phase", || "Active".into());
    }
    let Some(metadata) = inner(given, "metadata").filter(|_| kubernetes.minor >= 21) else {
        return;
    };
    let name = metadata.get("name").cloned();
    if let (Some(name), Some(labels)) = (name, inner(metadata, "labels")) {
        labels.insert("kubernetes.io/metadata.name".into(), name);
    }
}

pub(super) fn pending(given: &mut Fields) {
    if let Some(status) = inner(given, "status") {
        set(status, "phase", || "Pending".into());
    }
}

/// `stringData` goes into `data` and wins there.
pub(super) fn secret(given: &mut Fields) {
    let Some(Value::Object(texts)) = given.remove("stringData") else { return };
    if let Some(data) = inner(given, "data") {
        for (key, value) in texts {
            let value = value.as_str().map_or(value.clone(), |it| Value::from(encode(it)));
            data.insert(key, value);
        }
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64, but for a sealed value, which stands for the bytes in both fields.
fn encode(text: &str) -> String {
    if super::super::is_sealed(text) {
        return text.to_owned();
    }
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let at = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_without_tag_and_digest_is_the_latest() {
        let latest = ["nginx", "a/b:latest", "eu.gcr.io/p/x", "localhost:5000/nginx", "h.io:1/a"];
        assert!(latest.iter().all(|it| has_tag_latest(it)));
        let other = ["nginx:1", "a@sha256:00", "a:latest@sha256:00x:1", "", "Upper", "a/B", "$IMG"];
        assert_eq!(
            other.iter().filter(|it| has_tag_latest(it)).collect::<Vec<_>>(),
            [&"a:latest@sha256:00x:1"]
        );
    }

    #[test]
    fn base64_is_padded() {
        let codes: Vec<_> = ["", "a", "ab", "abc", "abcd"].map(encode).into();
        assert_eq!(codes, ["", "YQ==", "YWI=", "YWJj", "YWJjZA=="]);
    }
}
