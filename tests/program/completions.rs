//! Completions in real shells: what is typed, and what the shell makes of it.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::plugin::Links;
use crate::support::run;

/// The words of every test: no shell has the network or a cache.
const VERSIONS: [&str; 3] = ["1.1", "1.2", "1.3"];

fn script(shell: &str) -> String {
    let output = run(&["completions", shell]);
    assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
    String::from_utf8(output.stdout).unwrap()
}

/// An interactive shell on a terminal of its own, which `script` makes. It ends after 30 seconds.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: ChildStdout,
    seen: String,
}

impl Terminal {
    /// None where the shell or `script` is not installed.
    fn start(links: &Links, shell: &str) -> Option<Self> {
        let name = shell.split(' ').next().unwrap_or_default();
        let probe = links.run(name, &["-c", "exit 0"])?;
        assert!(probe.status.success());
        links.run("script", &["--version"])?;
        let args = ["30", "script", "-qec", shell, "/dev/null"];
        let mut command = links.command("timeout", &args);
        command.env("TERM", "xterm").env("KYMA_UPGRADE_PROGRESS", "none");
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let (keys, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Some(Self { child, keys, screen, seen: String::new() })
    }

    fn type_keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until a text is on the screen, and forgets what came up to there.
    fn expect(&mut self, text: &str) {
        let mut buffer = [0; 4096];
        while !self.seen.contains(text) {
            let read = self.screen.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "{text:?} is not on the screen: {:?}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        let (_, rest) = self.seen.split_once(text).unwrap();
        self.seen = rest.to_owned();
    }

    /// Types a line and a tabulator or two, and waits for what is completed or listed.
    fn completes(&mut self, typed: &str, shown: &[&str]) {
        self.type_keys(typed);
        for text in shown {
            self.expect(text);
        }
        // The line is thrown away.
        self.type_keys("\x15\x0becho got''ready\n");
        self.expect("gotready");
    }

    fn end(mut self) {
        self.type_keys("exit\n");
        drop(self.keys);
        self.child.wait().unwrap();
    }
}

#[test]
fn bash_completes_versions_codes_and_values_as_they_are_typed() {
    let links = Links::new();
    let Some(mut bash) = Terminal::start(&links, "bash --norc --noprofile -i") else {
        return;
    };
    bash.type_keys("PS1='$ '; source <(kyma-upgrade completions bash); echo got''ready\n");
    bash.expect("gotready");
    bash.completes("kyma-upgrade plan --source demo --from 1.0 --to 1.\t\t", &VERSIONS);
    bash.completes("kyma-upgrade ver\t", &["verify "]);
    bash.completes("kyma-upgrade explain override-rese\t", &["override-reset-by-artifact"]);
    bash.completes("kyma-upgrade plan --source=de\t", &["--source=demo"]);
    let line = "kyma-upgrade plan --source demo --accept guide-missing@1.\t\t";
    bash.completes(line, &["1.1", "1.2", "1.3"]);
    let line = "kyma-upgrade plan --source demo --accept guide-missing@1.2.\t\t";
    bash.completes(line, &["1.2.0", "1.2.1"]);
    let line = "kyma-upgrade plan --source demo --accept component-renamed@1.1:i\t";
    bash.completes(line, &["component-renamed@1.1:istio"]);
    bash.completes("kyma-upgrade path --depl\t", &["--deployment "]);
    bash.completes("kyma-upgrade plan --deployment l\t", &["local"]);
    bash.end();
}

#[test]
fn bash_completes_files_with_blanks_in_their_names() {
    let links = Links::new();
    fs_err::write(links.path().join("my overrides.yaml"), "").unwrap();
    let Some(mut bash) = Terminal::start(&links, "bash --norc --noprofile -i") else {
        return;
    };
    bash.type_keys("PS1='$ '; source <(kyma-upgrade completions bash); echo got''ready\n");
    bash.expect("gotready");
    bash.completes("kyma-upgrade overrides -f my\t", &["my\\ overrides.yaml"]);
    bash.end();
}

#[test]
fn zsh_completes_versions_and_codes_as_they_are_typed() {
    let links = Links::new();
    let Some(mut zsh) = Terminal::start(&links, "zsh -f -i") else {
        return;
    };
    let setup = "PS1='$ '; stty cols 100 rows 40; autoload -U compinit; compinit -u -D; \
                 source <(kyma-upgrade completions zsh); echo got''ready\n";
    zsh.type_keys(setup);
    zsh.expect("gotready");
    zsh.completes("kyma-upgrade plan --source demo --from 1.0 --to 1.\t\t", &["newest: 1.3.0"]);
    zsh.completes("kyma-upgrade explain override-rese\t", &["t-by-artifact"]);
    zsh.completes("kyma-upgrade plan --source demo --accept guide-missing@1.2.\t\t", &["1.2.1"]);
    zsh.end();
}

/// What fish completes.
fn fish(links: &Links, line: &str) -> Option<String> {
    let ask = format!("kyma-upgrade completions fish | source; complete -C '{line}'");
    let output = links.run("fish", &["--no-config", "-c", &ask])?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn fish_completes_versions_codes_and_files() {
    let links = Links::new();
    let Some(versions) = fish(&links, "kyma-upgrade plan --source demo --from 1.0 --to 1.") else {
        return;
    };
    let lines: Vec<_> = versions.lines().collect();
    assert_eq!(lines, ["1.1\tnewest: 1.1.0", "1.2\tnewest: 1.2.1", "1.3\tnewest: 1.3.0"]);
    let complete = |line| fish(&links, line).unwrap();
    let codes = complete("kyma-upgrade explain override-dead");
    assert_eq!(codes, "override-dead\tAn override has no effect\n");
    let accepted = complete("kyma-upgrade plan --source demo --accept guide-missing@1.3.0-");
    assert_eq!(accepted.split('\t').next(), Some("guide-missing@1.3.0-rc1"));
    fs_err::write(links.path().join("mine.yaml"), "").unwrap();
    assert_eq!(complete("kyma-upgrade overrides -f mi").trim(), "mine.yaml");
    assert!(complete("kyma-upgrade ").contains("verify\tCheck whether"));
}

#[test]
fn contexts_are_those_of_the_kubeconfig_and_no_login_command_runs() {
    let links = Links::new();
    let config = "apiVersion: v1\nkind: Config\ncontexts:\n- name: production\n  context: {cluster: a, user: a}\n\
                  - name: test\n  context: {cluster: a, user: a}\nclusters: []\nusers:\n- name: a\n  user:\n    \
                  exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/false}\n";
    fs_err::write(links.path().join("config"), config).unwrap();
    let line = "kyma-upgrade status --kubeconfig config --context ";
    assert_eq!(asked(&links, "fish", line), "production\ntest\n");
    assert_eq!(asked(&links, "fish", "kyma-upgrade status --kubeconfig none --context "), "");
}

/// What the program answers to a shell about a line.
fn asked(links: &Links, shell: &str, line: &str) -> String {
    let words: Vec<_> = ["--"].into_iter().chain(line.split(' ')).collect();
    let mut command = links.command("kyma-upgrade", &words);
    let output = command.env("KYMA_UPGRADE_COMPLETE", shell).output().unwrap();
    assert!(output.stderr.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn without_a_cache_no_version_is_known_and_nothing_is_said() {
    let links = Links::new();
    assert_eq!(asked(&links, "fish", "kyma-upgrade plan --from 1."), "");
    assert_eq!(asked(&links, "fish", "kyma-upgrade plan --source nowhere --from 1."), "");
    assert_eq!(asked(&links, "fish", "kyma-upgrade plan --source demo --from 2."), "");
    assert_eq!(fs_err::read_dir(links.path()).unwrap().count(), 2, "something was written");
}

#[test]
fn versions_are_those_of_the_mirror_that_the_line_names() {
    let links = Links::new();
    let mut history = crate::support::History::default();
    history.plain("1.4.0").plain("1.5.0").plain("1.5.1");
    history.write(&links.path().join("releases"));
    let line = "kyma-upgrade path --source releases 1.4 1.";
    assert_eq!(asked(&links, "fish", line), "1.4\tnewest: 1.4.0\n1.5\tnewest: 1.5.1\n");
    let line = "kyma-upgrade plan --source=releases --from 1.4 --to 1.5";
    assert_eq!(asked(&links, "fish", line).lines().count(), 3);
}

#[test]
fn a_variable_that_is_set_by_accident_changes_nothing() {
    let links = Links::new();
    for (name, value) in [
        ("COMPLETE", "bash"),
        ("KYMA_UPGRADE_COMPLETE", "bash"),
        ("KYMA_UPGRADE_COMPLETE", "frob"),
        ("KYMA_UPGRADE_COMPLETE", ""),
    ] {
        let mut command =
            links.command("kyma-upgrade", &["path", "1.0", "1.3", "--source", "demo"]);
        let output = command.env(name, value).output().unwrap();
        assert!(output.status.success(), "{name}={value}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("1.3.0"), "{name}={value}");
    }
}

#[test]
fn scripts_of_shells_that_are_not_here_have_the_shape_that_registers_them() {
    let powershell = script("powershell");
    assert!(powershell.starts_with("Register-ArgumentCompleter -Native -CommandName kyma-upgrade"));
    assert!(powershell.contains("$env:KYMA_UPGRADE_COMPLETE = \"powershell\""));
    assert!(powershell.contains("& kyma-upgrade -- $args"));
    assert_eq!(powershell.matches('{').count(), powershell.matches('}').count());
    let elvish = script("elvish");
    assert!(elvish.starts_with("set edit:completion:arg-completer[kyma-upgrade]"));
    println!("PowerShell and Elvish are not run: their scripts are checked for shape only");
}

#[test]
fn kubectl_completes_the_plugin() {
    let links = Links::new();
    let helper = links.path().join("kubectl_complete-kyma_upgrade");
    fs_err::write(&helper, script("kubectl")).unwrap();
    fs_err::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let words = ["plan", "--source", "demo", "--from", "1.0", "--to", "1."];
    let expected = "1.1\tnewest: 1.1.0\n1.2\tnewest: 1.2.1\n1.3\tnewest: 1.3.0\n:4\n";
    let output = links.run(helper.to_str().unwrap(), &words).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    let all: Vec<_> = ["__complete", "kyma-upgrade"].into_iter().chain(words).collect();
    let Some(output) = links.run("kubectl", &all) else {
        return;
    };
    let completed = String::from_utf8(output.stdout).unwrap();
    if completed.lines().count() < 4 {
        println!("this kubectl does not complete plugins (1.26 and newer do): {completed}");
        return;
    }
    assert_eq!(completed, expected);
}
