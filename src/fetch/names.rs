//! Which names from a catalogue may become parts of URLs and paths, and what they are called.

use super::Error;
use crate::release::Resource;

/// Refuses names that could leave their folder, in a URL or on any file system.
pub(super) fn check(resource: &Resource) -> Result<(), Error> {
    match resource {
        Resource::Asset { tag, name } | Resource::Bucket { tag, name } => {
            segment(tag).and_then(|()| segment(name))
        }
        Resource::Raw { reference, path } => {
            segment(reference).and_then(|()| path.split('/').try_for_each(segment))
        }
        Resource::Archive { tag } => segment(tag),
        Resource::Notes { dir } => segment(dir),
    }
}

/// Refuses a name that is not one plain file name.
pub(super) fn segment(name: &str) -> Result<(), Error> {
    let dots = matches!(name, "" | "." | "..");
    let special = |it: char| matches!(it, '/' | '\\' | ':') || it.is_control();
    if dots || 255 < name.len() || name.contains(special) {
        let name = name.to_owned();
        return Err(Error::Name { name });
    }
    Ok(())
}

/// A file in words: `kyma-installer-cluster.yaml of release 1.2.0`.
pub(super) fn words(resource: &Resource) -> String {
    match resource {
        Resource::Asset { tag, name } => format!("{name} of release {tag}"),
        Resource::Bucket { tag, name } => format!("{name} of release {tag} in the bucket"),
        Resource::Raw { reference, path } if resource.is_mutable() => {
            format!("{path} on branch {reference}")
        }
        Resource::Raw { reference, path } => format!("{path} of release {reference}"),
        Resource::Archive { tag } => format!("the source archive of release {tag}"),
        Resource::Notes { dir } => format!("the release notes {dir}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_that_passes_is_one_plain_component_of_a_path(name in r"[./\\:a\x00-\x1f\PC]{0,6}") {
            if segment(&name).is_ok() {
                let parts: Vec<_> = Path::new(&name).components().collect();
                prop_assert_eq!(parts, [Component::Normal(name.as_ref())]);
            }
        }
    }

    #[test]
    fn names_of_real_releases_pass() {
        let names = ["1.2.0-rc1", "kyma-installer.yaml", ".md", "...", "ä b+c", "-"];
        assert!(names.iter().all(|it| segment(it).is_ok()));
    }

    #[test]
    fn names_that_could_leave_their_folder_are_refused() {
        let long = "a".repeat(256);
        let names = ["", ".", "..", "../x", "/etc", "a/b", "a\\b", "C:", "a\0", "a\nb", &long];
        for name in names {
            assert!(segment(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn each_part_of_a_resource_is_checked() {
        let (good, bad) = ("1.0.0".to_owned(), "..".to_owned());
        let raw = |reference: &str, path: &str| Resource::Raw {
            reference: reference.to_owned(),
            path: path.to_owned(),
        };
        let asset =
            |tag: &String, name: &String| Resource::Asset { tag: tag.clone(), name: name.clone() };
        assert!(check(&asset(&good, &good)).is_ok());
        assert!(check(&asset(&bad, &good)).is_err());
        assert!(check(&asset(&good, &bad)).is_err());
        assert!(check(&raw("1.0.0", "a/b/c")).is_ok());
        for path in ["a/../b", "/a", "a//b", "a/"] {
            assert!(check(&raw("1.0.0", path)).is_err(), "{path}");
        }
        assert!(check(&raw("..", "a")).is_err());
        assert!(check(&Resource::Notes { dir: bad }).is_err());
    }
}
