//! The steps of a hop, in the order in which they have to be done.
//!
//! # Decisions
//! * The order is that of [`procedure`], which the simulation follows, too; here it gets its words.
//! * Every step carries the command that a person would type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overrides::{PlannedKept, PlannedMove, kept, moves};
use crate::bundle::{Bundle, File};
use crate::digest;
use crate::overrides::When;
use crate::path::Hop;
use crate::procedure::{self, Act};
use crate::release::{Deployment, Facts, Operator, Role};
use crate::simulate::Simulated;

/// What a step does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Reads something and compares it with what is expected.
    Check,
    /// Takes a backup, which is the only way back.
    Backup,
    /// Follows the migration guide.
    Guide,
    /// Keeps a copy of what the hop overwrites or deletes.
    Save,
    /// Moves override keys of the user.
    Migrate,
    /// Deletes an object.
    Delete,
    /// Applies a file.
    Apply,
    /// Sets a label.
    Label,
    /// Watches until the operator is done.
    Watch,
    /// Compares the cluster with what was predicted.
    Compare,
}

impl Action {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Backup => "backup",
            Self::Guide => "guide",
            Self::Save => "save",
            Self::Migrate => "migrate",
            Self::Delete => "delete",
            Self::Apply => "apply",
            Self::Label => "label",
            Self::Watch => "watch",
            Self::Compare => "compare",
        }
    }
}

/// One step of a hop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The version that the hop leads to, and the step's number in the hop: `1.1.0/3`.
    pub id: String,
    /// What it does.
    pub action: Action,
    /// To what: an object, a file, a guide.
    pub target: String,
    /// The command that a person would type, if there is one.
    pub command: Option<String>,
    /// What has to be true before the next step, in a few words.
    pub wait: Option<String>,
    /// What a person has to know.
    pub note: Option<String>,
    /// `sha256:…` over everything above and the file that is applied.
    pub digest: String,
}

const INSTALLER: &str = "Deployment/kyma-installer/kyma-installer";
const INSTALLATION: &str = "Installation/default/kyma-installation";

/// A step before it is numbered.
struct Draft {
    action: Action,
    target: String,
    command: Option<String>,
    wait: Option<String>,
    note: Option<String>,
    /// The digest of the file that is applied.
    content: Option<String>,
}

impl Draft {
    fn new(action: Action, target: impl Into<String>) -> Self {
        let target = target.into();
        Self { action, target, command: None, wait: None, note: None, content: None }
    }

    fn command(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    fn wait(self, wait: impl Into<String>) -> Self {
        Self { wait: Some(wait.into()), ..self }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    fn number(self, hop: &Hop, number: usize) -> Step {
        let id = format!("{}/{number}", hop.to);
        let parts = [
            Some(id.as_str()),
            Some(self.action.as_str()),
            Some(self.target.as_str()),
            self.command.as_deref(),
            self.wait.as_deref(),
            self.note.as_deref(),
            self.content.as_deref(),
        ];
        let digest = digest::of_parts(&parts);
        let Self { action, target, command, wait, note, .. } = self;
        Step { id, action, target, command, wait, note, digest }
    }
}

/// What the steps of a hop follow from.
#[derive(Debug)]
pub struct StepsInput<'a> {
    /// The hop.
    pub hop: &'a Hop,
    /// The release that it leads to.
    pub release: &'a Bundle,
    /// Which installation.
    pub deployment: Deployment,
    /// What is known about the releases.
    pub facts: &'a Facts,
    /// The names of its guides.
    pub guides: &'a [String],
    /// What the hop does to the cluster, where that can be told.
    pub simulated: Option<&'a Simulated>,
}

/// The steps of a hop.
pub fn steps(input: &StepsInput<'_>) -> Vec<Step> {
    let StepsInput { hop, release, deployment, facts, guides, simulated } = *input;
    let planned = simulated.map(|it| it.moves.as_slice()).unwrap_or_default();
    let acts = procedure::acts(release, facts.generation(&hop.to), (guides, planned));
    let numbered = acts.into_iter().zip(1..);
    let kept = simulated.map(kept).unwrap_or_default();
    let moves = simulated.map(moves).unwrap_or_default();
    let operator = facts.operator(&hop.to);
    let scene = Scene { hop, release, deployment, operator, kept, moves };
    let step = |(act, number)| scene.draft(act).number(hop, number);
    numbered.map(step).collect()
}

/// What the words of a step depend on.
struct Scene<'a> {
    hop: &'a Hop,
    release: &'a Bundle,
    deployment: Deployment,
    operator: &'a Operator,
    kept: Vec<PlannedKept>,
    moves: Vec<PlannedMove>,
}

impl Scene<'_> {
    fn draft(&self, act: Act<'_>) -> Draft {
        match act {
            Act::CheckVersion => check_version(self.hop),
            Act::Backup => backup(self.hop),
            Act::Guide(name) => follow_guide(name),
            Act::Save => save(self.hop),
            Act::DeleteInstaller { documented } => delete_installer(documented),
            Act::Migrate(when) => migrate(when, &self.moves),
            Act::Apply(file) => self.apply(file),
            Act::Label => label(),
            Act::Watch => watch(self.operator),
            Act::Compare => compare(self.hop),
        }
    }

    fn apply(&self, file: &File) -> Draft {
        let draft = apply(file, self.release, self.deployment);
        let objects = self.release.objects_of(file);
        let here = |it: &&PlannedKept| objects.iter().any(|own| own.key.to_string() == it.object);
        let kept: Vec<_> = self.kept.iter().filter(here).map(kept_text).collect();
        if kept.is_empty() {
            return draft;
        }
        draft.note(format!(
            "your values of these keys stay: {}; `kubectl apply` alone would undo them, so by hand \
             apply a copy of the file with your values merged in",
            kept.join("; ")
        ))
    }
}

