//! `approve`: somebody says yes to a saved plan.

use std::io::Read as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::output;
use crate::cli::ApproveArgs;
use crate::clock;
use crate::digest;
use crate::error::{Error, Exit};
use crate::files;
use crate::plan::{Approval, Plan, PlanError, PlannedGuide, Refusal, approval, ended};
use crate::report::sanitize;
use crate::signature;

pub(super) mod told;

/// The most bytes of a plan.
const MAX_PLAN: u64 = 256 << 20;

/// The most bytes of a guide, and of all approvals.
const MAX_TEXT: u64 = 16 << 20;

pub(super) fn run(args: &ApproveArgs) -> Result<Exit, Error> {
    let plan = read_plan(&args.plan)?;
    is_open(&plan)?;
    let guides = resolve(&plan, &args.guide)?;
    let now = clock::now();
    let note = args.note.as_deref();
    let mut approval = Approval::new(&plan, (&args.name, now), guides.iter().copied(), note);
    let file = args.file();
    files::check_writable(&file)?;
    if let Some(key) = &args.sign {
        signature::sign(&mut approval, key)?;
    }
    let approvals = append(args, &file, approval)?;
    output::warn(&told::warnings(&plan, &guides));
    if !args.console.quiet {
        output::print(&told::approved(&plan, &approvals, &file))?;
    }
    Ok(Exit::Done)
}

/// Adds an approval to a file, and says what the file holds then.
fn append(args: &ApproveArgs, file: &Path, approval: Approval) -> Result<Vec<Approval>, Error> {
    let held = lock(&args.plan)?;
    let (old, mut approvals) = read_approvals(file)?;
    files::write_atomically(file, (old + &approval.line()).as_bytes())?;
    drop(held);
    approvals.push(approval);
    Ok(approvals)
}

/// Holds the plan file, so that of several people who approve it at the same time nobody's line is
/// lost. Dropping the file lets go of it.
fn lock(plan: &Path) -> Result<Option<std::fs::File>, Error> {
    let Ok(file) = std::fs::File::open(plan) else {
        // Reading it tells why.
        return Ok(None);
    };
    match file.lock() {
        Ok(()) => Ok(Some(file)),
        // A file system without locks, as some that are shared over a network.
        Err(error) if error.kind() == std::io::ErrorKind::Unsupported => Ok(None),
        Err(error) => {
            let text = format!("cannot lock {}: {error}", plan.display());
            Err(Error::failed(text).hint("copy the plan to a folder of this machine"))
        }
    }
}

/// Reads a saved plan.
pub(super) fn read_plan(path: &Path) -> Result<Plan, Error> {
    let bytes = unpacked(path, files::read_limited(path, MAX_PLAN)?)?;
    Plan::read(&bytes).map_err(|error| {
        let text = format!("cannot use the plan {}: {error}", path.display());
        match error {
            PlanError::Tampered(_) => Error::refused(text)
                .hint("get the file again from where it was reviewed, or make the plan again"),
            PlanError::Format(_) => Error::refused(text)
                .hint("use the program that made the plan, or make the plan again"),
            _ => Error::failed(text).hint("name a file that `plan --save-plan` wrote"),
        }
    })
}

/// The bytes of a plan, which may be compressed: `job` puts it into a ConfigMap like that.
fn unpacked(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut plan = Vec::new();
    let read = MultiGzDecoder::new(&*bytes).take(MAX_PLAN + 1).read_to_end(&mut plan);
    let wrong = |why: String| {
        let text = format!("cannot use the plan {}: {why}", path.display());
        Error::failed(text).hint("get the file again from where it was made")
    };
    read.map_err(|error| wrong(format!("it cannot be unpacked: {error}")))?;
    if MAX_PLAN < plan.len() as u64 {
        return Err(wrong(format!("it is larger than {} unpacked", files::size(MAX_PLAN))));
    }
    Ok(plan)
}

/// Refuses a plan that nobody may carry out, whoever approves it.
fn is_open(plan: &Plan) -> Result<(), Error> {
    let expired = plan.valid_until.filter(|it| *it < clock::now()).map(Refusal::Expired);
    let blocked = (!plan.ready).then_some(Refusal::Blocked);
    match expired.or(blocked).or_else(|| ended(plan, clock::now())) {
        Some(refusal) => {
            let text = format!("cannot approve {}: {refusal}", plan.short_digest());
            Err(Error::refused(text).hint(refusal.hint()))
        }
        None => Ok(()),
    }
}

/// The guides of the plan that were named, each once.
fn resolve<'a>(plan: &'a Plan, named: &[String]) -> Result<Vec<&'a PlannedGuide>, Error> {
    let mut found = Vec::new();
    for name in named {
        found.extend(of_name(plan, name)?);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The guides that have a name, or the text of a file.
fn of_name<'a>(plan: &'a Plan, name: &str) -> Result<Vec<&'a PlannedGuide>, Error> {
    let guides = plan.guides();
    let named: Vec<_> = guides.iter().copied().filter(|it| it.name == name).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let path = Path::new(name);
    if !path.is_file() {
        let text = format!("the plan has no guide {}, and there is no such file", sanitize(name));
        return Err(Error::usage(text).hint(has(plan)));
    }
    let text = digest::sha256(&files::read_limited(path, MAX_TEXT)?);
    let same: Vec<_> = guides.into_iter().filter(|it| it.sha256 == text).collect();
    if same.is_empty() {
        let text = format!("{} is not the text of a guide of the plan", path.display());
        return Err(Error::refused(text).hint(has(plan)));
    }
    Ok(same)
}

fn has(plan: &Plan) -> String {
    let guides: Vec<_> =
        plan.guides().iter().map(|it| format!("{} ({})", it.name, it.url)).collect();
    if guides.is_empty() {
        return "the plan has no guides; leave out --guide".to_owned();
    }
    format!("its guides are {}", guides.join(", "))
}

/// What a file of approvals holds, as it is and read; nothing where it does not exist.
pub(super) fn read_approvals(path: &Path) -> Result<(String, Vec<Approval>), Error> {
    if !path.exists() {
        return Ok((String::new(), Vec::new()));
    }
    let bytes = files::read_limited(path, MAX_TEXT)?;
    let source = path.display().to_string();
    let failed = |text: String| {
        Error::failed(text).hint("each line has to be as `approve` wrote it; remove what is not")
    };
    let text = String::from_utf8(bytes);
    let mut text = text.map_err(|_| failed(format!("{source} is no text in UTF-8")))?;
    let approvals = approval::read(&source, &text);
    let approvals = approvals.map_err(|error| failed(error.to_string()))?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok((text, approvals))
}
