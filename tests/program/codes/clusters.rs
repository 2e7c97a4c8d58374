//! The codes that say something about a cluster.

use kyma_upgrade::finding::Code;

use super::{PLAN, overrides, plain, two};
use crate::support::{History, Installer};

/// The history and the cluster in which a code is found, and what is asked.
pub(super) fn case(code: Code) -> (History, Vec<&'static str>) {
    match code {
        Code::OverrideResetByArtifact => edited_override(),
        Code::OverrideKept => {
            let (history, mut args) = edited_override();
            args.push("--keep-overrides");
            (history, args)
        }
        Code::EditResetByArtifact => {
            on(two(&plain(), &plain()), &plain().text().replace("[get]", "[get, delete]"))
        }
        Code::ApplyRejected => {
            (two(&plain(), &Installer { more: HOMELESS, ..plain() }), PLAN.to_vec())
        }
        Code::ImmutableFieldChanged => bindings(),
        Code::ApiVersionRemoved => {
            let old = Installer { more: OLD_API, ..plain() };
            with(two(&old, &old), &["--kubernetes-version", "1.22"])
        }
        Code::CrdVersionRemoved => definitions(),
        Code::KubernetesTooNew => with(two(&plain(), &plain()), &["--kubernetes-version", "1.16"]),
        Code::KubernetesTooOld => (
            minors(&["1.16.0-rc4", "1.17.0"]),
            vec!["plan", "--from", "1.16.0-rc4", "--to", "1.17", "--kubernetes-version", "1.15"],
        ),
        Code::KubernetesWindow => long_path(),
        Code::InstallationNotReady => on(
            two(&plain(), &plain()),
            &plain()
                .text()
                .replace("spec:\n  components", "status: {state: Error}\nspec:\n  components"),
        ),
        Code::InstalledVersionDiffers => {
            on(two(&plain(), &plain()), &Installer { image: "1.3.0", ..plain() }.text())
        }
        Code::FinalizerBlocksDeletion => on(
            two(&plain(), &plain()),
            &state().replace(
                "  name: kyma-installer\n",
                "  name: kyma-installer\n  finalizers: [example.com/hold]\n",
            ),
        ),
        Code::ClusterStateIncomplete => {
            on(two(&plain(), &plain()), &overrides("mine", None, "a.b: \"c\""))
        }
        Code::HelmReleaseNotDeployed => {
            on(two(&plain(), &plain()), &[state(), FAILED_RELEASE.to_owned()].join("---\n"))
        }
        Code::HelmConversionBlocked => conversion(),
        Code::OperatorNotTriggered => {
            on(two(&plain(), &plain()), &[state(), OTHER_DEFINITION.to_owned()].join("---\n"))
        }
        Code::ReadinessNotWaited => {
            (minors(&["1.23.0", "1.24.1"]), vec!["plan", "--from", "1.23", "--to", "1.24"])
        }
        other => unreachable!("{other} has a case elsewhere"),
    }
}

const TILLER: &str =
    "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: tiller, namespace: kube-system}\n";
const HOMELESS: &str =
    "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  namespace: nowhere";
const OLD_API: &str = "apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: Role\nmetadata:\n  \
    name: old\n  namespace: kyma-installer\nrules: []";
