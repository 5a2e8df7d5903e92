"use strict";
// A village's published month computed again in the reader's own browser; docs/recompute.py does
// the same for a whole county, docs/scoring.md has the rules.

const LEAST_EVIDENCE = 20; // sums of r below are compared with nobody
const CENT = 0.01;
const HALF_DECIMAL = 0.05; // a value is published with one decimal
const EXACT = 1e-6; // what floating point may lose
const NOTHING = "—";
const shown = (number) => number.toFixed(2);
const cents = (text) => Math.round(Number(text) * 100);

async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function halfAt(row, kind, scheme) {
  const same = scheme.indicators.filter((one) => one.code === row.code);
  return (same.find((one) => one.kind === kind) || same.find((one) => one.kind === null)).k;
}

// The least and the most points the published value can have lost.
function lostBetween(row, share) {
  if (row.value === NOTHING) return [0, share]; // fewer than ten people: not told apart
  if (row.value === "未定义") return [share, share];
  const [floor, target, value] = [row.floor, row.target, row.value].map(Number);
  const ends = [-HALF_DECIMAL, HALF_DECIMAL].map((off) => {
    const part = (value + off - floor) / (target - floor);
    return share * (1 - Math.min(Math.max(part, 0), 1));
  });
  return ends.sort((one, other) => one - other);
}

// Every step as { good, words }: what was computed and what was published.
function steps(village, scheme) {
  const rows = village.indicators.filter((row) => row.n);
  const { score } = village;
  if (!rows.length) {
    return [{ good: score.total === NOTHING, words: "这个月没有可算的，所以没有总分" }];
  }
  const r = rows.map((row) => Number(row.weight) * row.n / (row.n + halfAt(row, village.kind, scheme)));
  const whole = r.reduce((sum, part) => sum + part, 0);
  const found = rows.flatMap((row, place) => {
    const share = 100 * r[place] / whole;
    const [low, high] = lostBetween(row, share);
    const lost = Number(row.lost);
    const k = halfAt(row, village.kind, scheme);
    return [{
      good: Math.abs(share - Number(row.share)) < CENT + EXACT,
      words: `${row.name}占多少分：权重 ${row.weight} × ${row.n} ÷（${row.n} + ${k}）= ${shown(r[place])}，`
        + `占全部 ${shown(whole)} 的 ${shown(share)}%；公布的是 ${row.share} 分`,
    }, {
      good: lost > low - CENT - EXACT && lost < high + CENT + EXACT,
      words: row.value === NOTHING
        ? `${row.name}扣多少分：说话的不到 10 人，数不公布，扣的不能超过 ${shown(share)}；公布的是 ${row.lost}`
        : `${row.name}扣多少分：${row.value} 分（${row.floor} 得零分，${row.target} 得满分），`
          + `应扣 ${shown(low)} 到 ${shown(high)}；公布的是 ${row.lost}`,
    }];
  });
  const shares = rows.reduce((sum, row) => sum + cents(row.share), 0);
  const lost = rows.reduce((sum, row) => sum + cents(row.lost), 0);
  const moved = village.adjustments.reduce((sum, one) => sum + cents(one.moved), 0);
  const total = 10000 - lost + moved;
  const light = scheme.lights.find((one) => total >= cents(one.least)) || scheme.lights.at(-1);
  const isFew = whole < LEAST_EVIDENCE - EXACT;
  found.push(
    { good: shares === 10000, words: `各指标占的分加起来是 ${shown(shares / 100)}，应为 100` },
    {
      good: total === cents(score.total),
      words: `总分：100 减去扣掉的 ${shown(lost / 100)}${moved ? `，加减分 ${shown(moved / 100)}` : ""}，`
        + `得 ${shown(total / 100)}；公布的是 ${score.total}`,
    },
    score.few
      ? { good: true, words: "样本不足：不评灯，不排名" }
      : {
        good: !isFew && light.word === score.light.word,
        words: `灯：${shown(total / 100)} 分是“${light.word}”；公布的是“${score.light.word}”`,
      },
  );
  return found;
}

// A correction stands beside the published total: each begins where the one before ended.
function corrected(code, data) {
  let { total } = data.villages.find((row) => row.code === code);
  return data.corrections.filter((row) => row.code === code).map((row) => {
    const good = row.total_before === total;
    total = row.total_after;
    return { good, words: `第 ${row.number} 号更正：从 ${row.total_before ?? "没有分"} 改为 ${row.total_after}` };
  });
}

async function compute(page) {
  const [contents, data] = await Promise.all([
    fetch(page.dataset.contents).then((answer) => answer.arrayBuffer()),
    fetch(page.dataset.data).then((answer) => answer.json()),
  ]);
  const digest = await sha256(contents);
  const [county, ...villages] = new TextDecoder().decode(contents).split("\n").map((line) => JSON.parse(line));
  const village = villages.find((one) => one.code === page.dataset.code);
  const isSame = digest === data.digest;
  const words = `公示的原文${isSame ? "没有动过" : "动过"}：校验码 ${digest}`;
  return [{ good: isSame, words }, ...steps(village, county.scheme), ...corrected(village.code, data)];
}

function show(page, found) {
  const wrong = found.filter((step) => !step.good);
  page.querySelector("#steps").replaceChildren(...found.map((step) => {
    const line = document.createElement("li");
    line.className = step.good ? "good" : "bad";
    line.textContent = `${step.good ? "✓" : "✕"} ${step.words}`;
    return line;
  }));
  const verdict = page.querySelector("#verdict");
  verdict.className = wrong.length ? "bad" : "good";
  verdict.textContent = wrong.length
    ? `✕ 有 ${wrong.length} 处和公布的不一致，见下面打叉的。请打 12345 反映。`
    : "✓ 与公布的一致";
}

async function start(page) {
  const verdict = page.querySelector("#verdict");
  if (!globalThis.crypto?.subtle) {
    verdict.textContent = "这个浏览器算不了：请用 https 打开，或换一个新一点的浏览器";
    return;
  }
  try {
    show(page, await compute(page));
  } catch {
    verdict.textContent = "没有取到公开数据，请检查网络后刷新";
  }
}

start(document.querySelector("#recompute"));
