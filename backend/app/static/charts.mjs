// Draws every element with data-chart: the figures stand beside it as JSON and as a table.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);

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

const KINDS = { levels, trend };
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
