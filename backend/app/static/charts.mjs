// Draws every element with data-chart: the figures stand beside it as JSON and as a table.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, ScatterChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);

const root = document.documentElement;
const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const LEVEL_TOKENS = ["--leaf", "--lake", "--straw", "--persimmon", "--brick"];

const plain = () => ({ color: token("--ink-soft"), fontFamily: "inherit", fontSize: 13 });

function levels(data) {
  return {
    grid: { left: 92, right: 118, top: 4, bottom: 4 },
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.map((row) => row.label),
      axisLabel: { ...plain(), color: token("--ink") },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    series: [
      {
        type: "bar",
        barWidth: 22,
        data: data.map((row, place) => ({
          value: row.count,
          itemStyle: { color: token(LEVEL_TOKENS[place]), borderRadius: [0, 3, 3, 0] },
          label: { formatter: `${row.count} 条 · ${row.share}` },
        })),
        label: { show: true, position: "right", ...plain() },
      },
    ],
  };
}

// Two stacked lines: an invisible one up to the lower limit, and the band above it.
function band(data, name, value, filled) {
  return {
    name,
    type: "line",
    stack: "interval",
    symbol: "none",
    silent: true,
    lineStyle: { opacity: 0 },
    areaStyle: filled ? { color: token("--leaf"), opacity: 0.14 } : { opacity: 0 },
    data: data.map(value),
  };
}

function trend(data) {
  const lowest = Math.min(...data.flatMap((row) => [row.low ?? row.value ?? 100]));
  return {
    grid: { left: 4, right: 20, top: 26, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      backgroundColor: token("--card"),
      borderColor: token("--line"),
      textStyle: { ...plain(), color: token("--ink") },
      formatter: ([point]) => `${data[point.dataIndex].month}:${data[point.dataIndex].text}`,
    },
    xAxis: {
      type: "category",
      data: data.map((row) => row.month),
      axisLabel: plain(),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--line") } },
    },
    yAxis: {
      type: "value",
      min: Math.max(0, Math.floor((lowest - 4) / 10) * 10),
      max: 100,
      splitNumber: 4,
      axisLabel: plain(),
      splitLine: { lineStyle: { color: token("--line") } },
    },
    series: [
      band(data, "low", (row) => row.low, false),
      band(data, "high", (row) => (row.low === null ? null : row.high - row.low), true),
      {
        type: "line",
        connectNulls: false,
        symbol: "circle",
        symbolSize: 9,
        lineStyle: { width: 2, color: token("--leaf") },
        label: {
          show: true,
          position: "top",
          ...plain(),
          color: token("--ink"),
          formatter: (point) => data[point.dataIndex].digits,
        },
        data: data.map((row) => ({
          value: row.value,
          itemStyle: {
            color: row.few ? token("--card") : token("--leaf"),
            borderColor: token("--leaf"),
            borderWidth: 2,
          },
        })),
      },
    ],
  };
}

function limit(data, place, dashed) {
  return {
    type: "line",
    symbol: "none",
    silent: true,
    lineStyle: { width: 1.2, type: dashed ? "dashed" : "solid", color: token("--ink-soft") },
    data: data.curve.map((row) => [row[0], row[place]]),
  };
}

// Shape tells what colour tells: inside a ring, outside a diamond, far outside a square.
const SHAPES = { "": "circle", low: "diamond", high: "diamond", far_low: "rect", far_high: "rect" };

function funnel(data) {
  const lowest = Math.min(data.rate, ...data.units.map((unit) => unit.rate));
  const hues = { far_low: "--brick", low: "--persimmon", high: "--lake", far_high: "--lake" };
  return {
    grid: { left: 4, right: 20, top: 16, bottom: 22, containLabel: true },
    tooltip: {
      trigger: "item",
      backgroundColor: token("--card"),
      borderColor: token("--line"),
      textStyle: { ...plain(), color: token("--ink") },
      formatter: (point) => point.data.text,
    },
    xAxis: {
      type: "value",
      name: "评价条数",
      nameLocation: "middle",
      nameGap: 24,
      nameTextStyle: plain(),
      axisLabel: plain(),
      splitLine: { show: false },
      axisLine: { lineStyle: { color: token("--line") } },
    },
    yAxis: {
      type: "value",
      min: Math.max(0, Math.floor((lowest - 5) / 10) * 10),
      max: 100,
      axisLabel: { ...plain(), formatter: "{value}%" },
      splitLine: { lineStyle: { color: token("--line") } },
    },
    series: [
      limit(data, 1, true),
      limit(data, 2, true),
      limit(data, 3, false),
      limit(data, 4, false),
      {
        type: "scatter",
        data: data.units.map((unit) => ({
          value: [unit.n, unit.rate],
          text: `${unit.name}：${unit.n} 条，好评率 ${unit.rate.toFixed(1)}%`,
          symbol: unit.own ? "pin" : SHAPES[unit.mark],
          symbolSize: unit.own ? 34 : 8,
          itemStyle: {
            color: token(unit.own ? "--leaf" : (hues[unit.mark] ?? "--ink-soft")),
            opacity: unit.own ? 1 : 0.7,
          },
        })),
      },
    ],
  };
}

const KINDS = { levels, trend, funnel };
const drawn = new Map();

function option(place) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  return { animation: false, aria: { enabled: true }, ...KINDS[place.dataset.kind](data) };
}

function draw(place) {
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption(option(place));
  drawn.set(place, chart);
  new ResizeObserver(() => chart.resize()).observe(place);
}

for (const place of document.querySelectorAll("[data-chart]")) draw(place);

function drawAgain() {
  for (const [place, chart] of drawn) chart.setOption(option(place), true);
}
new MutationObserver(drawAgain).observe(root, { attributeFilter: ["data-bs-theme"] });

// Paper is as wide as it is: the drawing is scaled to it, because it cannot be laid out in time.
window.addEventListener("beforeprint", () => {
  drawAgain();
  for (const [place, chart] of drawn) {
    chart.getZr().flush();
    const box = `0 0 ${chart.getWidth()} ${chart.getHeight()}`;
    place.querySelector("svg").setAttribute("viewBox", box);
  }
});
