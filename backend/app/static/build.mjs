// Copies and bundles what the console's pages load into vendor/, so that no page needs a CDN.
import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const modules = new URL("../../../node_modules/", here);
const vendor = new URL("vendor/", here);
const COPIED = [
  ["@tabler/core/dist/css/tabler.min.css", "tabler.css"],
  ["htmx.org/dist/htmx.min.js", "htmx.js"],
  ["swagger-ui-dist/swagger-ui.css", "swagger-ui.css"],
  ["swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"],
];

await mkdir(vendor, { recursive: true });
for (const [from, to] of COPIED) {
  await copyFile(new URL(from, modules), new URL(to, vendor));
}
await build({
  entryPoints: [fileURLToPath(new URL("charts.mjs", here))],
  outfile: fileURLToPath(new URL("charts.js", vendor)),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2018"],
});
