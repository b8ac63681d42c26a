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

// Dropping: into the form's own field, so that the form stays an ordinary one; sent at once where nothing else is asked.
const dropped = new WeakMap();
for (const drop of document.querySelectorAll(".drop")) {
  const field = drop.querySelector("input[type=file]");
  const asks = field.form.querySelector("input:not([type=hidden], [type=file]), select, textarea");
  const over = (event, state) => { event.preventDefault(); drop.classList.toggle("over", state); };
  drop.addEventListener("dragover", (event) => over(event, true));
  drop.addEventListener("dragleave", (event) => over(event, false));
  field.addEventListener("change", () => dropped.delete(field.form));
  drop.addEventListener("drop", async (event) => {
    over(event, false);
    const found = await files(event.dataTransfer.items);
    if (!found.length) return;
    const held = new DataTransfer();
    for (const each of found) held.items.add(each.file);
    field.files = held.files;
    dropped.set(field.form, found);
    if (!asks) field.form.requestSubmit();
  });
}

// Uploading: the bytes counted, the time that remains told, and a way to stop.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const shown = form.querySelector("[data-progress]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = shown.querySelector("progress");
    const said = shown.querySelector("output");
    const request = new XMLHttpRequest();
    const began = performance.now();
    shown.hidden = false;
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (step) => {
      bar.max = step.total;
      bar.value = step.loaded;
      const elapsed = (performance.now() - began) / 1000;
      said.value = elapsed > 1 ? spoken(shown, (elapsed * (step.total - step.loaded)) / step.loaded) : "";
    });
    request.upload.addEventListener("load", () => { bar.removeAttribute("value"); said.value = shown.dataset.checking; });
    request.addEventListener("error", () => form.submit());
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else { document.open(); document.write(request.responseText); document.close(); }
    });
    shown.querySelector("button").addEventListener("click", () => { request.abort(); shown.hidden = true; });
    const sent = new FormData(form);
    if (dropped.has(form)) {
      sent.delete("files");
      for (const each of dropped.get(form)) sent.append("files", each.file, each.path);
    }
    request.send(sent);
  });
}

// Watching a run, or papers being made: what it is at, how far, and how long it may still take.
const job = document.querySelector("[data-job]");
if (job) {
  const bar = job.querySelector("progress");
  const step = job.querySelector("[data-step]");
  const left = job.querySelector("[data-left]");
  const began = performance.now();
  let stepBegan = began;
  const watch = async () => {
    const answer = await fetch(job.dataset.job, { credentials: "same-origin" });
    if (!answer.ok) return location.reload();
    const told = await answer.json();
    if (!["waiting", "running"].includes(told.state)) return location.reload();
    if (told.steps) {
      bar.max = told.steps;
      bar.value = Math.max(0, told.steps_begun - 1);
    }
    if (step.textContent !== told.step && told.step) {
      step.textContent = told.step;
      stepBegan = performance.now();
    }
    const elapsed = (performance.now() - began) / 1000;
    const done = told.steps_begun - 1;
    // Steps are not equally long: one that has lasted a while is taken to last as long again.
    const rest = Math.max((elapsed * (told.steps - done)) / done, (performance.now() - stepBegan) / 1000);
    left.textContent = done > 1 && elapsed > 1 ? spoken(job, rest) : "";
    setTimeout(watch, 400);
  };
  watch();
}

// A choice that shows another page at once, where a button would do without script.
for (const field of document.querySelectorAll("select[data-go]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// One click, one order: a form is sent once, and can be sent again when its page is come back to.
for (const form of document.querySelectorAll("form[method=post]:not([data-upload])")) {
  form.addEventListener("submit", () => setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  }));
}
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button")) button.disabled = false;
});
