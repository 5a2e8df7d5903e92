// Small comforts of the console; every page works without them.
const root = document.documentElement;
const SWITCHES = {
  theme: { attribute: "data-bs-theme", on: "dark", off: "light" },
  density: { attribute: "data-density", on: "compact", off: "roomy" },
};

function showSwitches() {
  for (const button of document.querySelectorAll("[data-switch]")) {
    const { attribute, on } = SWITCHES[button.dataset.switch];
    button.setAttribute("aria-pressed", String(root.getAttribute(attribute) === on));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-switch]");
  if (button) {
    const { attribute, on, off } = SWITCHES[button.dataset.switch];
    const next = root.getAttribute(attribute) === on ? off : on;
    root.setAttribute(attribute, next);
    localStorage.setItem(button.dataset.switch, next);
    showSwitches();
  }
  if (event.target.closest("[data-print]")) window.print();
  const copier = event.target.closest("[data-copy]");
  if (copier) copyWords(copier);
});

// Without https a page may not use the clipboard; the old way still works there.
async function copyWords(button) {
  const source = document.getElementById(button.dataset.copy);
  const words = source.textContent;
  if (navigator.clipboard) await navigator.clipboard.writeText(words).catch(() => copyOld(words));
  else copyOld(words);
  button.textContent = "已复制";
}

function copyOld(words) {
  const field = document.body.appendChild(document.createElement("textarea"));
  field.value = words;
  field.select();
  document.execCommand("copy");
  field.remove();
}

document.addEventListener("submit", (event) => {
  const sentence = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (sentence && !window.confirm(sentence)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-all]")) {
    const boxes = event.target.form.querySelectorAll(`input[name="${event.target.dataset.all}"]`);
    for (const box of boxes) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-template]") && event.target.value) {
    const words = event.target.form.elements.words;
    words.value = event.target.value;
    words.focus();
  }
  if (event.target.matches("[data-pick]") && event.target.value) pickQuestion(event.target);
});

// A question of the library is written into its fields, where it can still be changed.
function pickQuestion(list) {
  const { elements } = list.form;
  const { kind, words, options } = list.selectedOptions[0].dataset;
  for (const [part, value] of Object.entries({ kind, words, options })) {
    elements[list.dataset.pick + part].value = value;
  }
  list.value = "";
}

// How long the typing took, without the pauses: the burden of a case, shown to the county.
const LONGEST_PAUSE = 30_000;
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-typing]");
  const seconds = form?.elements.typing_seconds;
  if (!seconds || event.target.tagName !== "TEXTAREA") return;
  const now = Date.now();
  const since = now - (Number(form.dataset.lastKey) || now);
  form.dataset.lastKey = now;
  if (since <= LONGEST_PAUSE) form.dataset.typed = (Number(form.dataset.typed) || 0) + since;
  seconds.value = Math.round((Number(form.dataset.typed) || 0) / 1000);
});

// What could not be fetched is said, and an old page never passes for a new one.
function showTrouble(there) {
  const line = document.getElementById("trouble");
  if (line) line.hidden = !there;
}
document.addEventListener("htmx:error", () => showTrouble(true));
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status === 401) location.reload();
  else showTrouble(true);
});
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.response?.status < 400) showTrouble(false);
});

// A printed page is light, and carries its figures, not only its pictures.
let opened = [];
let shade = null;
window.addEventListener("beforeprint", () => {
  shade = root.getAttribute("data-bs-theme");
  root.setAttribute("data-bs-theme", "light");
  opened = [...document.querySelectorAll("details.figures:not([open])")];
  for (const part of opened) part.open = true;
});
window.addEventListener("afterprint", () => {
  root.setAttribute("data-bs-theme", shade);
  for (const part of opened) part.open = false;
});

// A refused box is red, also in a grid that has no room for words beside it.
const refused = document.querySelector("[data-boxes]")?.dataset.boxes.split(" ") ?? [];
for (const name of refused) {
  for (const box of document.getElementsByName(name)) box.setAttribute("aria-invalid", "true");
}
document.getElementsByName(refused[0])[0]?.focus();

showSwitches();
