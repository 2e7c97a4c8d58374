//! The manual pages.

use crate::plugin::Links;

fn pages(links: &Links) -> Vec<(String, String)> {
    let output = links.run("kyma-upgrade", &["man", "--dir", "man"]).unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    let entries = fs_err::read_dir(links.path().join("man")).unwrap().flatten();
    let mut pages: Vec<_> = entries
        .map(|it| {
            (it.file_name().into_string().unwrap(), fs_err::read_to_string(it.path()).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_command_has_a_page_with_all_sections_that_names_pages_that_exist() {
    let links = Links::new();
    let pages = pages(&links);
    let mut names: Vec<_> = pages.iter().map(|it| it.0.trim_end_matches(".1").to_owned()).collect();
    for (name, page) in &pages {
        let title = name.trim_end_matches(".1");
        assert!(page.contains(&format!(".TH {title} 1")), "{name}: {page}");
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "\"EXIT STATUS\"",
            "ENVIRONMENT",
            "FILES",
            "\"SEE ALSO\"",
        ] {
            let found = page.contains(&format!(".SH {section}\n"))
                || page.contains(&format!(".SH \"{section}\"\n"));
            assert!(found, "{name}: {section}");
        }
        let others = page.lines().filter_map(|it| it.strip_prefix(".BR ")?.split(' ').next());
        for other in others.map(|it| it.replace("\\-", "-")).filter(|it| it != "kubectl") {
            assert!(names.contains(&other) && other != title, "{name}: {other}");
        }
    }
    names.retain(|it| it != "kyma-upgrade");
    let mut commands: Vec<_> =
        kyma_upgrade::cli::names().iter().map(|it| format!("kyma-upgrade-{it}")).collect();
    commands.sort();
    assert_eq!(names, commands);
}

#[test]
fn a_page_is_printed_as_it_is_written() {
    let links = Links::new();
    let pages = pages(&links);
    let printed =
        |args: &[&str]| String::from_utf8(links.run("kyma-upgrade", args).unwrap().stdout).unwrap();
    let page = |name: &str| pages.iter().find(|it| it.0 == name).unwrap().1.clone();
    assert_eq!(printed(&["man"]), page("kyma-upgrade.1"));
    assert_eq!(printed(&["man", "plan"]), page("kyma-upgrade-plan.1"));
}

#[test]
fn the_formatters_of_manual_pages_have_nothing_to_say_about_them() {
    let links = Links::new();
    for (name, page) in pages(&links) {
        let path = format!("man/{name}");
        let groff = ["-man", "-ww", "-Tutf8", path.as_str()];
        let Some(output) = links.run("groff", &groff) else { return };
        let warnings = String::from_utf8(output.stderr).unwrap();
        assert_eq!(warnings, "", "{name}");
        assert!(output.stdout.len() > page.len() / 2, "{name}");
        let Some(output) = links.run("man", &["--warnings", "-l", &path]) else { continue };
        assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
    }
}
