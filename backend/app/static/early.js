// Before the first paint: the look this person chose last time, else the system's.
const page = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
page.setAttribute("data-bs-theme", localStorage.getItem("theme") || (dark ? "dark" : "light"));
page.setAttribute("data-density", localStorage.getItem("density") || "roomy");