fn check_version(hop: &Hop) -> Draft {
    Draft::new(Action::Check, INSTALLER)
        .command(
            "kubectl -n kyma-installer get deployment kyma-installer \
             -o jsonpath='{.spec.template.spec.containers[*].image}'",
        )
        .wait(format!("the image tag is {}", hop.from))
        .note("the image of this Deployment is the only record of the installed version, and a later step deletes it")
}

fn backup(hop: &Hop) -> Draft {
    Draft::new(Action::Backup, "cluster").wait("the backup is complete").note(format!(
        "Kyma has no downgrade: restoring a backup is the only way back to {}",
        hop.from
    ))
}

fn follow_guide(name: &str) -> Draft {
    Draft::new(Action::Guide, name)
        .wait("all steps that come before the upgrade are done")
        .note("its checklist stands below; steps marked `after` wait until the hop is done")
}

fn save(hop: &Hop) -> Draft {
    Draft::new(Action::Save, "what the hop overwrites or deletes")
        .command(format!(
            "(umask 077; kubectl get deployment,configmap,secret -n kyma-installer -o yaml; echo ---; \
             kubectl get installation -n default -o yaml) > before-{}.yaml",
            hop.to
        ))
        .wait("a copy of every object that the hop changes is kept")
        .note("the copy holds secret values: keep it where only you can read it")
}

fn migrate(when: When, moves: &[PlannedMove]) -> Draft {
    let texts = moves.iter().filter(|it| it.when == when).map(ToString::to_string);
    let (target, wait) = match when {
        When::Before => ("override keys that get new names", "the new keys are set beside the old"),
        When::After => ("old override keys", "they are gone"),
    };
    Draft::new(Action::Migrate, target).wait(wait).note(texts.collect::<Vec<_>>().join("; "))
}

fn delete_installer(documented: bool) -> Draft {
    let draft = Draft::new(Action::Delete, INSTALLER)
        .command("kubectl -n kyma-installer delete deployment kyma-installer --ignore-not-found")
        .wait("gone, and its Pods with it");
    if documented {
        return draft;
    }
    draft.note(
        "not in the document of this release; added because a rolling update leaves the old and the \
         new installer at work together (documented from 1.11.1 on)",
    )
}

fn kept_text(kept: &PlannedKept) -> String {
    let keys: Vec<_> = kept.keys.iter().map(|it| format!("`{it}`")).collect();
    format!("{} of {}", keys.join(", "), kept.object)
}

fn apply(file: &File, release: &Bundle, deployment: Deployment) -> Draft {
    let url = &file.artifact.url;
    let draft = Draft::new(Action::Apply, file.source()).command(format!("kubectl apply -f {url}"));
    let draft = match file.role {
        Role::Tiller => draft
            .command(format!("kubectl apply -f {url} && kubectl -n kube-system rollout status deployment tiller-deploy"))
            .wait("Tiller is rolled out"),
        Role::Config => draft.note(
            "overwrites your edits of the override objects that it holds: compare it with yours first \
             (`kubectl diff -f`), and apply a merged copy",
        ),
        Role::Installer => draft.note(installer_note(release, deployment)),
        Role::InstallationCr => draft.note("sets the component list; the operator starts on it"),
        Role::ConfigReference | Role::Charts => draft,
    };
    Draft { content: Some(file.artifact.sha256.clone()), ..draft }
}

fn installer_note(release: &Bundle, deployment: Deployment) -> String {
    let what = match deployment {
        Deployment::Cluster => "the installer for clusters",
        Deployment::Local => "the installer for Minikube",
    };
    if installation_has_namespace(release) {
        what.to_owned()
    } else {
        format!(
            "{what}; its Installation CR has no namespace, so the context's namespace has to be \
             `default` (`kubectl config set-context --current --namespace=default`)"
        )
    }
}

fn installation_has_namespace(release: &Bundle) -> bool {
    let metadata = |it: &crate::manifest::Installation<'_>| {
        it.object().node.get("metadata")?.get("namespace").cloned()
    };
    release.installation().is_none_or(|it| metadata(&it).is_some())
}

fn label() -> Draft {
    Draft::new(Action::Label, INSTALLATION)
        .command("kubectl -n default label installation/kyma-installation action=install --overwrite")
        .note("the Installation CR of this release does not carry the label, and without it nothing starts")
}

fn watch(operator: &Operator) -> Draft {
    Draft::new(Action::Watch, INSTALLATION)
        .command(
            "kubectl -n default get installation kyma-installation --watch \
             -o custom-columns=STATE:.status.state,DESCRIPTION:.status.description",
        )
        .wait("state is `Installed`")
        .note(format!(
            "Right after the previous step the state may still say `Installed` from the last run; wait \
             until it has changed once. {}",
            operator.watching()
        ))
}

fn compare(hop: &Hop) -> Draft {
    Draft::new(Action::Compare, "cluster")
        .wait(format!("the image tag is {} and every object is as predicted", hop.to))
        .note("a difference has to be understood before the next hop")
}
