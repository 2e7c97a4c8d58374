//! How long it takes to read and compare two files of manifests, and how that compares to `diff -u`
//! on the same files.
//!
//! `cargo bench --bench diff` first prints the time and the peak memory of a whole process as a
//! ratio to `diff -u` in the same run, then what criterion measures inside a process.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use kyma_upgrade::diff::{DocumentDiff, documents};
use kyma_upgrade::manifest::Manifest;
use kyma_upgrade::yaml::Limits;

/// How many documents a side has.
const SIZES: [usize; 2] = [2_000, 10_000];

/// How many of them are renamed.
const RENAMED: usize = 40;

/// How often a process is run for a median.
const RUNS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|it| it == "--once") {
        Some(at) => once([&arguments[at + 1], &arguments[at + 2]].map(Path::new)),
        None if arguments.iter().any(|it| it == "--bench") => {
            for size in SIZES {
                compare_to_diff(size);
            }
            criterion();
        }
        None => criterion(),
    }
}

fn criterion() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    let mut group = criterion.benchmark_group("documents");
    for size in SIZES {
        let [old, new] = [generate(size, Side::Old), generate(size, Side::New)];
        group.throughput(Throughput::Bytes(bytes(&old) + bytes(&new)));
        group.bench_with_input(BenchmarkId::new("changed", size), &size, |bench, _| {
            bench.iter(|| run(black_box(old.as_bytes()), black_box(new.as_bytes())));
        });
        group.bench_with_input(BenchmarkId::new("identical", size), &size, |bench, _| {
            bench.iter(|| run(black_box(old.as_bytes()), black_box(old.as_bytes())));
        });
    }
    group.finish();
    criterion.final_summary();
}

fn bytes(text: &str) -> u64 {
    u64::try_from(text.len()).expect("a text that fits in memory")
}

fn run(old: &[u8], new: &[u8]) -> DocumentDiff {
    let side = |bytes| [Manifest::new("manifests.yaml", bytes)];
    documents(&side(old), &side(new), &Limits::default()).expect("generated manifests are YAML")
}

/// What one run of a command costs: compares two files, writes the result to standard output and
/// the peak memory in KiB to standard error.
fn once([old, new]: [&Path; 2]) {
    let [old, new] = [old, new].map(|it| fs_err::read(it).expect("the bench wrote the file"));
    let diff = run(&old, &new);
    serde_json::to_writer(io::stdout().lock(), &diff.objects).expect("standard output is open");
    eprint(&peak_memory().to_string());
}

/// The peak memory of this process in KiB, or 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let number = line.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok());
    number.unwrap_or(0)
}

fn compare_to_diff(size: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [Side::Old, Side::New].map(|side| {
        let path = folder.path().join(side.prefix());
        fs_err::write(&path, generate(size, side)).expect("space for the files");
        path
    });
    let ours = || {
        let mut command = Command::new(std::env::current_exe().expect("a running program"));
        command.arg("--once").args(&files);
        command
    };
    let diff = |left: usize, right: usize| {
        let mut command = Command::new("diff");
        command.arg("-u").args([&files[left], &files[right]]);
        command
    };
    let (mut our_times, mut diff_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_times.push(time(ours()));
        diff_times.push(time(diff(0, 1)));
    }
    let output = ours().output().expect("the bench runs itself");
    let memory: u64 = String::from_utf8_lossy(&output.stderr).trim().parse().unwrap_or(0);
    let (our_time, diff_time) = (median(our_times), median(diff_times));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let count = |field: &str| found[field].as_array().map_or(0, Vec::len);
    let megabytes = fs_err::metadata(&files[0]).map_or(0, |it| it.len()) / 100_000;
    print(&format!(
        "{size} documents, {}.{} MB: {our_time:.1?}, {} MiB; diff -u {diff_time:.1?}; ratio {:.2}; \
         {} renamed, {} changed",
        megabytes / 10,
        megabytes % 10,
        memory / 1024,
        our_time.as_secs_f64() / diff_time.as_secs_f64(),
        count("renamed"),
        count("changed"),
    ));
}

