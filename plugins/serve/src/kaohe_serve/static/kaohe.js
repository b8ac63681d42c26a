// What a page does beyond links and forms: files dropped and counted on their way, a run watched. Everything works without it.
"use strict";

const spoken = (root, seconds) => {
  if (!Number.isFinite(seconds)) return "";
  return seconds < 60
    ? root.dataset.seconds.replace("{n}", Math.max(1, Math.round(seconds)))
    : root.dataset.minutes.replace("{n}", Math.round(seconds / 60));
};

// The files of what was dropped, folders included: each with the path under which it lay.
const files = async (items) => {
  const found = [];
  const walk = async (entry, path) => {
    if (entry.isFile) {
      found.push({ path: path + entry.name, file: await new Promise((done, fail) => entry.file(done, fail)) });
      return;
    }
    const reader = entry.createReader();
    const some = () => new Promise((done, fail) => reader.readEntries(done, fail));
    for (let batch = await some(); batch.length; batch = await some())
      for (const each of batch) await walk(each, `${path}${entry.name}/`);
  };
  for (const entry of [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean)) await walk(entry, "");
  return found;
};

// What lies in a form's fields: what was dropped as it lay there, or what was chosen, a folder with the paths within.
const dropped = new WeakMap();
const chosen = (form) => dropped.get(form) ?? [...form.querySelectorAll("input[name=files]")].flatMap((field) =>
  [...field.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));

// Dropping: anywhere on the page, for a file dropped beside the field would take the browser away from it. What was
// dropped lies in the form's own field, so that the form stays an ordinary one; it is sent at once where nothing else is asked.
const drop = document.querySelector(".drop");
const over = (event) => {
  event.preventDefault();
  if (!drop) event.dataTransfer.dropEffect = "none";
  drop?.classList.toggle("over", event.type === "dragover");
};
addEventListener("dragover", over);
addEventListener("dragleave", over);
addEventListener("drop", async (event) => {
  over(event);
  const field = drop?.querySelector("input[type=file]");
  if (!field) return;
  const found = await files(event.dataTransfer.items).catch(() => null);
  if (found === null) return refuse(field.form, [field.form.dataset.broken]);
  if (!found.length) return;
  const held = new DataTransfer();
  for (const each of found) held.items.add(each.file);
  field.files = held.files;
  dropped.set(field.form, found);
  if (!field.form.querySelector("input:not([type=hidden], [type=file]), select, textarea")) field.form.requestSubmit();
});
addEventListener("change", (event) => event.target.type === "file" && dropped.delete(event.target.form));

// What was refused is said in the form, which keeps what was typed; files are chosen anew.
const refuse = (form, said) => {
  const told = form.querySelector("[data-refused]");
  told.replaceChildren(...said);
  told.hidden = false;
  told.scrollIntoView({ block: "nearest" });
  busy(form, false);
  dropped.delete(form);
  for (const field of form.querySelectorAll("[data-upload] input[name=files]")) field.value = "";
};

// One click, one order: a form is sent once, and can be sent again when it was refused or its page is come back to. Its
// buttons are not disabled, which would take the keyboard away from them.
const busy = (form, state) => {
  const shown = form.querySelector("[data-progress]");
  if (shown) shown.hidden = !state;
  for (const button of form.querySelectorAll("button:not([type=button])")) button.ariaDisabled = String(state);
  form.ariaBusy = String(state);
};
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("main form[method=post]")) busy(form, false);
});

// Sending: what is wrong is told without leaving the form; of files the bytes are counted, with the time that remains and
// a way to stop.
for (const form of document.querySelectorAll("main form[method=post]")) {
  const shown = form.querySelector("[data-progress]");
  const told = form.querySelector("[data-refused]") ?? document.createElement("div");
  if (!told.isConnected) {
    Object.assign(told, { className: "note fault", role: "alert", hidden: true });
    told.dataset.refused = "";
    form.append(told);
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.ariaBusy === "true") return;
    const request = new XMLHttpRequest();
    const data = new FormData(form);
    told.hidden = true;
    if (shown) {
      const given = chosen(form);
      if (given.reduce((size, each) => size + each.file.size, 0) > Number(form.dataset.most)) {
        return refuse(form, [form.dataset.large]);
      }
      data.delete("files");
      for (const each of given) data.append("files", each.file, each.path);
      const bar = shown.querySelector("progress");
      const said = shown.querySelector("output");
      const began = performance.now();
      request.upload.addEventListener("progress", (step) => {
        bar.max = step.total;
        bar.value = step.loaded;
        const elapsed = (performance.now() - began) / 1000;
        const left = elapsed > 1 ? spoken(shown, (elapsed * (step.total - step.loaded)) / step.loaded) : "";
        if (said.value !== left) said.value = left;
      });
      request.upload.addEventListener("load", () => { bar.removeAttribute("value"); said.value = shown.dataset.checking; });
      shown.querySelector("button").onclick = () => { request.abort(); busy(form, false); };
    }
    busy(form, true);
    const broken = form.dataset.broken ?? document.body.dataset.broken;
    request.open("POST", form.action);
    request.addEventListener("error", () => refuse(form, [broken]));
    request.addEventListener("load", () => {
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
      const said = page?.querySelector(".problems, [role=alert] p");
      if (request.status === 401 && !said) return location.reload();
      refuse(form, [said ?? page?.querySelector("h1").textContent ?? broken]);
    });
    request.send(form.enctype === "multipart/form-data" ? data : new URLSearchParams(data));
  });
}

// Watching a run, or papers being made: what it is at, how far, and how long it may still take.
const job = document.querySelector("[data-job]");
if (job) {
  const bar = job.querySelector("progress");
  const step = job.querySelector("[data-step]");
  const left = job.querySelector("[data-left]");
  const began = performance.now() - 1000 * Number(job.dataset.elapsed);
  const watch = async () => {
    const answer = await fetch(job.dataset.job, { credentials: "same-origin" });
    if (!answer.ok) return location.reload();
    const told = await answer.json();
    if (!["waiting", "running"].includes(told.state)) return location.reload();
    const elapsed = (performance.now() - began) / 1000;
    const done = Math.max(0, told.steps_begun - 1);
    // Steps that are counted are equally long; of others the service knows how long they took the last time.
    const counted = told.seconds_left === undefined && told.steps && done > 1 ? (elapsed * (told.steps - done)) / done : NaN;
    const rest = told.seconds_left ?? counted;
    bar.max = Number.isFinite(rest) ? Math.max(1, elapsed + rest) : told.steps || 1;
    if (Number.isFinite(rest)) bar.value = elapsed;
    else if (told.steps) bar.value = done;
    if (told.step && step.textContent !== told.step) step.textContent = told.step;
    left.textContent = elapsed < 1 ? "" : spoken(job, rest) || job.dataset.spent.replace("{n}", Math.round(elapsed));
    setTimeout(watch, 400);
  };
  watch();
}

// A choice that shows another page at once, where a button would do without script. Keys go through the options one by
// one, and each is a change: whoever chooses with them presses the button.
for (const field of document.querySelectorAll("select[data-go]")) {
  let keys = false;
  field.addEventListener("keydown", () => { keys = true; });
  field.addEventListener("pointerdown", () => { keys = false; });
  field.addEventListener("change", () => keys || field.form.requestSubmit());
}
