//! What stands below the options in the help texts.

/// Below the commands.
pub(super) const PROGRAM: &str = "\
Start here:
  kyma-upgrade plan --source demo --from 1.0 --to 1.3    a built-in example, without a network
  kyma-upgrade plan --from 1.9 --to 1.13                 a real upgrade, from GitHub

Exit codes:
  0    done; the plan is ready
  1    the command could not do its work (network, file, cluster)
  2    the command line or the policy file makes no sense
  3    the verdict is `blocked`
  4    refused: a downgrade, an unknown version, a plan that does not hold or is not approved
  5    `apply` stopped part-way; run it again to go on
  130  interrupted

`kyma-upgrade COMMAND --help` tells the rest.";

/// Below `plan`.
pub(super) const PLAN: &str = "\
Examples:
  kyma-upgrade plan --from 1.9 --to 1.13
  kyma-upgrade plan --from 1.9 --to 1.13 --report plan.md --report plan.json
  kyma-upgrade plan --from 1.9 --to 1.13 -f overrides/ --report plan.sarif
  kyma-upgrade plan --from 1.9 --to 1.13 --accept guide-missing@1.10 --fail-on warning";

/// Below `path`.
pub(super) const PATH: &str = "\
Examples:
  kyma-upgrade path 1.9 1.13
  kyma-upgrade path 1.9 1.13 --via 1.11.0";

/// Below `diff`.
pub(super) const DIFF: &str = "\
Examples:
  kyma-upgrade diff 1.12 1.13
  kyma-upgrade diff old.yaml new/
  kubectl get configmap -A -o yaml | kyma-upgrade diff before.yaml -";

/// Below `overrides`.
pub(super) const OVERRIDES: &str = "\
Examples:
  kyma-upgrade overrides --from 1.9 --to 1.13 -f my-overrides.yaml
  kyma-upgrade overrides --from 1.9 --to 1.13 -f my-overrides.yaml --migrate new/
  kubectl get cm,secret -n kyma-installer -l installer=overrides -o yaml |
    kyma-upgrade overrides --from 1.9 --to 1.13 -f -";

/// Below `guides`.
pub(super) const GUIDES: &str = "\
Examples:
  kyma-upgrade guides 1.9 1.13
  kyma-upgrade guides 1.9 1.13 --show";

/// Below `verify`.
pub(super) const VERIFY: &str = "\
The plan is compared with what it was made from: its own digest, the releases and guides at their
source, and of the cluster exactly those fields from which it concluded something. Other changes of
the cluster do not matter. Nothing is changed. Exit code 4 says that the plan does not hold.

Examples:
  kyma-upgrade verify plan.json --context production
  kyma-upgrade verify plan.json --show -o markdown       the report that was made with it";

/// Below `apply`.
pub(super) const APPLY: &str = "\
Before the first change and before every hop it is checked, without changing anything, that the plan
holds, that Kyma is settled at the version that the hop starts from, that you may do every step, and
that there is a backup. After every hop the cluster is compared with the prediction.

Every step stands in the journal before it is done, here and in the cluster. Whatever stops the
program, Ctrl-C among it, run the same command again, here or on another machine.

Examples:
  kyma-upgrade apply plan.json --context production --dry-run
  kyma-upgrade apply plan.json --context production --backup-done velero/before-1.13
  kyma-upgrade apply plan.json --context production --pause-after 1.11.1 --record change.md";

/// Below `approve`.
pub(super) const APPROVE: &str = "\
An approval is bound to the digest of the plan: any change of the plan voids it. Without a signature
it proves nothing about who wrote it. A plan that is blocked or expired cannot be approved (exit
code 4).

Examples:
  kyma-upgrade approve upgrade.plan --as alice@example.org --guide 1.10-1.11.md
  kyma-upgrade approve upgrade.plan --as alice@example.org --note CHG-1234 --sign ~/.ssh/id_ed25519";

/// Below `status`.
pub(super) const STATUS: &str = "\
The cluster is only read. Error means something else in every generation of the operator, so the
text says whether it tries again and how to go on. A cluster without an Installation is no error.

Examples:
  kyma-upgrade status
  kyma-upgrade status --watch --context production
  kyma-upgrade status -o json | jq -r .phase";

/// Below `roles`.
pub(super) const ROLES: &str = "\
One service account only reads, the other one applies. The artifacts hold roles for the installer,
which may do everything; whoever applies them needs the verbs `escalate` and `bind`, which is as much
as cluster-admin. Delete its bindings after the upgrade.

Examples:
  kyma-upgrade roles upgrade.plan | kubectl apply -f -
  kyma-upgrade roles > roles.yaml";

/// Below `job`.
pub(super) const JOB: &str = "\
A long upgrade outlives a laptop inside the cluster: Kubernetes starts the Job again when it stops
part-way, and it goes on from the journal in the cluster. The service account is that of `roles`.

Examples:
  kyma-upgrade job upgrade.plan --image registry.example.org/kyma-upgrade:0.1 | kubectl apply -f -
  kyma-upgrade job upgrade.plan --image IMAGE -- --backup-done CHG-1234 --pause-after 1";

/// Below `snapshot`.
pub(super) const SNAPSHOT: &str = "\
The cluster is only read: what the installer and Tiller consist of, overrides, custom resource
definitions, roles, and which Helm releases there are. What you may not list is told and left out.
Values of Secrets and what looks like a credential are not in the file, but a key is with which
guesses can be tested. Keep the file to yourself.

Examples:
  kyma-upgrade snapshot --write cluster.json
  kyma-upgrade snapshot --context production --write production.json";

/// Below `mirror`.
pub(super) const MIRROR: &str = "\
Examples:
  kyma-upgrade mirror --from 1.9 --to 1.13 releases/
  kyma-upgrade plan --from 1.9 --to 1.13 --source releases/    behind the air gap";

/// Below `schema`.
pub(super) const SCHEMA: &str = "\
A validator needs nothing but the schema. Within a format fields may be added and none is renamed or
dropped.

Examples:
  kyma-upgrade schema report > report-1.json
  kyma-upgrade plan --source demo --from 1.0 --to 1.3 -o json > report.json
  check-jsonschema --schemafile report-1.json report.json";

/// Below `completions`.
pub(super) const COMPLETIONS: &str = "\
The script asks the program for each word, so it has to be on the PATH. Versions are those that are
in the download cache, in a mirror or built in; completing never uses the network.

Examples:
  source <(kyma-upgrade completions bash)                    in ~/.bashrc
  source <(kyma-upgrade completions zsh)                     in ~/.zshrc, after compinit
  kyma-upgrade completions fish > ~/.config/fish/completions/kyma-upgrade.fish
  kyma-upgrade completions powershell | Out-String | Invoke-Expression    in $PROFILE
  kyma-upgrade completions kubectl > ~/bin/kubectl_complete-kyma_upgrade  and chmod +x it";

/// Below `man`.
pub(super) const MAN: &str = "\
Examples:
  kyma-upgrade man | man -l -
  kyma-upgrade man plan | man -l -
  kyma-upgrade man --dir ~/.local/share/man/man1";

/// Below `explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  kyma-upgrade explain
  kyma-upgrade explain override-renamed
  kyma-upgrade explain -o markdown";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn the_help_tells_every_exit_code_as_the_manual_pages_do() {
        let line = |it: Exit| format!("\n  {:<4} {}\n", it as u8, it.meaning());
        for exit in Exit::ALL {
            assert!(PROGRAM.contains(&line(exit)), "{exit:?}");
        }
    }
}
