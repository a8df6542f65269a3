// One time series with a second scale. The numbers come as JSON from [data-series]; pointer, touch and arrow keys all move one cursor.

const lang = document.documentElement.lang;
const money = new Intl.NumberFormat(lang, { maximumFractionDigits: 2, minimumFractionDigits: 2 });
const short = new Intl.NumberFormat(lang, { notation: "compact", maximumSignificantDigits: 4 });
const percent = new Intl.NumberFormat(lang, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
const axisPercent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
const date = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(lang, { month: "short", timeZone: "UTC" });
const dayMonth = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" });

for (const box of document.querySelectorAll("[data-series]")) draw(box);

async function draw(box) {
  const answer = await fetch(box.dataset.series, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const series = await answer.json();
  if (series.days.length < 2) return;
  const days = series.days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const values = [days, series.values.map(Number), series.returns.map(Number)];
  const words = days.map((at, i) => [
    date.format(at * 1000),
    `${money.format(values[1][i])} ${series.currency}`,
    percent.format(values[2][i]),
    series.notes[i] || "",
  ]);
  let plot = make(box, values, words);
  const again = () => {
    plot.destroy();
    plot = make(box, values, words);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: box.clientHeight })).observe(box);
  box.setAttribute("aria-valuemax", String(days.length - 1));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -21, PageUp: 21, Home: -1e6, End: 1e6 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = Math.min(days.length - 1, Math.max(0, (plot.cursor.idx ?? days.length - 1) + step));
    plot.setCursor({ left: plot.valToPos(days[at], "x"), top: 10 });
  });
  box.addEventListener("blur", () => plot.setCursor({ left: -10, top: -10 }));
  document.addEventListener("keydown", (event) => event.key === "Escape" && plot.setCursor({ left: -10, top: -10 }));
}

function colour(box, name) {
  const probe = document.createElement("i");
  probe.className = name;
  box.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function make(box, values, words) {
  const [line, fill, quiet, grid] = ["ink-line", "ink-fill", "ink-quiet", "ink-grid"].map((n) => colour(box, n));
  const font = `12px ${getComputedStyle(box).fontFamily}`;
  const span = values[0].at(-1) - values[0][0];
  const tip = document.createElement("div");
  tip.className = "plot-tip";
  tip.hidden = true;
  const axis = { stroke: quiet, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
  const label = span > 86400 * 120 ? month : dayMonth;
  const plot = new window.uPlot(
    {
      width: box.clientWidth,
      height: box.clientHeight,
      legend: { show: false },
      padding: [8, 4, 0, 4],
      scales: { x: { time: true }, r: {} },
      tzDate: (at) => window.uPlot.tzDate(new Date(at * 1000), "UTC"),
      cursor: { y: false, drag: { setScale: false, x: false }, points: { size: 8 } },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 56, values: (_, at) => at.map((x) => label.format(x * 1000)) },
        { ...axis, size: 58, values: (_, at) => at.map((x) => short.format(x)) },
        { ...axis, side: 1, size: 50, scale: "r", grid: { show: false }, values: (_, at) => at.map((x) => axisPercent.format(x)) },
      ],
      series: [
        {},
        { stroke: line, width: 2, fill, points: { show: false } },
        { scale: "r", stroke: quiet, width: 1.25, dash: [4, 4], points: { show: false } },
      ],
      hooks: { setCursor: [(u) => show(u, box, tip, words)] },
    },
    values,
    box,
  );
  plot.over.append(tip);
  return plot;
}

function show(plot, box, tip, words) {
  const at = plot.cursor.idx;
  tip.hidden = at == null || plot.cursor.left < 0;
  if (tip.hidden) return;
  const [day, amount, change, note] = words[at];
  tip.replaceChildren(
    ...[["span", day], ["strong", amount], ["span", change], note && ["span", note]].filter(Boolean).map(([tag, text]) => {
      const part = document.createElement(tag);
      part.textContent = text;
      return part;
    }),
  );
  const x = plot.valToPos(plot.data[0][at], "x");
  const left = x > plot.over.clientWidth / 2 ? x - tip.offsetWidth - 14 : x + 14;
  tip.style.translate = `${Math.max(0, left)}px 8px`;
  box.setAttribute("aria-valuenow", String(at));
  box.setAttribute("aria-valuetext", [day, amount, change, note].filter(Boolean).join(", "));
}