fn time(mut command: Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("the command is installed");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its result")]
fn print(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "standard output holds the difference")]
fn eprint(line: &str) {
    eprintln!("{line}");
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

impl Side {
    fn prefix(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// `size` documents of about 1.35 KB: every tenth differs between the sides, and of the others
/// [`RENAMED`] are renamed.
fn generate(size: usize, side: Side) -> String {
    let step = size / RENAMED;
    let mut text = String::new();
    for number in 0..size {
        let is_renamed = number % step == 5;
        let name = match side {
            Side::New if is_renamed => format!("renamed-{:x}", number * 7919),
            _ => format!("object-{number}"),
        };
        let edition = if side == Side::New && number % 10 == 0 { 2 } else { 1 };
        text.push_str("---\n");
        match number % 3 {
            0 => config_map(&mut text, &name, (number, edition)),
            1 => service(&mut text, &name, (number, edition)),
            _ => deployment(&mut text, &name, (number, edition)),
        }
    }
    text
}

fn head(text: &mut String, kind: [&str; 2], name: &str, number: usize) {
    let _ = write!(
        text,
        "apiVersion: {}\nkind: {}\nmetadata:\n  name: {name}\n  namespace: kyma-system\n  labels:\n    \
         app: {name}\n    app.kubernetes.io/instance: release-{number}\n    \
         app.kubernetes.io/managed-by: Helm\n    chart: chart-{}-0.1.0\n  annotations:\n    \
         example.com/owner: team-{}\n    example.com/description: Part {number} of the system\n",
        kind[0],
        kind[1],
        number % 17,
        number % 5
    );
}

fn config_map(text: &mut String, name: &str, (number, edition): (usize, usize)) {
    head(text, ["v1", "ConfigMap"], name, number);
    text.push_str("data:\n");
    for at in 0..8 {
        let _ = writeln!(text, "  setting.{at}.of.{number}: \"value {} of {number}\"", at * number);
    }
    text.push_str("  config.yaml: |\n    server:\n");
    for at in 0..16 {
        let _ =
            writeln!(text, "      option-{at}: some-value-{}-for-option-{at}", number * 31 + at);
    }
    let _ = writeln!(text, "      edition: {edition}");
}

fn service(text: &mut String, name: &str, (number, edition): (usize, usize)) {
    head(text, ["v1", "Service"], name, number);
    let _ = write!(text, "spec:\n  type: ClusterIP\n  selector:\n    app: {name}\n  ports:\n");
    for at in 0..11 {
        let _ = write!(
            text,
            "  - name: port-{at}\n    port: {}\n    targetPort: {}\n    protocol: TCP\n",
            8000 + at * 10 + edition,
            1024 + (number * 10 + at) % 60_000
        );
    }
}

fn deployment(text: &mut String, name: &str, (number, edition): (usize, usize)) {
    head(text, ["apps/v1", "Deployment"], name, number);
    let _ = write!(
        text,
        "spec:\n  replicas: {}\n  selector:\n    matchLabels:\n      app: {name}\n  template:\n    \
         metadata:\n      labels:\n        app: {name}\n    spec:\n      serviceAccountName: {name}\n      \
         containers:\n      - name: main\n        image: eu.gcr.io/project/image-{number}:1.{edition}.0\n        \
         imagePullPolicy: IfNotPresent\n        args:\n        - --port={}\n        - --level=info\n        \
         resources:\n          limits:\n            cpu: {}m\n            memory: 128Mi\n          \
         requests:\n            cpu: 10m\n            memory: 64Mi\n        env:\n",
        1 + number % 3,
        1024 + number % 60_000,
        100 + number % 50
    );
    for at in 0..7 {
        let _ = write!(
            text,
            "        - name: SETTING_{at}\n          value: \"value {at} of {number}\"\n"
        );
    }
    let _ = write!(
        text,
        "        ports:\n        - containerPort: 8080\n          name: http\n        volumeMounts:\n        \
         - mountPath: /etc/config\n          name: config\n      volumes:\n      - name: config\n        \
         configMap:\n          name: {name}\n"
    );
}
