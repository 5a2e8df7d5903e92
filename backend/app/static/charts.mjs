// Draws every element with data-chart: the figures stand beside it as JSON and as a table.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const LEVEL_TOKENS = ["--leaf", "--lake", "--straw", "--persimmon", "--brick"];

const plain = () => ({
  color: token("--ink-soft"),
  fontFamily: "inherit",
  fontSize: 13,
});

function levels(data) {
  return {
    grid: { left: 86, right: 104, top: 8, bottom: 8 },
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.map((row) => row.label),
      axisLabel: plain(),
      axisLine: { show: false },
      axisTick: { show: false },
    },
    series: [
      {
        type: "bar",
        barWidth: "58%",
        data: data.map((row, place) => ({
          value: row.count,
          itemStyle: { color: token(LEVEL_TOKENS[place]), borderRadius: [0, 4, 4, 0] },
          label: { formatter: `${row.count}(${row.share})` },
        })),
        label: { show: true, position: "right", ...plain() },
      },
    ],
  };
}

function trend(data) {
  return {
    grid: { left: 8, right: 24, top: 28, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "axis",
      backgroundColor: token("--card"),
      borderColor: token("--line"),
      textStyle: plain(),
      formatter: ([point]) => `${data[point.dataIndex].month}:${data[point.dataIndex].text}`,
    },
    xAxis: {
      type: "category",
      data: data.map((row) => row.month),
      axisLabel: plain(),
      axisLine: { lineStyle: { color: token("--line") } },
    },
    yAxis: {
      type: "value",
      min: (range) => Math.max(0, Math.floor((range.min - 5) / 10) * 10),
      max: 100,
      axisLabel: plain(),
      splitLine: { lineStyle: { color: token("--line") } },
    },
    series: [
      {
        type: "line",
        connectNulls: false,
        symbolSize: 8,
        lineStyle: { width: 2.5, color: token("--leaf") },
        itemStyle: { color: token("--leaf") },
        label: { show: true, position: "top", ...plain(), formatter: (point) => point.value.toFixed(1) },
        data: data.map((row) => row.value),
      },
    ],
  };
}

const KINDS = { levels, trend };

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption({ animation: false, aria: { enabled: true }, ...KINDS[place.dataset.kind](data) });
  new ResizeObserver(() => chart.resize()).observe(place);
  return chart;
}

function drawAll(root) {
  const places = [...root.querySelectorAll("[data-chart]")].filter((place) => !place.firstChild);
  return places.map(draw);
}

drawAll(document);
document.addEventListener("htmx:after:swap", () => drawAll(document));
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
