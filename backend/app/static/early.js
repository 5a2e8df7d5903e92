// Before the first paint: the look this person chose last time.
for (const name of ["data-density", "data-bs-theme"]) {
  const kept = localStorage.getItem(name);
  if (kept) document.documentElement.setAttribute(name, kept);
}
if (!localStorage.getItem("data-bs-theme") && matchMedia("(prefers-color-scheme: dark)").matches) {
  document.documentElement.setAttribute("data-bs-theme", "dark");
}
