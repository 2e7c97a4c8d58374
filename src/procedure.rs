//! What is done at a hop, in order: the one list that the steps of a plan and the simulation follow.
//!
//! # Decisions
//! * The acts follow the documented procedure of the release that the hop leads to. Where the
//!   procedure is known to be unsafe (two installers at work before 1.11.1), an act of ours is added
//!   and says so.
//! * What the artifacts show decides, not the version: the label is set where the Installation CR
//!   does not carry it.

use semver::Version;

use crate::bundle::{Bundle, File};
use crate::manifest::ObjectKey;
use crate::overrides::{Move, When};
use crate::release::{Generation, Role};

/// The label on the Installation CR that starts the operator, and the value with which it installs
/// and upgrades (Kyma, `components/kyma-operator/pkg/apis/installer/v1alpha1/types.go`).
pub const TRIGGER: (&str, &str) = ("action", "install");

/// Whether an Installation carries the label that starts the operator, which looks at nothing else.
pub fn is_triggered(installation: &serde_json::Value) -> bool {
    let label = installation["metadata"]["labels"][TRIGGER.0].as_str();
    label == Some(TRIGGER.1)
}

/// The version that an image of the installer is of; none where its tag names none.
pub fn version_of(image: &str) -> Option<Version> {
    // A tag follows the last colon, unless that belongs to the port of a registry.
    let name = image.split('@').next().unwrap_or(image);
    let tag = name.rsplit_once(':').map(|it| it.1).filter(|it| !it.contains('/'));
    tag.and_then(|it| Version::parse(it).ok())
}

/// One act of a hop.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// The installed version is compared with the one that the hop starts from.
    CheckVersion,
    /// A backup is taken.
    Backup,
    /// A migration guide is followed.
    Guide(&'a str),
    /// A copy of what the hop overwrites or deletes is kept, so that it can be put back.
    Save,
    /// Override keys of the user are moved: new ones are set before the hop, old ones go after it.
    Migrate(When),
    /// The Deployment of the installer is deleted.
    DeleteInstaller {
        /// Whether the document of the release says so.
        documented: bool,
    },
    /// A file is applied with `kubectl apply`.
    Apply(&'a File),
    /// The label that starts the operator is set.
    Label,
    /// The operator works; its end is waited for.
    Watch,
    /// The cluster is compared with what was predicted.
    Compare,
}

/// The acts of a hop to `to`, whose procedure is `generation`, whose guides are called `guides`, and
/// which moves override keys.
pub fn acts<'a>(
    to: &'a Bundle,
    generation: &Generation,
    (guides, moves): (&'a [String], &[Move]),
) -> Vec<Act<'a>> {
    let migrate = |when| moves.iter().any(|it| it.when == when).then_some(Act::Migrate(when));
    let mut acts = vec![Act::CheckVersion, Act::Backup];
    acts.extend(guides.iter().map(|it| Act::Guide(it)));
    acts.push(Act::Save);
    acts.extend(migrate(When::Before));
    acts.push(Act::DeleteInstaller { documented: generation.delete_installer });
    acts.extend(applied(to).map(Act::Apply));
    if to.installation().is_some_and(|it| !it.triggers()) {
        acts.push(Act::Label);
    }
    acts.push(Act::Watch);
    acts.extend(migrate(When::After));
    acts.push(Act::Compare);
    acts
}

/// The files of a release that are applied, in order.
pub fn applied(release: &Bundle) -> impl Iterator<Item = &File> {
    release.files.iter().filter(|it| it.role == Role::Tiller || it.role.is_applied())
}

/// The Deployment of the installer.
pub fn installer() -> ObjectKey {
    let name = "kyma-installer";
    ObjectKey::namespaced("apps", "Deployment", name, name)
}

/// The version of the API of the Installation, the same in all releases.
pub const INSTALLATION_API: &str = "installer.kyma-project.io/v1alpha1";

/// The custom resource that the operator works on. Its name and namespace are fixed until 1.13 and
/// the defaults afterwards (Kyma, `pkg/consts/const.go` at 1.0.0, `pkg/env/env.go` at 1.14.0).
pub fn installation() -> ObjectKey {
    let group = "installer.kyma-project.io";
    ObjectKey::namespaced(group, "Installation", "default", "kyma-installation")
}

/// The namespace whose `uid` tells clusters apart: no cluster is without it, and none makes it anew.
pub fn system_namespace() -> ObjectKey {
    ObjectKey::of_namespace("kube-system")
}
