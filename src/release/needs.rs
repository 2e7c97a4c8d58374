//! Which files of a release an upgrade to it needs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ArtifactLayout, Deployment, Generation, Resource};

/// What a file is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Upgrades Tiller before anything else.
    Tiller,
    /// Override objects that the procedure applies (local deployments).
    Config,
    /// Override objects that the procedure does not apply: a template to fill in, or those of the
    /// other deployment. They show which keys the release knows.
    ConfigReference,
    /// The installer, and the Installation CR where one file holds both.
    Installer,
    /// The Installation CR alone.
    InstallationCr,
    /// The source archive, which holds the charts that the installer image carries.
    Charts,
}

impl Role {
    /// Whether `kubectl apply` gets the file's objects as the installation's own.
    pub fn is_applied(self) -> bool {
        matches!(self, Self::Config | Self::Installer | Self::InstallationCr)
    }
}

/// A file that an upgrade needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What it is for.
    pub role: Role,
    /// The file.
    pub resource: Resource,
    /// Whether the upgrade cannot be done without it.
    pub required: bool,
}

impl Generation {
    /// The files of release `tag`, in the order in which the procedure applies them.
    pub fn needs(&self, tag: &str, deployment: Deployment) -> Vec<Need> {
        let mut needs = Vec::new();
        if self.tiller {
            needs.push(tiller(tag));
        }
        let local = deployment == Deployment::Local;
        let role = if local { Role::Config } else { Role::ConfigReference };
        needs.push(Need { required: local, ..asset(tag, role, "kyma-config-local.yaml") });
        if self.cluster_config && !local {
            let template = asset(tag, Role::ConfigReference, "kyma-config-cluster.yaml");
            needs.push(Need { required: false, ..template });
        }
        needs.extend(self.installer(tag, deployment));
        needs
    }

    fn installer(&self, tag: &str, deployment: Deployment) -> Vec<Need> {
        let deployment = deployment.as_str();
        match self.artifacts {
            ArtifactLayout::Whole => {
                let name = format!("kyma-installer-{deployment}.yaml");
                vec![asset(tag, Role::Installer, &name)]
            }
            ArtifactLayout::Split => {
                let cr = format!("kyma-installer-cr-{deployment}.yaml");
                let installer = asset(tag, Role::Installer, "kyma-installer.yaml");
                vec![installer, asset(tag, Role::InstallationCr, &cr)]
            }
        }
    }
}

fn asset(tag: &str, role: Role, name: &str) -> Need {
    let resource = Resource::Asset { tag: tag.to_owned(), name: name.to_owned() };
    Need { role, resource, required: true }
}

/// The file that the documents of 1.10 to 1.13 fetch from the repository.
fn tiller(tag: &str) -> Need {
    let path = "installation/resources/tiller.yaml".to_owned();
    let resource = Resource::Raw { reference: tag.to_owned(), path };
    Need { role: Role::Tiller, resource, required: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Facts;

    fn names(version: &str, deployment: Deployment) -> Vec<String> {
        let facts = Facts::builtin();
        let needs = facts.generation(&version.parse().unwrap()).needs(version, deployment);
        needs.iter().map(|it| it.resource.source()).collect()
    }

    #[test]
    fn each_generation_needs_its_own_files() {
        let cluster = Deployment::Cluster;
        assert_eq!(
            names("1.1.0", cluster),
            [
                "1.1.0/kyma-config-local.yaml",
                "1.1.0/kyma-config-cluster.yaml",
                "1.1.0/kyma-installer-cluster.yaml"
            ]
        );
        assert_eq!(
            names("1.10.0", Deployment::Local),
            [
                "1.10.0/installation/resources/tiller.yaml",
                "1.10.0/kyma-config-local.yaml",
                "1.10.0/kyma-installer-local.yaml"
            ]
        );
        assert_eq!(
            names("1.15.1", cluster)[1..],
            ["1.15.1/kyma-installer.yaml", "1.15.1/kyma-installer-cr-cluster.yaml"]
        );
    }
}
