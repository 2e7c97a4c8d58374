//! Made-up release histories in the layout of a mirror, and running the program on them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

/// A history of releases that a test makes up.
#[derive(Default)]
pub(crate) struct History {
    files: BTreeMap<String, Vec<u8>>,
    records: Vec<Value>,
    guides: BTreeMap<String, Vec<String>>,
    posts: Vec<String>,
    absent: BTreeMap<String, Option<String>>,
}

/// The installer file of a release: the objects that every release has, with the given parts.
pub(crate) struct Installer<'a> {
    /// The version, which is the tag of the image.
    pub(crate) image: &'a str,
    /// Components as `name@namespace`, separated by spaces.
    pub(crate) components: &'a str,
    /// Verbs of the installer's role, separated by commas.
    pub(crate) verbs: &'a str,
    /// More documents, without a separator at either end.
    pub(crate) more: &'a str,
}

impl Default for Installer<'_> {
    fn default() -> Self {
        Self { image: "1.0.0", components: "core@kyma-system", verbs: "get", more: "" }
    }
}

impl Installer<'_> {
    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        let entry = |it: &str| {
            let (name, namespace) = it.split_once('@').unwrap();
            format!("    - name: \"{name}\"\n      namespace: \"{namespace}\"\n")
        };
        let components: String = self.components.split_whitespace().map(entry).collect();
        let more =
            if self.more.is_empty() { String::new() } else { format!("{}\n---\n", self.more) };
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: kyma-installer\n  \
             namespace: kyma-installer\nspec:\n  selector: {{matchLabels: {{name: installer}}}}\n  \
             template:\n    metadata: {{labels: {{name: installer}}}}\n    spec:\n      containers:\n      \
             - name: installer\n        image: registry/kyma-installer:{}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: installer\n  \
             namespace: kyma-installer\nrules:\n- apiGroups: [\"\"]\n  resources: [secrets]\n  \
             verbs: [{}]\n---\n{more}\
             apiVersion: installer.kyma-project.io/v1alpha1\nkind: Installation\nmetadata:\n  \
             name: kyma-installation\n  namespace: default\n  labels:\n    action: install\nspec:\n  \
             components:\n{components}",
            self.image, self.verbs
        )
    }
}

/// An override ConfigMap with lines of data such as `global.a: "x"`.
pub(crate) fn overrides(name: &str, component: Option<&str>, data: &str) -> String {
    let component = component.map(|it| format!("    component: {it}\n")).unwrap_or_default();
    let data: Vec<_> = data.lines().map(|it| format!("  {}", it.trim())).collect();
    let data = data.join("\n");
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: kyma-installer\n  \
         labels:\n    installer: overrides\n{component}data:\n{data}\n"
    )
}

impl History {
    /// Adds a release with its files.
    pub(crate) fn release(&mut self, tag: &str, files: &[(&str, &str)]) -> &mut Self {
        let assets: Vec<_> = files
            .iter()
            .map(|(name, text)| {
                self.files.insert(format!("download/{tag}/{name}"), (*text).into());
                let url =
                    format!("https://github.com/kyma-project/kyma/releases/download/{tag}/{name}");
                json!({"name": name, "size": text.len(), "browser_download_url": url})
            })
            .collect();
        self.records.push(json!({
            "tag_name": tag, "draft": false, "prerelease": tag.contains('-'),
            "published_at": "2020-01-02T03:04:05Z", "assets": assets
        }));
        self.files.entry(format!("archive/{tag}.tar.gz")).or_insert_with(|| archive(&[]));
        self
    }

    /// Gives a release charts: pairs of path below `resources/` and text.
    pub(crate) fn charts(&mut self, tag: &str, files: &[(&str, &str)]) -> &mut Self {
        self.files.insert(format!("archive/{tag}.tar.gz"), archive(files));
        self
    }

    /// Gives a release this source archive, whatever it is; or none.
    pub(crate) fn archive(&mut self, tag: &str, bytes: Option<Vec<u8>>) -> &mut Self {
        let path = format!("archive/{tag}.tar.gz");
        match bytes {
            Some(bytes) => self.files.insert(path, bytes),
            None => self.files.remove(&path),
        };
        self
    }

    /// Adds a release for clusters and Minikube with the same installer and no overrides.
    pub(crate) fn plain(&mut self, tag: &str) -> &mut Self {
        let text = Installer { image: tag, ..Installer::default() }.text();
        self.installer(tag, &text)
    }

    /// Adds a release of which only the installer is known.
    pub(crate) fn installer(&mut self, tag: &str, text: &str) -> &mut Self {
        self.release(
            tag,
            &[("kyma-installer-cluster.yaml", text), ("kyma-installer-local.yaml", text)],
        )
    }