const FAILED_RELEASE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: core.v2\n  \
    namespace: kube-system\n  labels: {OWNER: TILLER, NAME: core, STATUS: FAILED, VERSION: \"2\"}\n";
const OTHER_DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\n\
    kind: CustomResourceDefinition\nmetadata:\n  name: installations.installer.kyma-project.io\n\
    spec:\n  group: installer.kyma-project.io\n  scope: Namespaced\n  \
    names: {kind: Installation, plural: installations}\n  \
    versions: [{name: v1, served: true, storage: true}]\n";

fn with(history: History, extra: &[&'static str]) -> (History, Vec<&'static str>) {
    (history, PLAN.iter().chain(extra).copied().collect())
}

/// A plan on a cluster that holds these objects.
fn on(mut history: History, state: &str) -> (History, Vec<&'static str>) {
    history.file("state.yaml", state);
    with(history, &["--cluster-state", "{}/state.yaml"])
}

/// What a cluster holds after an installation of 1.4.0.
fn state() -> String {
    let text = Installer { image: "1.4.0", ..plain() }.text();
    let text = text.replace("  labels:\n    action: install\n", "");
    format!("{text}status: {{state: Installed}}\n")
}

fn minors(tags: &[&str]) -> History {
    let mut history = History::default();
    for tag in tags {
        let text = Installer { image: tag, ..plain() }.text();
        let files = [
            "kyma-installer-cluster.yaml",
            "kyma-installer.yaml",
            "kyma-installer-cr-cluster.yaml",
            "kyma-config-local.yaml",
        ];
        history.release(tag, &files.map(|it| (it, text.as_str())));
        history.file(&format!("raw/{tag}/installation/resources/tiller.yaml"), TILLER);
    }
    history
}

/// A path on which Kubernetes has to be upgraded.
fn long_path() -> (History, Vec<&'static str>) {
    let tags = [
        "1.9.0",
        "1.10.0",
        "1.11.0",
        "1.12.0",
        "1.13.0",
        "1.14.0",
        "1.15.0",
        "1.16.0-rc4",
        "1.17.0",
    ];
    (minors(&tags), vec!["plan", "--from", "1.9", "--to", "1.17"])
}

fn edited_override() -> (History, Vec<&'static str>) {
    let mut history = History::default();
    let config = overrides("core-overrides", Some("core"), "a.b: \"x\"");
    for tag in ["1.4.0", "1.5.0"] {
        let text = Installer { image: tag, ..plain() }.text();
        let files =
            [("kyma-installer-local.yaml", text.as_str()), ("kyma-config-local.yaml", &config)];
        history.release(tag, &files);
    }
    history.file("state.yaml", &config.replace("\"x\"", "\"mine\""));
    with(history, &["--cluster-state", "{}/state.yaml", "--deployment", "local"])
}

/// A role binding that refers to another role.
fn bindings() -> (History, Vec<&'static str>) {
    let binding = |role: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: b\n  \
             namespace: kyma-installer\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {role}}}\n\
             subjects: []"
        )
    };
    let (old, new) = (binding("one"), binding("two"));
    let history = two(&Installer { more: &old, ..plain() }, &Installer { more: &new, ..plain() });
    (history, PLAN.to_vec())
}

/// A definition that loses a version in which the cluster stores objects.
fn definitions() -> (History, Vec<&'static str>) {
    let definition = |version: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
             name: wholes.example.com\nspec:\n  group: example.com\n  scope: Cluster\n  \
             names: {{kind: Whole, plural: wholes}}\n  \
             versions: [{{name: {version}, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}]"
        )
    };
    let (old, new) = (definition("v1"), definition("v2"));
    let history = two(&Installer { more: &old, ..plain() }, &Installer { more: &new, ..plain() });
    let known = OTHER_DEFINITION.replace("name: v1,", "name: v1alpha1,");
    let state =
        [state(), known, format!("{old}\nstatus: {{storedVersions: [v1]}}\n")].join("---\n");
    on(history, &state)
}

/// Releases of Helm 2 on a cluster without the Secret of Tiller.
fn conversion() -> (History, Vec<&'static str>) {
    let mut history = minors(&["1.13.0", "1.14.0"]);
    let state = state().replace("1.4.0", "1.13.0");
    let release = FAILED_RELEASE.replace("FAILED", "DEPLOYED");
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: other, namespace: kyma-installer}\n";
    history.file("state.yaml", &[state, release, secret.to_owned()].join("---\n"));
    (history, vec!["plan", "--from", "1.13", "--to", "1.14", "--cluster-state", "{}/state.yaml"])
}
