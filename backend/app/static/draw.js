"use strict";
// The draw's rule in the reader's own browser; backend/app/points/draws/draw_rule.py is the same rule.

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function commitment(hashes) {
  return sha256([...hashes].sort().join("\n"));
}

async function winners(hashes, seed, prizes) {
  const left = [...hashes].sort();
  const fixed = await commitment(left);
  const won = [];
  for (let n = 1; n <= prizes && left.length; n += 1) {
    const roll = BigInt("0x" + (await sha256(`${fixed}\n${seed}\n${n}`)));
    won.push(left.splice(Number(roll % BigInt(left.length)), 1)[0]);
  }
  return won;
}

// The one spelling of the public number that the draw's published format allows.
function isSpelling(seed, { numbers, digits, ascending }) {
  if (numbers === undefined) return true; // drawn before formats were published
  const [count, width, sorted] = [Number(numbers), Number(digits), Number(ascending)];
  if (!/^[0-9]+$/.test(seed) || seed.length !== count * width) return false;
  const first = Array.from({ length: sorted }, (_, n) => seed.slice(n * width, (n + 1) * width));
  return first.every((part, n) => n === 0 || first[n - 1] <= part);
}

function say(place, good, words) {
  place.textContent = `${good ? "✓" : "✕"} ${words}`;
  place.className = good ? "good" : "bad";
}

async function verify(page) {
  const [listLine, drawLine] = [page.querySelector("#list-check"), page.querySelector("#draw-check")];
  if (!globalThis.crypto?.subtle) {
    say(listLine, false, "这个浏览器不能核对：请用 https 打开，或换一个新一点的浏览器");
    return;
  }
  const answer = await fetch(page.dataset.list);
  const hashes = (await answer.text()).split("\n").filter(Boolean);
  const fixed = await commitment(hashes);
  const same = fixed === page.dataset.commitment && new Set(hashes).size === hashes.length;
  say(listLine, same, same
    ? `名单没有动过：${hashes.length} 张签，指纹对得上`
    : `名单被动过：算出来的指纹是 ${fixed}`);
  if (drawLine) {
    const told = [...page.querySelectorAll("[data-winner]")].map((row) => row.dataset.winner);
    const won = await winners(hashes, page.dataset.seed, told.length);
    const right = same && isSpelling(page.dataset.seed, page.dataset) && won.join() === told.join();
    say(drawLine, right, right ? "中签结果对得上：按规则重算，一个不差" : "中签结果对不上，请打 12345 反映");
  }
  const form = page.querySelector("#own");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const own = await sha256(form.elements.code.value.trim().toLowerCase());
    const row = page.querySelector(`[data-winner="${own}"]`);
    const known = hashes.includes(own);
    say(form.querySelector("output"), known, !known ? "这张签不在名单里，请核对"
      : row ? `在名单里，中了：${row.dataset.prize}` : "在名单里" + (page.dataset.seed ? "，这次没有中" : "，等开奖"));
  });
}

const page = document.querySelector("[data-commitment]");
if (page) {
  verify(page).catch(() => say(page.querySelector("#list-check"), false, "没取到名单，请刷新再试"));
}
