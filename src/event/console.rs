//! What a run says on standard error: progress, notes, warnings and its error.
//!
//! # Decisions
//! * A process has one standard error, so there is one console in it, and everything that is said
//!   there goes through it. So a warning does not tear a bar apart, and as JSON it is an event.
//! * Bars only on a terminal that can move its cursor; elsewhere lines.
//! * A write to standard error that fails is ignored: nothing depends on it.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::ProgressDrawTarget;

use super::bars::Bars;
use super::lines::Lines;
use super::stream::Stream;
use super::{Event, Sink};
use crate::program::Program;

/// How often it is looked whether a line is due.
const TICK: Duration = Duration::from_millis(500);

/// The console of this process.
static CONSOLE: OnceLock<Console> = OnceLock::new();

/// How events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// Bars, and lines above them.
    Bars,
    /// Lines.
    Lines,
    /// JSON, one object on a line; also everything else that is said.
    Json,
    /// Nothing.
    Nothing,
}

/// How a run speaks.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How events are shown.
    pub display: Display,
    /// Whether notes are left out.
    pub quiet: bool,
    /// How the program was called.
    pub program: Program,
    /// The words that may follow its name in a command.
    pub words: Vec<String>,
    /// The command that runs.
    pub command: String,
}

struct Console {
    settings: Settings,
    shown: Shown,
}

enum Shown {
    Bars(Box<Bars>),
    Lines(Arc<Mutex<Lines>>, Instant),
    Json(Mutex<Stream>),
    Nothing,
}

/// Whether standard error is a terminal that can show bars.
pub fn can_show_bars() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|it| it != "dumb")
}

/// Opens the console of this process; the first one stays.
pub fn open(settings: Settings) {
    let begin = matches!(settings.display, Display::Json).then(|| Stream::begin(&settings.command));
    let shown = match settings.display {
        Display::Bars => Shown::Bars(Box::new(Bars::new(ProgressDrawTarget::stderr()))),
        Display::Lines => lines(),
        Display::Json => Shown::Json(Mutex::default()),
        Display::Nothing => Shown::Nothing,
    };
    if CONSOLE.set(Console { settings, shown }).is_ok() {
        write(&begin.unwrap_or_default());
    }
}

/// Lines, and somebody who looks whether one is due while nothing happens.
fn lines() -> Shown {
    let (lines, start) = (Arc::new(Mutex::new(Lines::default())), Instant::now());
    let same = Arc::clone(&lines);
    let ticker = std::thread::Builder::new().name("progress".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(TICK);
            let mut lines = locked(&same);
            if let Some(line) = lines.tick(start.elapsed()) {
                write(&format!("{line}\n"));
            }
        }
    });
    // Without it, lines come with events only.
    drop(ticker);
    Shown::Lines(lines, start)
}

/// Tells what happened.
pub fn tell(event: Event) {
    let Some(console) = CONSOLE.get() else { return };
    match &console.shown {
        Shown::Bars(bars) => bars.show(event),
        Shown::Lines(lines, start) => {
            let mut lines = locked(lines);
            if let Some(line) = lines.event(&event, start.elapsed()) {
                write(&format!("{line}\n"));
            }
        }
        Shown::Json(stream) => {
            let mut stream = locked(stream);
            write(&stream.event(&event).unwrap_or_default());
        }
        Shown::Nothing => {}
    }
}

/// A sink that tells the console.
pub fn sink() -> Sink {
    Arc::new(tell)
}

/// Says what was done, unless that is unwanted.
pub fn say(text: &str) {
    let quiet = CONSOLE.get().is_some_and(|it| it.settings.quiet);
    if !quiet {
        told("note", "", text);
    }
}

/// Asks somebody for something, or answers to what they did.
pub fn ask(text: &str) {
    rest();
    told("note", "", text);
}

/// Says what is wrong in a small way.
pub fn warn(text: &str) {
    told("warning", "warning: ", text);
}

/// Says why the command cannot do its work.
pub fn error((message, hint): (&str, &str), exit: u8) {
    rest();
    if let Some(Shown::Json(stream)) = CONSOLE.get().map(|it| &it.shown) {
        let (message, hint) = (spoken(message), spoken(hint));
        let stream = locked(stream);
        write(&stream.error((&message, &hint), exit).unwrap_or_default());
        return;
    }
    write(&spoken(&format!("error: {message}\nhint: {hint}\n")));
}

/// Takes the bars away for as long as something else is written.
pub fn aside<T>(write: impl FnOnce() -> T) -> T {
    match CONSOLE.get().map(|it| &it.shown) {
        Some(Shown::Bars(bars)) => bars.aside(write),
        _ => write(),
    }
}

/// Nothing is at work until the next event.
pub fn rest() {
    match CONSOLE.get().map(|it| &it.shown) {
        Some(Shown::Bars(bars)) => bars.rest(),
        Some(Shown::Lines(lines, _)) => locked(lines).rest(),
        _ => {}
    }
}

/// Says how the run ended.
pub fn end(exit: u8) {
    rest();
    if let Some(Shown::Json(stream)) = CONSOLE.get().map(|it| &it.shown) {
        let mut stream = locked(stream);
        write(&stream.end(exit).unwrap_or_default());
    }
}

/// A text as somebody has to read it who called the program as this run was.
pub fn spoken(text: &str) -> String {
    match CONSOLE.get() {
        Some(Console { settings: Settings { program, words, .. }, .. }) => {
            program.spoken(text, words)
        }
        None => text.to_owned(),
    }
}

fn told(event: &str, prefix: &str, text: &str) {
    let text = spoken(text);
    match CONSOLE.get().map(|it| &it.shown) {
        Some(Shown::Json(stream)) => {
            let stream = locked(stream);
            write(&stream.message(event, &text).unwrap_or_default());
        }
        Some(Shown::Bars(bars)) => bars.aside(|| write(&format!("{prefix}{text}\n"))),
        _ => write(&format!("{prefix}{text}\n")),
    }
}

fn write(text: &str) {
    let mut stderr = anstream::stderr().lock();
    stderr.write_all(text.as_bytes()).unwrap_or_default();
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
