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

// What was refused is said where it was handed in, and the field is free for another attempt.
const refuse = (form, said) => {
  const told = form.querySelector("[data-refused]");
  told.replaceChildren(...said);
  told.hidden = false;
  form.querySelector("[data-progress]").hidden = true;
  dropped.delete(form);
  for (const field of form.querySelectorAll("input[name=files]")) field.value = "";
};

// Uploading: the bytes counted, the time that remains told, and a way to stop.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const shown = form.querySelector("[data-progress]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bar = shown.querySelector("progress");
    const said = shown.querySelector("output");
    const request = new XMLHttpRequest();
    const began = performance.now();
    const given = chosen(form);
    form.querySelector("[data-refused]").hidden = true;
    if (given.reduce((size, each) => size + each.file.size, 0) > Number(form.dataset.most)) {
      return refuse(form, [form.dataset.large]);
    }
    shown.hidden = false;
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (step) => {
      bar.max = step.total;
      bar.value = step.loaded;
      const elapsed = (performance.now() - began) / 1000;
      const left = elapsed > 1 ? spoken(shown, (elapsed * (step.total - step.loaded)) / step.loaded) : "";
      if (said.value !== left) said.value = left;
    });
    request.upload.addEventListener("load", () => { bar.removeAttribute("value"); said.value = shown.dataset.checking; });
    request.addEventListener("error", () => refuse(form, [form.dataset.broken]));
    request.addEventListener("load", () => {
      if (request.status < 400) return location.assign(request.responseURL);
      if (request.status === 401) return location.reload();
      const told = new DOMParser().parseFromString(request.responseText, "text/html");
      refuse(form, [told.querySelector("main .problems") ?? told.querySelector("h1")?.textContent ?? form.dataset.broken]);
    });
    shown.querySelector("button").onclick = () => { request.abort(); shown.hidden = true; };
    const sent = new FormData(form);
    sent.delete("files");
    for (const each of given) sent.append("files", each.file, each.path);
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

// A choice that shows another page at once, where a button would do without script. Keys go through the options one by
// one, and each is a change: whoever chooses with them presses the button.
for (const field of document.querySelectorAll("select[data-go]")) {
  let keys = false;
  field.addEventListener("keydown", () => { keys = true; });
  field.addEventListener("pointerdown", () => { keys = false; });
  field.addEventListener("change", () => keys || field.form.requestSubmit());
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
