//! The built-in example: four small minors of an invented history.
//!
//! # Decisions
//! * The files stand in `fixtures/demo` in the layout of a mirror and are built into the program, so
//!   that the first command that anybody tries works without a network.
//! * They show one of each: a renamed override, a missing guide, a stale guide, a guide that leaves
//!   something out, a changed manifest, a renamed and a removed component; and overrides of a user
//!   (`my-overrides.yaml`) that are renamed, moved, split, merged, removed or of the wrong type, with
//!   a policy (`kyma-upgrade.yaml`) that accepts that; and a cluster (`cluster-state.json`) in which
//!   some of the release's own objects were edited.
//! * The source archives are made with `tar --sort=name --mtime=@0 --owner=0 --group=0 -czf`; to
//!   change a chart, unpack, edit and pack again.

/// Builds the list of embedded files from their paths below `fixtures/demo`.
macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../fixtures/demo/", $path)))),*]
    };
}

/// The files of the example: path and content.
pub const FILES: &[(&str, &[u8])] = embedded![
    "archive/1.0.0.tar.gz",
    "archive/1.1.0.tar.gz",
    "archive/1.2.0.tar.gz",
    "archive/1.2.1.tar.gz",
    "archive/1.3.0-rc1.tar.gz",
    "archive/1.3.0.tar.gz",
    "cluster-state.json",
    "download/1.0.0/kyma-config-local.yaml",
    "download/1.0.0/kyma-installer-cluster.yaml",
    "download/1.0.0/kyma-installer-local.yaml",
    "download/1.1.0/kyma-config-local.yaml",
    "download/1.1.0/kyma-installer-cluster.yaml",
    "download/1.1.0/kyma-installer-local.yaml",
    "download/1.2.0/kyma-config-local.yaml",
    "download/1.2.0/kyma-installer-cluster.yaml",
    "download/1.2.0/kyma-installer-local.yaml",
    "download/1.2.1/kyma-config-local.yaml",
    "download/1.2.1/kyma-installer-cluster.yaml",
    "download/1.2.1/kyma-installer-local.yaml",
    "download/1.3.0-rc1/kyma-config-local.yaml",
    "download/1.3.0-rc1/kyma-installer-cluster.yaml",
    "download/1.3.0-rc1/kyma-installer-local.yaml",
    "download/1.3.0/kyma-config-local.yaml",
    "download/1.3.0/kyma-installer-cluster.yaml",
    "download/1.3.0/kyma-installer-local.yaml",
    "guides/release-1.2.json",
    "guides/release-1.3.json",
    "kyma-upgrade.yaml",
    "my-overrides.yaml",
    "notes.json",
    "notes/2019-05-17-release-notes-1.1/index.md",
    "notes/2019-06-13-release-notes-1.2/index.md",
    "notes/2019-07-12-release-notes-1.3/index.md",
    "raw/release-1.2/docs/migration-guides/1.1-1.2.md",
    "raw/release-1.3/docs/migration-guides/1.1-1.2.md",
    "raw/release-1.3/docs/migration-guides/1.2-1.3.md",
    "releases.json",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::ChartIndex;
    use crate::fetch::archive;

    #[test]
    fn every_archive_holds_whole_charts_of_all_components() {
        let archives = FILES.iter().filter(|it| it.0.starts_with("archive/"));
        for (path, bytes) in archives {
            let found = archive::charts(*bytes, &archive::Limits::default()).unwrap();
            let index = ChartIndex::build(&found.files);
            for component in ["core", "dex", "helm-broker", "istio", "monitoring"] {
                let chart = index.get(component).unwrap_or_else(|| panic!("{path}: {component}"));
                assert_eq!(chart.problems, [], "{path}");
                assert!(chart.values.keys().all(|it| chart.is_live(it)), "{path}: {component}");
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo");
        let mut found = Vec::new();
        let mut folders = vec![std::path::PathBuf::from(root)];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        let built_in: Vec<_> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(found, built_in);
    }
}
