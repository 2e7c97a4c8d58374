//! Command lines that make no sense: exit code 2, before any work.

use super::{Place, TOKEN, failed, fails, text};

#[test]
fn slips_in_values_are_named_with_what_would_be_right() {
    fails("no_version", 2, "plan --from 1.o --to 1.3");
    fails("no_version_to_pass_through", 2, "path 1.0 1.3 --via 1.2.x");
    fails("no_such_severity", 2, "plan --from 1.0 --to 1.3 --fail-on info");
    fails("accept_with_a_slip", 2, "diff 1.0 1.3 --accept guide-mising@1.3");
    fails("accept_without_a_version", 2, "diff 1.0 1.3 --accept guide-missing@");
    fails("no_such_code", 2, "explain overide-renamed");
    fails("nothing_like_a_code", 2, "explain frobnicate");
    fails("no_such_command", 2, "pln --from 1.0 --to 1.3");
    fails("overrides_of_no_cluster", 2, "plan --from 1.0 --to 1.3 --source demo --keep-overrides");
    let line = "plan --from 1.0 --to 1.3 --source demo --migrate-overrides -f mine.yaml";
    fails("overrides_of_files_are_not_moved", 2, line);
    fails("no_time_for_downloads", 2, "releases --download-timeout 0");
}

#[test]
fn a_report_without_a_format_is_refused_before_anything_is_written() {
    fails("report_without_format", 2, "path 1.0 1.3 --source demo --report a.md --report b.foo");
}

#[test]
fn the_usage_line_tells_only_what_is_required_whatever_the_environment_holds() {
    let place = Place::new();
    let line = "plan --to 1.3";
    let mut command = place.command_at("http://127.0.0.1:1", line);
    let output = command.env("GITHUB_TOKEN", TOKEN).output().unwrap();
    failed("missing_option", 2, line, &output);
}

#[test]
fn base_urls_with_secrets_are_refused_without_showing_them() {
    let secrets = "releases --github-api-url https://me:secret@github.example.com";
    let output = Place::new().run(secrets);
    assert!(!text(&output.stderr).contains("secret"));
    let shown = secrets.replace("secret", "[SECRET]");
    failed("base_url_with_password", 2, &shown, &output);
    let query = "releases --bucket-url https://bucket.example.com/?sig=secret";
    let output = Place::new().run(query);
    assert!(!text(&output.stderr).contains("secret"));
    failed("base_url_with_query", 2, &query.replace("secret", "[SECRET]"), &output);
    fails("no_base_url", 2, "releases --github-url github.com");
}

#[test]
fn variables_without_a_value_count_as_not_set() {
    let place = Place::new();
    let mut command = place.command_at("", "releases --source demo");
    for name in ["COLUMNS", "GITHUB_TOKEN", "KYMA_UPGRADE_CACHE_DIR"] {
        command.env(name, "");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut command = place.command_at("", "releases --offline");
    let output = command.env("KYMA_UPGRADE_CACHE_DIR", "").output().unwrap();
    let said = text(&output.stderr);
    assert!(said.contains("https://api.github.com/"), "{said}");
    assert!(said.contains(".cache/kyma-upgrade"), "{said}");
}