    /// Adds a release with all files that clusters and Minikube need.
    pub(crate) fn complete(&mut self, tag: &str, config: &str) -> &mut Self {
        let installer = Installer { image: tag, ..Installer::default() }.text();
        let files = [
            ("kyma-installer-cluster.yaml", installer.as_str()),
            ("kyma-installer-local.yaml", &installer),
            ("kyma-config-local.yaml", config),
        ];
        self.release(tag, &files)
    }

    /// Adds a migration guide on the branch of a minor.
    pub(crate) fn guide(&mut self, minor: &str, name: &str, text: &str) -> &mut Self {
        let path = format!("raw/release-{minor}/docs/migration-guides/{name}");
        self.files.insert(path, text.into());
        self.guides.entry(minor.to_owned()).or_default().push(name.to_owned());
        self
    }

    /// Adds the release notes of a minor.
    pub(crate) fn notes(&mut self, minor: &str, text: &str) -> &mut Self {
        let dir = format!("2020-01-02-release-notes-{minor}");
        self.files.insert(format!("notes/{dir}/index.md"), text.into());
        self.posts.push(dir);
        self
    }

    /// Says that the origin does not have a file, or has it in an unusable form.
    pub(crate) fn absent(&mut self, path: &str, problem: Option<&str>) -> &mut Self {
        self.absent.insert(path.to_owned(), problem.map(ToOwned::to_owned));
        self
    }

    /// Adds a file as it is.
    pub(crate) fn file(&mut self, path: &str, text: &str) -> &mut Self {
        self.files.insert(path.to_owned(), text.into());
        self
    }

    /// Gives a file of a release another content, which the catalogue knows.
    pub(crate) fn replace(&mut self, tag: &str, name: &str, bytes: &[u8]) -> &mut Self {
        self.files.insert(format!("download/{tag}/{name}"), bytes.to_vec());
        self.announce(tag, name, bytes.len())
    }

    /// Has the catalogue tell this size of a file, whatever it is.
    pub(crate) fn announce(&mut self, tag: &str, name: &str, size: usize) -> &mut Self {
        let record = self.records.iter_mut().find(|it| it["tag_name"] == tag).unwrap();
        let assets = record["assets"].as_array_mut().unwrap();
        assets.iter_mut().find(|it| it["name"] == name).unwrap()["size"] = json!(size);
        self
    }

    /// What GitHub and the artifact bucket have under a path, if they have something.
    pub(crate) fn answer(&self, url: &str) -> Option<Vec<u8>> {
        let listing = |names: &[String], kind: &str| {
            let entries = names.iter().map(|it| json!({"name": it, "type": kind}));
            Some(entries.collect::<Value>().to_string().into_bytes())
        };
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        match path.strip_prefix("/repos/kyma-project/") {
            Some("kyma/releases") => Some(json!(self.records).to_string().into_bytes()),
            Some("kyma/contents/docs/migration-guides") => {
                listing(self.guides.get(query.strip_prefix("ref=release-")?)?, "file")
            }
            Some("website/contents/content/blog-posts") => listing(&self.posts, "dir"),
            _ => self.files.get(&place(path)?).cloned(),
        }
    }

    /// Writes the history as a mirror.
    pub(crate) fn write(&self, folder: &Path) {
        let mut files = self.files.clone();
        let mut json = |path: &str, value: Value| {
            files.insert(path.to_owned(), value.to_string().into_bytes());
        };
        json("releases.json", json!(self.records));
        json("notes.json", json!(self.posts));
        json("absent.json", json!(self.absent));
        json("origin.json", ORIGIN.clone());
        for record in &self.records {
            let tag = record["tag_name"].as_str().unwrap();
            let minor = tag.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
            let names = self.guides.get(&minor).cloned().unwrap_or_default();
            json(&format!("guides/release-{minor}.json"), json!(names));
        }
        write_mirror(folder, &files);
    }
}

/// A source archive with these files below `resources/`.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let path = format!("kyma/resources/{path}");
        archive.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Where a file with this path at GitHub or in the artifact bucket stands in a mirror.
fn place(path: &str) -> Option<String> {
    let places = [
        ("/kyma-project/kyma/releases/download/", "download/"),
        ("/kyma-project/kyma/archive/refs/tags/", "archive/"),
        ("/kyma-project/website/main/content/blog-posts/", "notes/"),
        ("/kyma-project/kyma/", "raw/"),
        ("/kyma-prow-artifacts/", "bucket/"),
    ];
    let mut places = places.iter();
    places.find_map(|(from, to)| Some(format!("{to}{}", path.strip_prefix(from)?)))
}

