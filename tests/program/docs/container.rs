//! The image: it cannot be built without a network, but what it is built from can be looked at.

use super::{root, text};

const FILE: &str = ".docker/Dockerfile";

/// The instructions of a Dockerfile, each in one line, without comments.
fn instructions() -> Vec<String> {
    let text = text(FILE);
    let lines = text.lines().filter(|it| !it.starts_with('#')).collect::<Vec<_>>().join("\n");
    let joined = lines.replace("\\\n", " ");
    let lines = joined.lines().filter(|it| !it.trim().is_empty());
    lines.map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The stages: what each begins with, and its instructions.
fn stages() -> Vec<(String, Vec<String>)> {
    let mut stages: Vec<(String, Vec<String>)> = Vec::new();
    for line in instructions() {
        match line.strip_prefix("FROM ") {
            Some(base) => stages.push((base.to_owned(), Vec::new())),
            None => stages.last_mut().unwrap().1.push(line),
        }
    }
    stages
}

#[test]
fn the_image_is_built_as_the_sources_want_it_and_has_no_user_of_power() {
    let stages = stages();
    let (builder, build) = &stages[0];
    let rust = format!("rust:{}-slim-", env!("CARGO_PKG_RUST_VERSION"));
    assert!(builder.starts_with(&rust), "{builder} is not of {rust}");
    let program = "/usr/local/bin/kyma-upgrade";
    assert!(build.iter().any(|it| it.contains("cargo build --release --locked")));
    assert!(build.iter().any(|it| it.ends_with(&format!("target/release/kyma-upgrade {program}"))));
    for (base, stage) in &stages[1..] {
        let has = |line: &str| assert!(stage.iter().any(|it| it == line), "{base}: no {line}");
        has(&format!("COPY --from=builder {program} {program}"));
        has(&format!("ENTRYPOINT [\"{program}\"]"));
        has("USER 65532:65532");
        has("ENV HOME=/tmp");
    }
    let (last, stage) = stages.last().unwrap();
    assert!(last.contains("distroless") && last.ends_with(":nonroot"), "{last}");
    assert!(!stage.iter().any(|it| it.starts_with("RUN")), "the last stage has no shell");
}

#[test]
fn the_image_is_built_from_files_that_are_there_and_from_all_that_are_needed() {
    let ignored = text(".docker/Dockerfile.dockerignore");
    let kept: Vec<_> = ignored.lines().filter_map(|it| it.strip_prefix('!')).collect();
    assert!(ignored.lines().any(|it| it == "*"), "nothing else gets near an image");
    // Schemas stand in the documentation and may be built in.
    for path in kept.iter().filter(|it| **it != "docs/schemas") {
        assert!(root().join(path).exists(), "there is no {path}");
    }
    for line in instructions().iter().filter(|it| it.starts_with("COPY ")) {
        let words: Vec<_> = line.split(' ').skip(1).collect();
        if !words[0].starts_with("--") && words[0] != "." {
            assert!(kept.contains(&words[0]), "{} is ignored", words[0]);
        }
    }
    for needed in ["Cargo.toml", "Cargo.lock", "src", "benches", "fixtures/demo"] {
        assert!(kept.contains(&needed), "{needed} is ignored");
    }
}

#[test]
fn a_job_finds_the_program_and_a_home_in_the_image() {
    // The Job runs `kyma-upgrade`, which has to be on the path of the image, with this home.
    let job = text("src/commands/job.rs");
    assert!(job.contains("json!([\"kyma-upgrade\"])"));
    assert!(job.contains("{\"name\": \"HOME\", \"value\": \"/tmp\"}"));
}
