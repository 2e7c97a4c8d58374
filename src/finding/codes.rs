//! Every finding code with its meaning and remedy: the only place that knows these texts.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Severity;

/// What is known about a code, whatever it was found in.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code itself.
    pub code: Code,
    /// Its name in reports and on the command line.
    pub name: &'static str,
    /// The severity that a finding has unless the analysis knows better.
    pub severity: Severity,
    /// A headline.
    pub title: &'static str,
    /// What it means and why it matters.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// A typical case.
    pub example: &'static str,
}

macro_rules! codes {
    ($($variant:ident, $name:literal, $severity:ident, $title:literal, $meaning:literal, $remedy:literal, $example:literal;)*) => {
        /// What kind of finding it is. Scripts rely on the names; they never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        static CODES: &[CodeInfo] = &[
            $(CodeInfo {
                code: Code::$variant,
                name: $name,
                severity: Severity::$severity,
                title: $title,
                meaning: $meaning,
                remedy: $remedy,
                example: $example,
            },)*
        ];
    };
}

codes! {
    VersionExcluded, "version-excluded", Info,
        "A tag was left out of the catalogue",
        "A tag in the range of this upgrade looks like a version, but nobody can upgrade from or to it. It is left out of the path.",
        "Nothing to do. If you run exactly this version, the path cannot start from it.",
        "the tag 0.90.0 sorts between 0.9.1 and 1.0.0, but was published before 0.4.0";
    PrereleaseHop, "prerelease-hop", Warning,
        "A hop leads through a release candidate",
        "The minor was never released, only release candidates of it were. Upgrades go one minor at a time, so the path passes through its newest candidate.",
        "Accept the candidate knowingly, and plan to leave it with the next hop at once.",
        "between 1.15 and 1.17 there is only 1.16.0-rc4";
    PrereleaseDiffersFromGuide, "prerelease-differs-from-guide", Warning,
        "The guide names another release candidate",
        "A migration guide of this hop tells people to use another candidate than the newest one, which this plan uses.",
        "Compare the two candidates, then keep the newer one or pin the documented one with `--via`.",
        "the guide says 1.16.0-rc3, the newest candidate is 1.16.0-rc4";
    ProcedureChanged, "procedure-changed", Info,
        "The documented procedure differs from the previous hop's",
        "Kyma's documentation describes another upgrade procedure for this release than for the one before. The steps of this hop follow the release it leads to.",
        "Read the steps of this hop before running it; do not repeat those of the previous hop.",
        "up to 1.13 Tiller is upgraded first, from 1.14 there is no Tiller";
    ArtifactMissing, "artifact-missing", Blocker,
        "A file that the hop needs does not exist",
        "The release does not have a file that its upgrade procedure applies.",
        "Look on the release page whether the file has another name; mirror the release with that file added, or choose another patch with `--via`.",
        "1.4.0 has no kyma-installer-cluster.yaml";
    ArtifactImageMismatch, "artifact-image-mismatch", Blocker,
        "The installer image is of another version",
        "The installer Deployment in the file runs an image whose tag is not the version of the release. The image carries the charts, so it decides what gets installed.",
        "Do not use this release; choose another patch of the same minor with `--via`.",
        "1.2.0-rc0/kyma-installer-cluster.yaml runs kyma-installer:1.2.2";
    ArtifactPlaceholder, "artifact-placeholder", Warning,
        "A placeholder was left in a file",
        "The file holds text of the form `__NAME__` that was meant to be replaced before use.",
        "Fill in the value before the file is applied.",
        "global.domainName: \"__DOMAIN__\"";
    ArtifactUnreadable, "artifact-unreadable", Blocker,
        "A file cannot be read as Kubernetes manifests",
        "The file was downloaded, but kubectl could not apply it: it is not YAML, it is cut off, it is far too large, or it is an error page.",
        "Open the URL in a browser. If a proxy answered in place of the server, fix that and run again; if the file itself is broken, choose another patch with `--via`.",
        "1.3.0/kyma-installer-cluster.yaml is an HTML page";
    GuideRequired, "guide-required", Warning,
        "A migration guide has to be followed",
        "Kyma publishes a migration guide for this hop. Its steps are listed in the report as a checklist, by whether they come before or after the upgrade.",
        "Read the guide and do what it says at the time it says.",
        "docs/migration-guides/1.2-1.3.md on branch release-1.3";
    GuideMissing, "guide-missing", Warning,
        "A migration guide is missing",
        "The hop changes something that people have to react to, or its release notes promise a guide, and no guide for it exists on the release branch. The finding lists what nothing documents.",
        "Go through the listed changes by hand; each has a finding of its own with a remedy.",
        "1.0 to 1.1 renames helm-broker's config.isDevelopMode, and no guide says so";
    GuideStale, "guide-stale", Info,
        "A guide in the folder belongs to another hop",
        "The release branch carries a migration guide whose file name covers another hop. It was left behind when the branch was cut.",
        "Do not follow it for this hop.",
        "1.3-1.4.md on branch release-1.5";
    GuideCoversSeveralHops, "guide-covers-several-hops", Warning,
        "One guide covers several hops",
        "The guide's file name spans more than one minor. Its steps belong to different hops, and doing all of them at the first one can be wrong.",
        "Read the guide as a whole before the first of its hops, and assign each step to a hop.",
        "1.15-1.17.md covers 1.15 to 1.16 and 1.16 to 1.17";
    BreakingChangeWithoutGuide, "breaking-change-without-guide", Warning,
        "The guide does not mention a breaking change",
        "There is a guide for this hop, but a change that people have to react to appears in none of its lines.",
        "Treat the change as undocumented: follow the remedy of its own finding.",
        "the guide 1.2-1.3.md does not mention that configurations-generator.minikubeIP was renamed";
    OverrideRenamed, "override-renamed", Warning,
        "An override key was renamed",
        "The same setting has another key after the hop: the key has a new name, moved, was split, or was merged with others. Helm accepts the old key in silence, so what is set under it stops working without an error. The charts of both releases show it, the override objects that the release brings, or a document. About an override of yours it is a blocker; a warning, where the old key still serves, is carried over by a job of the release, or had no effect anyway; an info, where your files set the new key already, or the plan moves it (`plan --migrate-overrides`). The default severity is that of a key in the release's own objects when no overrides are given.",
        "Before the hop, set the new key to the value of the old one, unless the finding says otherwise; after the hop, remove the old one. Where one of the keys is below the other, replace it in one step. For overrides in the cluster, `plan --migrate-overrides` makes that a part of the plan.",
        "config.isDevelopMode of component helm-broker became global.isDevelopMode";
    OverrideRemoved, "override-removed", Warning,
        "An override key was removed",
        "Nothing in the new release reads the key any more, or its own override objects no longer set it, and no other key is known to have taken its place. Helm accepts the key in silence, so what is set under it stops working without an error. The search can miss a successor; the nearest new keys are named where there are any, and are no more than candidates.",
        "If you set this key and need the setting, look for it among the component's values in the new release, starting with the nearest keys. Remove the old key after the hop, unless the finding says that a later release reads it again.",
        "global.etcdBackup.enabled is gone in 1.3.0";
    OverrideTypeChanged, "override-type-changed", Blocker,
        "An override no longer has the right type",
        "An override sets a single value where the charts of the new release have a map or a list, or sets something below a key that holds a single value now. Helm takes it and renders something else than was meant, or fails (helm CoalesceTables: anything but two maps replaces what was there).",
        "Before the hop, replace the override by keys that fit; remove the old one in the same step.",
        "resources of component core was a text and is a map with limits and requests";
    OverrideDead, "override-dead", Warning,
        "An override has no effect",
        "No template of an installed component reads the key, in the release that you run already. Helm accepts unknown keys in silence, so the setting looks as if it worked.",
        "Check the spelling and the label `component`, then correct or remove the override.",
        "loki.nodeSelector of component logging is listed in values.yaml, but read by no template";
    OverrideDefaultChanged, "override-default-changed", Info,
        "The default under an override changed",
        "The override still counts, but the value that it replaces is another one after the hop. The reason for the override may be gone, or the new default may be there for a reason.",
        "Decide whether the override is still what you want.",
        "persistence.size of component minio was 10Gi by default and is 20Gi";
    OverrideEmpty, "override-empty", Blocker,
        "An override is empty where a value is required",
        "The override sets the empty text, and a template of the new release calls `required` on the key: Helm refuses to render the component.",
        "Before the hop, give the override a value, or remove it so that the default counts.",
        "a template has {{ required \"a host\" .Values.host }} and host is set to nothing";
    OverrideConflict, "override-conflict", Warning,
        "Overrides contradict each other",
        "Several objects of one scope set the same key, or one key is set to a value while others below it make a map of it. In the first case the operator takes the last object (ConfigMaps by name, then Secrets by name), which Kyma's documentation calls undefined; in the second it keeps one of the two at random, differently at each run (kyma@1.24.11 docs/kyma/05-03-overrides.md, Merging and conflicting entries).",
        "Set each key in one object only, and decide of each key whether it is a value or a map.",
        "a.b is set in ConfigMap/kyma-installer/one and in ConfigMap/kyma-installer/two";
    OverrideSecretInConfigmap, "override-secret-in-configmap", Warning,
        "A credential stands in a ConfigMap",
        "A key that looks like a credential has a value in a ConfigMap. Everybody who may read ConfigMaps in kyma-installer can read it. The operator reads Secrets just as well.",
        "Move the key to a Secret with the same labels, remove it from the ConfigMap, and change the credential if others could read it.",
        "global.adminPassword is set in ConfigMap/kyma-installer/my-overrides";
    OverrideObjectIgnored, "override-object-ignored", Warning,
        "An object of yours does not count as overrides, or not as it stands",
        "The operator reads ConfigMaps and Secrets in the namespace kyma-installer with the label installer=overrides, and of them only data. Anything else that was given as overrides is told, because settings in it do nothing without an error.",
        "Correct the namespace or the labels, or leave the object out of the overrides.",
        "ConfigMap/default/my-overrides is labelled as overrides, but the operator reads the namespace kyma-installer only";
    OverrideObjectLeftBehind, "override-object-left-behind", Warning,
        "An override object is no longer in the artifacts but stays in the cluster",
        "`kubectl apply` does not delete what a file no longer contains. The operator reads every override object that it finds, so the keys of this one keep feeding Helm, and may beat the keys that replaced them.",
        "Delete the object after the hop unless you still need one of its keys.",
        "ConfigMap/kyma-installer/knative-overrides is gone from kyma-config-local.yaml";
    OverrideResetByArtifact, "override-reset-by-artifact", Blocker,
        "Applying the release undoes an edit of an override",
        "A key in one of the release's own override objects was edited in the cluster, or the object was deleted. The artifact of this hop holds the object again, so `kubectl apply` sets the key back. The operator then installs with the release's value, not with yours.",
        "Move your value to an override object of your own before the hop, with a name that sorts after the release's; or plan with `--keep-overrides`, or apply a copy of the file with your edit merged in. Accept the finding if the release's value is meant to hold.",
        "kyma-config-local.yaml of 1.11.1 sets pilot.resources.limits.memory of istio-overrides back to 1024Mi";
    OverrideKept, "override-kept", Info,
        "An edit of an override is kept",
        "A key in one of the release's own override objects was edited in the cluster, and the artifact of this hop has something else there. `--keep-overrides` leaves the key out of what is applied, so your value stays. kubectl's copy in the object says what the artifact has, so the edit is still known as one at the next hop.",
        "Look at what the release has instead: its new value may be there for a reason. To take it, set the key to it before you plan.",
        "kyma-config-local.yaml of 1.11.1 has another pilot.resources.limits.memory in istio-overrides; yours is kept";
    EditResetByArtifact, "edit-reset-by-artifact", Warning,
        "Applying the release undoes an edit of an object",
        "A field of an object that the release brings was edited in the cluster, or the object was deleted. `kubectl apply` sets the field back to what the artifact says, or creates the object again. An edited component list is replaced as a whole: components that were taken out come back, others that were added drop out of the list and stay installed without an operator.",
        "Compare both sides with `kubectl diff -f` before the hop, and apply a copy of the file with your edit merged in if it has to stay.",
        "spec.components of Installation/default/kyma-installation lists a component again that you had removed";
    ApplyRejected, "apply-rejected", Blocker,
        "An object of the release will be rejected",
        "`kubectl apply` or the API server will refuse the object in the state that the cluster has by then: its namespace or its definition is missing, its deletion is pending, or it holds what Kubernetes does not accept. kubectl goes on with the other objects and ends with an error, so the hop is done in part.",
        "Mend the cause that the finding names before the hop starts.",
        "the namespace kyma-installer is being deleted, so nothing can be created in it";
    ImmutableFieldChanged, "immutable-field-changed", Blocker,
        "The hop changes a field that must not change",
        "The artifact has another value than the object in the cluster in a field that Kubernetes does not let anybody change. `kubectl apply` ends with `field is immutable`, and the object stays as it was.",
        "Delete the object right before the file is applied, so that the hop creates it anew; the finding says what is lost by that.",
        "spec.selector of Deployment/kyma-installer/kyma-installer";
    ApiVersionRemoved, "api-version-removed", Blocker,
        "The cluster does not serve this version of the API",
        "Objects of the release are written in a version of their API that the cluster's Kubernetes does not serve. kubectl refuses them.",
        "Choose a Kubernetes version that serves it for the time of this hop; the finding names the bound.",
        "extensions/v1beta1 Deployment on Kubernetes 1.16";
    CrdVersionRemoved, "crd-version-removed", Blocker,
        "A definition drops a version in which objects are stored",
        "The CustomResourceDefinition of the release no longer has a version that the cluster's definition names in status.storedVersions. The API server rejects that, because stored objects would become unreadable.",
        "Migrate the stored objects to a version that stays, and take the old one out of status.storedVersions, before the hop.",
        "v1alpha1 leaves spec.versions of installations.installer.kyma-project.io";
    KubernetesTooNew, "kubernetes-too-new", Blocker,
        "Kubernetes is too new for the hop",
        "A release of this hop uses what the cluster's Kubernetes version has dropped. Besides its own manifests, the releases that Helm has stored use it, and their next upgrade fails.",
        "Do this hop before Kubernetes is upgraded; there is no downgrade of Kubernetes.",
        "Kyma 1.9 needs extensions/v1beta1 Deployments, which Kubernetes 1.16 does not serve";
    KubernetesTooOld, "kubernetes-too-old", Blocker,
        "Kubernetes is too old for the hop",
        "A release of this hop needs a newer Kubernetes than the cluster has.",
        "Upgrade Kubernetes between the hops that the finding names. Everything after is simulated as if that had been done.",
        "Kyma 1.17 needs Kubernetes 1.16, the cluster has 1.15";
    KubernetesWindow, "kubernetes-window", Warning,
        "Kubernetes has to be upgraded on the way",
        "No version of Kubernetes fits all hops of the path, and it is not known which one the cluster has. The finding says what the hops need, and between which hops Kubernetes itself has to be upgraded.",
        "Name the version with `--kubernetes-version`, or give the state of the cluster, to have it checked.",
        "up to 1.9 Kubernetes 1.15 at most, from 1.17 on at least 1.16";
    InstallationNotReady, "installation-not-ready", Blocker,
        "The Kyma installation is not in the state Installed",
        "An upgrade starts from a finished installation. While the operator is at work or has failed, its Helm releases may be half done, and the next hop builds on that.",
        "Look at `kubectl -n default get installation kyma-installation -o yaml`, mend what its error log says, and let the operator finish: set the label `action=install` again.",
        "the state is Error: install component istio";
    InstalledVersionDiffers, "installed-version-differs", Blocker,
        "The cluster runs another version than the plan starts from",
        "The image of the installer Deployment is the record of the installed version, and it names another one than the plan starts from.",
        "Plan from the version that is installed: leave `--from` out.",
        "--from 1.10.0, but the installer's image is kyma-installer:1.9.0";
    ClusterDrifted, "cluster-drifted", Blocker,
        "The cluster is not as it was when the plan was made",
        "An object from which the plan concluded something is another one now. What the plan says about it may be wrong, so it is neither begun nor gone on with.",
        "Find out who changed it. Put it back, or make the plan again, look at what is different, and have it approved.",
        "ConfigMap/kyma-installer/istio-overrides: data[\"pilot.resources.limits.memory\"] changed";
    SourceChanged, "source-changed", Blocker,
        "A release or guide is another file now than when the plan was made",
        "The source of releases has another file than the one that the plan was made from: a release was published again, or a guide was mended. The plan applies the old one.",
        "Make the plan again, look at what is different, and have it approved.",
        "release-1.11/docs/migration-guides/1.10-1.11.md has another digest now";
    PermissionMissing, "permission-missing", Blocker,
        "A permission that the steps need is missing",
        "The user of the kubeconfig may not do something that a step of the plan needs, so the step would fail part-way.",
        "Ask for the permission, or let somebody apply the plan who has it. `kyma-upgrade roles PLAN` prints the roles that it needs.",
        "you may not delete deployments.apps/kyma-installer -n kyma-installer";
    BackupMissing, "backup-missing", Blocker,
        "There is no backup from before the hop",
        "Kyma has no downgrade. The only way back is a backup from before the hop, and none is known that is complete and new enough.",
        "Take a backup and wait until it is complete, or say which one there is: `--backup-done REFERENCE`.",
        "the newest completed backup of Velero is a week old";
    FinalizerBlocksDeletion, "finalizer-blocks-deletion", Blocker,
        "A deletion waits for a finalizer that nobody removes",
        "An object is being deleted, or will be, and carries a finalizer that something has to remove first. Where its controller is gone, that never happens, and everything that waits for the deletion hangs.",
        "Find out who owns the finalizer. If its controller is gone for good, remove the finalizer with `kubectl patch`.",
        "Installation/default/kyma-installation keeps finalizer.installer.kyma-project.io, which no operator from 1.18 on removes";
    ClusterStateIncomplete, "cluster-state-incomplete", Warning,
        "The cluster state does not say everything",
        "The file has no object of some kinds that the releases bring. Of these the simulation assumes what a clean install has, so edits of them are not seen.",
        "Write the state with `kyma-upgrade snapshot`, which reads everything that is needed.",
        "a list of ConfigMaps alone says nothing about the installer Deployment";
    HelmReleaseNotDeployed, "helm-release-not-deployed", Blocker,
        "A Helm release is not in a state that can be upgraded",
        "The operator decides from the state of a component's Helm release whether it installs or upgrades. A release that failed or is pending leads it to the wrong choice, and the component fails.",
        "Bring the release back to DEPLOYED before the hop: roll it back to its last good revision, or delete it if it never worked.",
        "release istio is FAILED; operators up to 1.12 run `helm install` and find that the name exists";
    HelmConversionBlocked, "helm-conversion-blocked", Blocker,
        "Releases of Helm 2 will not be converted",
        "Only the installers of 1.14 and 1.15 convert Helm 2 releases to Helm 3, and their converter ends without an error if Tiller or its Secret is missing. Everything would be installed a second time.",
        "Restore Tiller and the Secret helm-secret before the hop to 1.14, and check the converter's log before the next hop.",
        "Secret/kyma-installer/helm-secret is not in the cluster";
    OperatorNotTriggered, "operator-not-triggered", Blocker,
        "The operator will not start",
        "After everything is applied, the Installation CR does not carry the label `action=install`, or there is no Installation CR. The operator does nothing, and the state stays what it was.",
        "Mend what keeps the CR from being applied, or set the label by hand as the last step.",
        "the Installation CR is rejected because its definition is missing";
    ReadinessNotWaited, "readiness-not-waited", Warning,
        "The operator does not wait for readiness",
        "The operator of this release does not wait until what it installs is ready. The state Installed says that all charts were sent, not that anything runs.",
        "Choose another patch with `--via`, or check by hand that all Pods are ready before the next hop.",
        "the operator of 1.24.1";
    ObjectLeftBehind, "object-left-behind", Info,
        "An object is no longer in the artifacts but stays in the cluster",
        "`kubectl apply` does not delete what a file no longer contains. An override ConfigMap that stays behind keeps feeding its values to Helm.",
        "Delete the object after the hop unless you still need it.",
        "ServiceAccount/kyma-installer/helm-certs-job-sa is gone from kyma-installer-cluster.yaml";
    PermissionsWidened, "permissions-widened", Warning,
        "A role allows more than before",
        "A Role or ClusterRole in the artifacts grants verbs, resources or API groups that it did not grant before. Who is bound to it is not looked at.",
        "Let whoever is responsible for access in the cluster confirm it before the hop.",
        "Role helm-certs-setter may now delete secrets";
    ComponentRemovedLeftInstalled, "component-removed-left-installed", Warning,
        "A component left the list and stays installed",
        "The operator visits only the components on the list of the Installation CR. One that is no longer there is neither upgraded nor removed: its Helm release keeps running at its old version.",
        "Decide whether to keep it, and uninstall its Helm release after the hop if not.",
        "backup is gone from the component list in 1.13.0";
    ComponentRenamed, "component-renamed", Warning,
        "A component has a new name",
        "The operator identifies a component by its release name, so it installs the new one beside the old one, which stays installed. Overrides labelled with the old name reach nothing.",
        "Change the `component` label of your overrides before the hop; uninstall the old Helm release after it, or before it where both claim the same objects.",
        "jaeger became tracing in 1.12.0";
    ComponentNamespaceMoved, "component-namespace-moved", Warning,
        "A component has a new namespace",
        "The operator looks a release up by name only and ignores the namespace, so an installed component is upgraded where it is or fails to move.",
        "Check after the hop in which namespace the component runs; move or reinstall it before relying on the new one.",
        "application-connector moved from kyma-system to kyma-integration in 0.8";
    UnusedAccept, "unused-accept", Warning,
        "An entry about findings matches none",
        "An `--accept` option, or an entry of the policy file, matched nothing in this plan. The risk that somebody accepted is not there, or the entry has a slip in it and accepts nothing. An entry that sets a severity is told as a note.",
        "Correct the entry or remove it. Where one policy file serves several clusters, set the severity of `unused-accept` to info there.",
        "--accept guide-missing@1.2.0 where the hop leads to 1.2.2";
    AcceptExpired, "accept-expired", Warning,
        "An entry of the policy file has ended",
        "An entry of the policy file says until when it counts, and that day is over. The findings that it accepted are open again, and a severity that it set is the one that was found. If they block, the plan is blocked.",
        "Settle what the entry accepted. Or have it accepted again: write a new day and the reason why it is still right, and let whoever is responsible review that change of the file.",
        "`expires: 2026-01-31` of guide-missing@1.9 in kyma-upgrade.yaml, planned in February";
    AcceptExpiresSoon, "accept-expires-soon", Info,
        "An entry of the policy file ends soon",
        "An entry of the policy file ends within 14 days. From the day after, the findings that it covers count again, so a pipeline that passes now may not pass then. A plan that was saved with the entry cannot be applied after that day.",
        "Upgrade before that day, settle what the entry accepted, or have it accepted for longer.",
        "`expires: 2026-01-31` of guide-missing@1.9 in kyma-upgrade.yaml, planned on the 20th";
}

impl Code {
    /// All codes, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|info| info.code)
    }

    /// What is known about this code.
    pub fn info(self) -> &'static CodeInfo {
        // The table is generated in the order of the variants.
        &CODES[self as usize]
    }

    /// Its name in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        self.info().name
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one =
            |code: Self| serde_json::json!({ "const": code, "description": code.info().title });
        let codes: Vec<_> = Self::all().map(one).collect();
        json_schema!({ "description": "What kind of finding it is.", "oneOf": codes })
    }
}

/// Why a text is no finding code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a finding code; `kyma-upgrade explain` lists them")]
pub struct NotACode(pub String);

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let found = CODES.iter().find(|info| info.name == text);
        found.map(|info| info.code).ok_or_else(|| NotACode(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name_and_no_text_is_empty() {
        for code in Code::all() {
            assert_eq!(code.as_str().parse(), Ok(code));
            let info = code.info();
            assert!(
                !info.meaning.is_empty() && !info.remedy.is_empty() && !info.example.is_empty()
            );
        }
    }
}
