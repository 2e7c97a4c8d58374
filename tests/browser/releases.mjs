// Releases on loopback, in the shape in which GitHub serves them: a folder that holds `api/releases.json`,
// `download/`, `archive/`, `bucket/`, `raw/` and `notes/`.
import { createServer } from "node:http";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

const PLACES = [
  ["/kyma-project/kyma/releases/download/", "download/"],
  ["/kyma-project/kyma/archive/refs/tags/", "archive/"],
  ["/kyma-project/website/main/content/blog-posts/", "notes/"],
  ["/kyma-prow-artifacts/", "bucket/"],
  ["/kyma-project/kyma/", "raw/"],
];

function answer(folder, url) {
  const file = (path) => {
    const place = join(folder, normalize(`/${path}`));
    return existsSync(place) && statSync(place).isFile() ? readFileSync(place) : undefined;
  };
  const path = decodeURIComponent(url.pathname);
  switch (path) {
    case "/repos/kyma-project/kyma/releases":
      return (url.searchParams.get("page") ?? "1") === "1" ? file("api/releases.json") : "[]";
    case "/repos/kyma-project/kyma/contents/docs/migration-guides":
      return file(`api/contents/${url.searchParams.get("ref")}.json`);
    case "/repos/kyma-project/website/contents/content/blog-posts":
      return JSON.stringify(readdirSync(join(folder, "notes")).map((name) => ({ name, type: "dir" })));
  }
  const place = PLACES.find(([from]) => path.startsWith(from));
  return place && file(place[1] + path.slice(place[0].length));
}

/** Serves a folder until `close` is called; `env` points the program at it. */
export async function serve(folder) {
  const server = createServer((request, response) => {
    const body = answer(folder, new URL(request.url, "http://localhost"));
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const base = `http://127.0.0.1:${server.address().port}`;
  const names = ["GITHUB_API_URL", "GITHUB_URL", "GITHUB_RAW_URL", "BUCKET_URL"];
  const env = Object.fromEntries(names.map((name) => [`KYMA_UPGRADE_${name}`, base]));
  return { env, close: () => server.close() };
}

export const EVIL = `<script>alert(1)</script><img src=x onerror=alert(2)>"'><b id=evil>`;

/** Writes two releases in which whatever can be named is named with hostile text. */
export function writeHostile(folder) {
  const write = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const installer = (tag, value) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: kyma-installer, namespace: kyma-installer}
spec:
  selector: {matchLabels: {name: installer}}
  template:
    metadata: {labels: {name: installer}}
    spec: {containers: [{name: installer, image: "registry/kyma-installer:${tag}"}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: '<script>alert(3)</script>', namespace: "a\\u202eb\\e[31mc"}
data:
  '<img src=x onerror=alert(4)>': '${value}'
  big: '${value.repeat(1_000_000)}'
---
apiVersion: installer.kyma-project.io/v1alpha1
kind: Installation
metadata: {name: kyma-installation, namespace: default, labels: {action: install}}
spec:
  components:
    - {name: core, namespace: kyma-system}
    - {name: "<svg onload=alert(5)>-${tag}", namespace: "javascript:alert(6)"}
`;
  const name = "kyma-installer-cluster.yaml";
  const releases = [["1.1.0", "12346"], ["1.0.0", "12345"]].map(([tag, value]) => {
    const text = installer(tag, value);
    write(`download/${tag}/${name}`, text);
    write(`archive/${tag}.tar.gz`, gzipSync(Buffer.alloc(1024)));
    const url = `https://github.com/kyma-project/kyma/releases/download/${tag}/${name}`;
    const asset = { name, size: Buffer.byteLength(text), browser_download_url: url };
    const published_at = "2020-01-02T03:04:05Z";
    return { tag_name: tag, draft: false, prerelease: false, published_at, assets: [asset] };
  });
  write("api/releases.json", JSON.stringify(releases));
  write("api/contents/release-1.1.json", JSON.stringify([{ name: "1.0-1.1.md", type: "file" }]));
  write(
    "raw/release-1.1/docs/migration-guides/1.0-1.1.md",
    `# Migrate\n\n${EVIL}\n\n<iframe src=javascript:alert(7)></iframe>\n\nBefore the upgrade, run ` +
      `\u202ethis:\n\n\`\`\`bash\nkubectl delete "${EVIL}"\n\`\`\`\n\n[here](javascript:alert(8))\n`,
  );
  write("notes/2020-01-02-release-notes-1.1/index.md", `# Notes\n\n${EVIL}\n`);
}
