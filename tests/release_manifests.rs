//! Reading and comparing the manifests of real releases, where they are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kyma_upgrade::diff::{documents, objects};
use kyma_upgrade::manifest::{Manifest, ObjectSet, read};
use kyma_upgrade::yaml::Limits;

/// The folder with the files of all releases, if `KYMA_RELEASE_DATA` says where they are.
#[expect(clippy::print_stdout, reason = "it has to be seen that a test did not run")]
fn downloads() -> Option<PathBuf> {
    let folder = std::env::var_os("KYMA_RELEASE_DATA");
    if folder.is_none() {
        println!("not run: KYMA_RELEASE_DATA does not say where the release data is");
    }
    folder.map(|it| Path::new(&it).join("download"))
}

/// The manifests of every release by their path below `folder`, such as `1.1.0/a.yaml`.
fn manifests(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for release in children(folder) {
        for path in children(&release) {
            if path.extension().is_some_and(|it| it == "yaml") {
                let name =
                    path.strip_prefix(folder).expect("a path below it").display().to_string();
                files.insert(name, fs_err::read(&path).expect("a file"));
            }
        }
    }
    assert!(!files.is_empty(), "no manifests in {}", folder.display());
    files
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let children = fs_err::read_dir(folder).expect("a folder");
    children.map(|it| it.expect("an entry").path()).collect()
}

#[test]
fn every_released_object_stands_where_it_says_and_differs_from_nothing_of_its_own() {
    let Some(folder) = downloads() else { return };
    for (name, bytes) in manifests(&folder) {
        let manifest = Manifest::new(name.as_str(), &bytes);
        let reading = read(&manifest, &Limits::default()).unwrap();
        assert_eq!(reading.problems, [], "{name}");
        let lines: Vec<&str> = std::str::from_utf8(&bytes).unwrap().lines().collect();
        for object in &reading.objects {
            let line = lines[usize::try_from(object.line()).unwrap() - 1];
            assert!(line.contains(':'), "{name}:{}: {line}", object.line());
        }
        let (set, _) = ObjectSet::new(reading.objects);
        let diff = objects(&set, &set);
        assert!(diff.is_empty() && diff.unchanged == set.len(), "{name}");
    }
}

#[test]
fn reading_only_what_differs_finds_the_same_between_any_two_releases() {
    let Some(folder) = downloads() else { return };
    let files = manifests(&folder);
    for asset in ["kyma-installer-cluster.yaml", "kyma-config-local.yaml"] {
        let releases: Vec<_> = files.iter().filter(|(name, _)| name.ends_with(asset)).collect();
        for pair in releases.windows(2) {
            let sides = [pair[0], pair[1]].map(|(name, bytes)| Manifest::new(name.as_str(), bytes));
            let limits = Limits::default();
            let [old, new] = sides.each_ref().map(|it| read(it, &limits).unwrap().objects);
            let whole = objects(&ObjectSet::new(old).0, &ObjectSet::new(new).0);
            let [old, new] = sides.map(|it| [it]);
            let less = documents(&old, &new, &limits).unwrap();
            assert_eq!(less.objects.added, whole.added);
            assert_eq!(less.objects.removed, whole.removed);
            assert_eq!(less.objects.renamed, whole.renamed);
            assert_eq!(less.objects.changed, whole.changed);
        }
    }
}
