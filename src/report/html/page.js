// Comfort for the report: filters, ticks that stay in the link, buttons that copy. Everything is readable
// without it.
//
// What is chosen stands behind the hash, after a question mark:  #f-some-finding?hide=info&done=0a1b2c3d
// The part before it is a usual anchor.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  const form = document.querySelector(".filters form");
  const status = document.querySelector(".filters [role=status]");
  const findings = all(".finding").map((node) => ({ node, text: node.textContent.toLowerCase() }));
  const rows = all("tr.row").map((node) => ({ node, text: node.textContent.toLowerCase() }));
  const boxes = all("input[data-t]");
  const opened = new Set(); // What a filter opened, to be closed with it.

  // The state in the link.

  function read() {
    const [anchor, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    return { anchor, query: new URLSearchParams(query) };
  }

  function write(anchor) {
    const query = new URLSearchParams();
    const hidden = form ? all("[name=show]:not(:checked)", form).map((box) => box.value) : [];
    if (hidden.length) query.set("hide", hidden.join("."));
    if (form?.component.value) query.set("component", form.component.value);
    if (form?.text.value) query.set("text", form.text.value);
    const done = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.t));
    if (done.size) query.set("done", [...done].join("."));
    const state = query.size ? `?${query}` : "";
    const hash = anchor || state ? `#${anchor}${state}` : "";
    if (hash === location.hash) return;
    try {
      history.replaceState(null, "", hash || location.pathname + location.search);
    } catch {
      location.hash = hash; // Where the history may not be written, such as in a preview of a mail.
    }
  }

  function restore(query) {
    const list = (name) => (query.get(name) ?? "").split(".");
    if (form) {
      const hidden = list("hide");
      for (const box of all("[name=show]", form)) box.checked = !hidden.includes(box.value);
      form.component.value = query.get("component") ?? "";
      if (form.component.selectedIndex < 0) form.component.value = "";
      form.text.value = query.get("text") ?? "";
      if (["hide", "component", "text"].some((name) => query.has(name))) form.parentElement.open = true;
    }
    const done = new Set(list("done"));
    for (const box of boxes) box.checked = done.has(box.dataset.t);
  }

  // Filters.

  function filter() {
    if (!form) return;
    const shown = new Set(all("[name=show]:checked", form).map((box) => box.value));
    const component = form.component.value;
    const text = form.text.value.trim().toLowerCase();
    const fits = (it) =>
      (!component || it.node.dataset.c === component) && (!text || it.text.includes(text));
    const wanted = ({ node }) =>
      shown.has(node.dataset.s) && (shown.has("accepted") || node.dataset.a === undefined);
    for (const it of findings) it.node.hidden = !(wanted(it) && fits(it));
    for (const it of rows) it.node.hidden = !fits(it);
    for (const body of all(".runs tbody")) {
      const own = all("tr.row", body);
      body.hidden = own.length > 0 && own.every((row) => row.hidden);
    }
    unfold(component !== "" || text !== "" || shown.size < all("[name=show]", form).length);
    tell();
  }

  // Opens what holds a finding that is shown, and closes it again when nothing is filtered any more.
  function unfold(isFiltered) {
    for (const details of opened) details.open = false;
    opened.clear();
    if (!isFiltered) return;
    for (const details of all("details.hop:not([open])")) {
      if (details.querySelector(".finding:not([hidden])")) {
        details.open = true;
        opened.add(details);
      }
    }
  }

  function tell() {
    const shown = (list) => list.filter((it) => !it.node.hidden).length;
    const parts = [`${shown(findings)} of ${findings.length} findings`];
    if (rows.length) parts.push(`${shown(rows)} of ${rows.length} rows of overrides and components`);
    let text = `Shown: ${parts.join(", ")}.`;
    if (boxes.length) text += ` Ticked: ${boxes.filter((box) => box.checked).length} of ${boxes.length}.`;
    status.textContent = text;
  }

  // Links to a finding, a hop or a step.

  function show(anchor) {
    for (const old of all(".aim")) old.classList.remove("aim");
    const target = anchor && document.getElementById(anchor);
    if (!target) return;
    for (let node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") {
        node.open = true;
        opened.delete(node);
      }
      node.hidden = false;
    }
    if (target.matches(".finding")) target.classList.add("aim");
    target.tabIndex = -1;
    target.scrollIntoView();
    target.focus({ preventScroll: true });
    if (status) tell();
  }

  addEventListener("hashchange", () => {
    const { anchor, query } = read();
    // A link within the page has no state of its own: it keeps that of the page.
    if (location.hash.includes("?")) {
      restore(query);
      filter();
    } else {
      write(anchor);
    }
    show(anchor);
  });

  form?.addEventListener("submit", (event) => event.preventDefault());
  form?.addEventListener("input", () => { filter(); write(read().anchor); });
  form?.addEventListener("reset", () => setTimeout(() => { filter(); write(read().anchor); }));
  for (const button of all("[data-do]")) {
    button.addEventListener("click", () => {
      for (const details of all("main section details")) details.open = button.dataset.do === "open";
      opened.clear();
    });
  }
  for (const box of boxes) {
    box.autocomplete = "off"; // The link says what is ticked, not what the browser remembers.
    box.addEventListener("change", () => {
      for (const other of boxes) if (other.dataset.t === box.dataset.t) other.checked = box.checked;
      write(read().anchor);
      if (status) tell();
    });
  }

  // Commands to copy. Where the clipboard is closed, the command is selected, ready for the keyboard.
  for (const command of all("pre.cmd")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(command.firstChild);
      try {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Selected";
      }
    });
    const box = document.createElement("div");
    box.className = "box";
    command.replaceWith(box);
    box.append(command, button);
  }

  // Paper shows everything.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("main section details:not([open])");
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });

  const { anchor, query } = read();
  restore(query);
  filter();
  show(anchor);
})();
