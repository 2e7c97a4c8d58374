//! Installing a release as an administrator does, with kubectl.

use std::path::{Path, PathBuf};

use crate::cluster::Cluster;

/// A release to install.
pub(crate) struct Install<'a> {
    /// The folder that has the files of releases in `download` and `raw`.
    pub(crate) folder: &'a Path,
    pub(crate) deployment: &'a str,
    pub(crate) version: &'a str,
    /// What is applied before.
    pub(crate) before: &'a str,
}

impl Install<'_> {
    /// Applies the files of the release until all is there. Nothing operates on it.
    pub(crate) fn apply(&self, cluster: &Cluster) {
        if !self.before.is_empty() {
            cluster.kubectl(&["apply", "-f", "-"], self.before);
        }
        let installer = format!("kyma-installer-{}.yaml", self.deployment);
        let config = (self.deployment == "local").then_some("kyma-config-local.yaml");
        let names = ["installation/resources/tiller.yaml"].into_iter().chain(config);
        let names: Vec<_> = names.chain([installer.as_str()]).collect();
        // A definition and its objects are in one file, and the namespace may come in the last one.
        for _ in 0..2 {
            for name in &names {
                if let Some(file) = file(self.folder, &format!("{}/{name}", self.version)) {
                    cluster.run(&["apply", "-f", file.to_str().unwrap()], "");
                }
            }
        }
    }
}

/// Where a file stands that the program names.
pub(crate) fn file(folder: &Path, source: &str) -> Option<PathBuf> {
    let places = ["download", "raw"].map(|it| folder.join(it).join(source));
    places.into_iter().find(|it| it.exists())
}
