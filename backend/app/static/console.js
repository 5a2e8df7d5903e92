// Small comforts of the console; every page works without them.
const root = document.documentElement;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-switch]");
  if (!button) return;
  const [name, on] = button.dataset.switch.split(":");
  const next = root.getAttribute(name) === on ? "" : on;
  if (next) root.setAttribute(name, next);
  else root.removeAttribute(name);
  localStorage.setItem(name, next);
});

document.addEventListener("submit", (event) => {
  const sentence = event.target.dataset.confirm;
  if (sentence && !window.confirm(sentence)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