static ORIGIN: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| {
    json!({
        "api": "https://api.github.com", "web": "https://github.com",
        "raw": "https://raw.githubusercontent.com", "bucket": "https://storage.googleapis.com"
    })
});

/// Writes files and their digest list.
fn write_mirror(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let mut sums = String::new();
    for (path, bytes) in files {
        let file = folder.join(path);
        fs_err::create_dir_all(file.parent().expect("a file has a folder")).expect("there is room");
        fs_err::write(&file, bytes).expect("there is room");
        sums.extend([&kyma_upgrade::digest::hex(bytes), "  ", path, "\n"]);
    }
    fs_err::write(folder.join("SHA256SUMS"), sums).expect("there is room");
}

/// Runs the program in an empty environment with a home of its own.
pub(crate) fn run(args: &[&str]) -> Output {
    run_at_home(tempfile::tempdir().unwrap().path(), args)
}

/// Runs the program in an environment in which only the home is set.
pub(crate) fn run_at_home(home: &Path, args: &[&str]) -> Output {
    let mut command = assert_cmd::Command::cargo_bin("kyma-upgrade").unwrap();
    command.env_clear().env("HOME", home).args(args);
    // Whether a run is slow is a matter of the machine.
    command.env("KYMA_UPGRADE_PROGRESS", "none");
    command.timeout(std::time::Duration::from_mins(1));
    command.output().unwrap()
}

/// Runs the program on a history; `{}` in the arguments stands for its folder.
pub(crate) fn run_on(history: &History, args: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    history.write(folder.path());
    let path = folder.path().to_str().unwrap();
    let args: Vec<_> = args.iter().map(|it| it.replace("{}", path)).collect();
    let args = args.iter().map(String::as_str).chain(["--source", path]);
    run(&args.collect::<Vec<_>>())
}

/// The JSON report of a command on a history.
pub(crate) fn report_on(history: &History, args: &[&str]) -> Value {
    let mut all: Vec<_> = args.to_vec();
    all.extend(["-o", "json"]);
    let output = run_on(history, &all);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
}

/// All files below a folder, by their paths in it.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files);
    files
}

/// All findings of a report.
pub(crate) fn findings(report: &Value) -> Vec<&Value> {
    let hops = report["hops"].as_array().unwrap();
    let lists = hops.iter().chain([report]).map(|it| it["findings"].as_array().unwrap());
    lists.flatten().collect()
}

/// Compares a text with its snapshot in the folder `snapshots`.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A mirror of the files of real releases.
pub(crate) struct Mirror {
    folder: tempfile::TempDir,
}

impl Mirror {
    /// A mirror of a folder that holds releases in the shape in which GitHub serves them.
    pub(crate) fn of_release_data(data: &Path) -> Self {
        let read = |path: &str| fs_err::read(data.join(path)).expect("the data has its listings");
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for top in ["archive", "download", "bucket", "raw", "notes"] {
            collect(data, &data.join(top), &mut files);
        }
        let mut json =
            |path: String, value: Value| files.insert(path, value.to_string().into_bytes());
        let posts = fs_err::read_dir(data.join("notes")).expect("the data has notes");
        let posts: std::collections::BTreeSet<_> =
            posts.flatten().map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        json("notes.json".to_owned(), json!(posts));
        json("absent.json".to_owned(), json!({}));
        json("origin.json".to_owned(), ORIGIN.clone());
        for minor in (6..=9).map(|it| format!("0.{it}")).chain((0..=30).map(|it| format!("1.{it}")))
        {
            let listing = data.join(format!("api/contents/release-{minor}.json"));
            let listed: Value = fs_err::read(listing)
                .map_or(json!([]), |it| serde_json::from_slice(&it).expect("a listing is JSON"));
            let names =
                listed.as_array().expect("a listing is a list").iter().map(|it| it["name"].clone());
            json(format!("guides/release-{minor}.json"), names.collect());
        }
        files.insert("releases.json".to_owned(), read("api/releases.json"));
        let folder = tempfile::tempdir().expect("there is room for a mirror");
        write_mirror(folder.path(), &files);
        Self { folder }
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &str {
        self.folder.path().to_str().expect("the folder's name is text")
    }
}

fn collect(data: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(data, &path, files);
        } else {
            let name = path
                .strip_prefix(data)
                .expect("it is below the data")
                .to_string_lossy()
                .into_owned();
            files.insert(name, fs_err::read(&path).expect("a file of the data can be read"));
        }
    }
}
