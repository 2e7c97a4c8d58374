//! The module table of docs/architecture.md, kept true: who may import whom, and what the core never touches.

use std::path::{Path, PathBuf};

/// Core modules with what they may import. Values move to the right only.
const CORE: &[(&str, &[&str])] = &[
    ("finding", &[]),
    ("digest", &[]),
    ("yaml", &["finding"]),
    ("release", &["finding"]),
    ("path", &["finding", "release"]),
    ("manifest", &["yaml"]),
    ("overrides", &["manifest", "release", "yaml"]),
    ("chart", &["yaml"]),
    ("guide", &["finding", "release"]),
    ("bundle", &["chart", "finding", "manifest", "overrides", "release", "yaml"]),
    ("diff", &["manifest", "overrides", "yaml"]),
    ("rename", &["chart", "finding", "manifest", "overrides", "release", "yaml"]),
    ("analysis", &["bundle", "diff", "finding", "overrides", "release", "rename"]),
    (
        "liveness",
        &["analysis", "bundle", "chart", "finding", "manifest", "overrides", "release", "rename"],
    ),
    ("procedure", &["bundle", "manifest", "overrides", "release"]),
    ("simulate", &["bundle", "manifest", "overrides", "procedure", "release", "yaml"]),
    (
        "plan",
        &[
            "bundle",
            "digest",
            "finding",
            "manifest",
            "overrides",
            "path",
            "procedure",
            "release",
            "simulate",
            "yaml",
        ],
    ),
    ("journal", &["digest", "plan"]),
    (
        "lint",
        &[
            "analysis",
            "bundle",
            "finding",
            "guide",
            "liveness",
            "manifest",
            "overrides",
            "path",
            "procedure",
            "release",
            "rename",
            "simulate",
            "yaml",
        ],
    ),
    ("migrate", &["digest", "liveness", "manifest", "overrides", "rename", "yaml"]),
    (
        "report",
        &[
            "analysis",
            "bundle",
            "diff",
            "digest",
            "finding",
            "guide",
            "lint",
            "liveness",
            "manifest",
            "migrate",
            "overrides",
            "path",
            "plan",
            "release",
            "rename",
            "simulate",
        ],
    ),
    ("policy", &["finding", "lint", "manifest", "release", "yaml"]),
    ("schema", &["journal", "plan", "policy", "report"]),
    ("status", &["journal", "procedure", "release", "report"]),
];

/// What would make the core depend on the machine it runs on.
const FORBIDDEN: &[&str] = &[
    "std::fs",
    "fs_err",
    "std::env",
    "std::time",
    "std::net",
    "std::process",
    "tokio",
    "reqwest",
    "futures",
    "clap::",
    "kube::",
    "println!",
    "eprintln!",
    "async fn",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The files of a module without its tests: `foo.rs` and everything below `foo/`.
fn files(module: &str) -> Vec<PathBuf> {
    let mut files = vec![source().join(format!("{module}.rs"))];
    let mut folders = vec![source().join(module)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("a folder entry can be read").path();
            let is_test = path.file_stem().is_some_and(|it| it == "tests");
            match (path.is_dir(), is_test) {
                (_, true) => {}
                (true, _) => folders.push(path),
                (false, _) => files.push(path),
            }
        }
    }
    files.retain(|it| it.extension().is_some_and(|it| it == "rs"));
    files
}

/// The code of a file: without its unit tests and without comments.
fn code(path: &Path) -> String {
    let text = fs_err::read_to_string(path).expect("a source file can be read");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn imports(code: &str) -> Vec<String> {
    let starts = code.split("crate::").skip(1);
    let names = starts.map(|rest| {
        rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>()
    });
    names.filter(|it| !it.is_empty()).collect()
}

#[test]
fn a_core_module_imports_only_what_its_row_allows() {
    for (module, allowed) in CORE {
        for file in files(module) {
            for import in imports(&code(&file)) {
                let fine = import == *module || allowed.contains(&import.as_str());
                assert!(fine, "{} imports {import}", file.display());
            }
        }
    }
}

#[test]
fn the_core_knows_no_files_no_clock_no_network_and_prints_nothing() {
    for (module, _) in CORE {
        for file in files(module) {
            let code = code(&file);
            for word in FORBIDDEN {
                assert!(!code.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

/// The modules around the core.
const SHELL: &[&str] = &[
    "cli",
    "clock",
    "cluster",
    "commands",
    "demo",
    "error",
    "event",
    "execute",
    "fault",
    "fetch",
    "files",
    "program",
    "signature",
];

#[test]
fn every_module_is_in_the_table_or_in_the_shell() {
    let library = fs_err::read_to_string(source().join("lib.rs")).unwrap();
    let modules = library.lines().filter_map(|it| it.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        let known = SHELL.contains(&module) || CORE.iter().any(|(name, _)| *name == module);
        assert!(known, "{module} is in no table");
    }
}

/// The modules of a table of the page: the first words of its rows.
fn rows(page: &str, header: &str) -> Vec<String> {
    let table = page.lines().skip_while(|it| !it.starts_with(header)).skip(2);
    let rows = table.map_while(|it| it.strip_prefix("| `"));
    rows.filter_map(|it| Some(it.split('`').next()?.to_owned())).collect()
}

#[test]
fn the_tables_of_the_page_list_the_modules_in_their_order() {
    let page = fs_err::read_to_string(source().join("../docs/architecture.md")).unwrap();
    let core: Vec<_> = CORE.iter().map(|(name, _)| *name).collect();
    assert_eq!(rows(&page, "| core module |"), core);
    let mut shell = rows(&page, "| shell module |");
    shell.sort();
    assert_eq!(shell, SHELL);
}

#[test]
fn rows_of_the_core_only_look_to_the_left() {
    for (place, (module, allowed)) in CORE.iter().enumerate() {
        for import in *allowed {
            let left = CORE[..place].iter().any(|(name, _)| name == import);
            assert!(left, "{module} imports {import}, which stands to its right");
        }
    }
}
