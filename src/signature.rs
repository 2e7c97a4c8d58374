//! SSH signatures of approvals, made and checked by `ssh-keygen -Y`.
//!
//! # Decisions
//! * The program of the user is called instead of a library: it knows agents, hardware keys,
//!   certificates, revocations and the `allowed_signers` format with its dates, and this program
//!   never has a private key in its memory.
//! * A signature is checked for the name that the approval says, in a namespace of our own.
//! * One key counts for one name: somebody whose key is allowed for several names is one person.
//! * What is signed goes through standard input and is written to no file. Signatures and keys are
//!   given as files; of those, only the signature is a temporary one.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::files;
use crate::plan::Approval;
use crate::plan::approval::SIGNATURE_NAMESPACE;

/// The program that signs and verifies.
const PROGRAM: &str = "ssh-keygen";

/// Why something could not be signed, or signatures could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program does not start.
    #[error("cannot start {PROGRAM}, which makes and checks signatures: {0}")]
    Start(String),
    /// It is older than OpenSSH 8.2.
    #[error("this {PROGRAM} is too old to make and check signatures (-Y)")]
    TooOld,
    /// It does not sign.
    #[error("{PROGRAM} cannot sign with {}: {cause}", key.display())]
    Sign {
        /// The key.
        key: PathBuf,
        /// What it says.
        cause: String,
    },
    /// The list of those who may sign cannot be read.
    #[error("cannot read the allowed signers: {0}")]
    Allowed(#[from] files::Error),
    /// A temporary file cannot be written.
    #[error("cannot write a temporary file: {0}")]
    Temporary(#[from] io::Error),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Start(_) | Self::TooOld => "install OpenSSH 8.2 or newer",
            Self::Sign { .. } => {
                "name a private key file, or a public one whose private key is in your ssh-agent; try \
                 it with `ssh-keygen -Y sign -n kyma-upgrade -f KEY FILE`"
            }
            Self::Allowed(error) => error.hint(),
            Self::Temporary(_) => {
                "check the folder for temporary files (TMPDIR) and the room there"
            }
        }
    }
}

/// The most bytes of a list of allowed signers.
const LIMIT: u64 = 16 << 20;

/// Signs an approval with a key: a private key file, or a public one whose private key the agent
/// has. Where the key has a passphrase, the program asks for it on the terminal.
///
/// # Errors
/// When the program is missing or does not sign.
pub fn sign(approval: &mut Approval, key: &Path) -> Result<(), Error> {
    let mut command = program("sign");
    command.arg("-f").arg(key).stderr(Stdio::piped());
    let output = run(command, &approval.signed_bytes())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() && text.starts_with("-----BEGIN SSH SIGNATURE-----") {
        approval.signature = Some(text);
        return Ok(());
    }
    Err(Error::Sign { key: key.to_owned(), cause: last_line(&output) })
}

/// The approvals whose signature is good, and the names of the others with the reason.
#[derive(Debug, Default)]
pub struct Checked {
    /// Those with a good signature.
    pub signed: Vec<Approval>,
    /// Whose signature is not good, and why.
    pub refused: Vec<(String, String)>,
}

/// Checks the signatures of approvals against a list of allowed signers (see ALLOWED SIGNERS in
/// ssh-keygen(1)): each has to be signed by a key that the list allows for its name. The dates of
/// the list are compared with the clock by the program.
///
/// # Errors
/// When the program is missing, or the list cannot be read.
pub fn check(approvals: Vec<Approval>, allowed: &Path) -> Result<Checked, Error> {
    files::read_limited(allowed, LIMIT)?;
    let mut checked = Checked::default();
    let mut names = BTreeMap::new();
    for approval in approvals {
        let verified = verify(&approval, allowed)?.and_then(|key| {
            let name = names.entry(key).or_insert_with(|| approval.by.clone());
            let same = name.to_lowercase() == approval.by.to_lowercase();
            if same {
                Ok(())
            } else {
                Err(format!("the key that signed it signed for {name}, too"))
            }
        });
        match verified {
            Ok(()) => checked.signed.push(approval),
            Err(why) => checked.refused.push((approval.by, why)),
        }
    }
    Ok(checked)
}

/// The fingerprint of the key that signed an approval, or why its signature is not good.
fn verify(approval: &Approval, allowed: &Path) -> Result<Result<String, String>, Error> {
    let Some(signature) = &approval.signature else {
        return Ok(Err("it is not signed".to_owned()));
    };
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(signature.as_bytes())?;
    file.flush()?;
    let mut command = program("verify");
    command.arg("-f").arg(allowed).arg("-I").arg(&approval.by).arg("-s").arg(file.path());
    let output = run(command, &approval.signed_bytes())?;
    if output.status.success() {
        return Ok(Ok(fingerprint(&output)));
    }
    let why = "its signature is not that of a key that is allowed for this name now";
    Ok(Err(why.to_owned()))
}

/// The last word of `Good "kyma-upgrade" signature for NAME with ED25519 key SHA256:…`.
fn fingerprint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().last().unwrap_or_default().to_owned()
}

fn program(verb: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["-Y", verb, "-n", SIGNATURE_NAMESPACE]);
    command
}

/// Runs the program on what is signed.
fn run(mut command: Command, input: &[u8]) -> Result<Output, Error> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = |error: io::Error| Error::Start(error.to_string());
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading says why itself.
        stdin.write_all(input).unwrap_or_default();
    }
    let output = child.wait_with_output().map_err(start)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if errors.contains("unknown option -- Y") || errors.contains("illegal option -- Y") {
        return Err(Error::TooOld);
    }
    Ok(output)
}

/// The last line that the program said, without what would confuse a terminal.
fn last_line(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let line = errors.lines().rev().find(|it| !it.trim().is_empty()).unwrap_or("it says nothing");
    line.chars().filter(|it| !it.is_control()).collect()
}

#[cfg(test)]
mod tests;
