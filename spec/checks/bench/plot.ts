import { installed } from './installed.ts'
import { type Curves, type Row, relativeCost, titles, verdict } from './rows.ts'

const width = 960
const font = 'system-ui, sans-serif'
const ink = '#1f2328'

const kinds = {
  goal: { colour: '#1a7f37', meaning: 'meets the goal' },
  yes: { colour: '#0969da', meaning: 'within the limit (tick)' },
  NO: { colour: '#cf222e', meaning: 'exceeds the limit' },
  '-': { colour: '#6e7781', meaning: 'no limit' },
} as const

/** Returns the limit of a row as a relative cost. */
const relativeLimit = ({ limit, judged, theirs }: Row): number | undefined => {
  if (limit === undefined) return undefined
  if (judged === 'ours') return limit / theirs
  return judged === 'gain' ? 1 / limit : limit
}

const asText = (value: number): string => (value < 0.1 ? value.toFixed(3) : value.toFixed(2))

/** The bars start at 1, the cost of the comparison. */
const bars = (rows: readonly Row[]) => ({
  type: 'bar',
  barWidth: 16,
  silent: true,
  data: rows.map((row) => ({ value: relativeCost(row), itemStyle: { color: kinds[verdict(row)].colour } })),
  markLine: {
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: ink, type: 'solid' },
    data: [{ xAxis: 1 }],
  },
})

const ticks = (rows: readonly Row[]) => ({
  type: 'scatter',
  symbol: 'rect',
  symbolSize: [2, 24],
  silent: true,
  itemStyle: { color: ink },
  data: rows.flatMap((row, index) => {
    const value = relativeLimit(row)
    return value === undefined ? [] : [[value, index]]
  }),
})

/** Returns what a curve counts, without Markdown. */
const unitOf = (name: keyof Curves): string => titles[name].unit.replaceAll('`', '')

const lines = (curves: Curves) =>
  Object.entries(curves).map(([name, curve]) => ({
    type: 'line',
    name: unitOf(name as keyof Curves), // the keys of curves
    xAxisIndex: 1,
    yAxisIndex: 2,
    symbolSize: 7,
    silent: true,
    data: curve.map(({ size, each }) => [size, size * each]),
  }))

const text = (value: string, left: number, top: number, size: number, fontWeight = 'normal') => ({
  type: 'text',
  left,
  top,
  style: { text: value, fontSize: size, fontWeight, fontFamily: font, fill: ink },
})

const legend = (top: number) =>
  Object.values(kinds).flatMap(({ colour, meaning }, index) => [
    { type: 'rect', left: 24 + index * 190, top, shape: { width: 11, height: 11 }, style: { fill: colour } },
    text(meaning, 41 + index * 190, top - 1, 12),
  ])

const axis = { axisLabel: { color: ink, fontFamily: font }, splitLine: { lineStyle: { color: '#d8dee4' } } }
const names = { ...axis, type: 'category', inverse: true, axisTick: { show: false }, axisLine: { show: false } }

/** Adds a title for screen readers, and removes hover styles. */
const titled = (svg: string): string =>
  svg
    .replace(/<style\b[\s\S]*?<\/style>\n?/g, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/^<svg [^>]*>/, '$&\n<title>stackone-session benchmarks</title>')

/** Draws the ratios as bars and the growth as lines. Returns an SVG. */
export const plot = async (rows: readonly Row[], curves: Curves, subtitle: string): Promise<string> => {
  const top = 118
  const barsHeight = rows.length * 30
  const linesTop = top + barsHeight + 130
  const { init } = await installed('echarts')
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: linesTop + 300 })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: { fontFamily: font },
    graphic: [
      text('stackone-session benchmarks', 24, 18, 20, 'bold'),
      text(subtitle, 24, 46, 12),
      text('Cost of stackone-session relative to the comparison (less is better)', 24, 68, 13, 'bold'),
      ...legend(93),
      text(
        'Microseconds to build a request body, by calls and kB of metadata; and for all concurrent sends',
        24,
        linesTop - 66,
        13,
        'bold',
      ),
    ],
    grid: [
      { left: 390, right: 80, top, height: barsHeight },
      { left: 110, right: 80, top: linesTop, height: 240 },
    ],
    legend: {
      data: Object.keys(curves).map((name) => unitOf(name as keyof Curves)),
      left: 16,
      top: linesTop - 44,
      itemGap: 40,
      textStyle: { fontFamily: font },
    },
    xAxis: [
      { ...axis, type: 'log', min: 0.01, max: Math.max(10, ...rows.map(relativeCost)) > 10 ? 100 : 10 },
      { ...axis, type: 'log', min: 1, max: 10_000, gridIndex: 1 },
    ],
    yAxis: [
      { ...names, data: rows.map(({ what, against }) => `${what} / ${against}`.replaceAll('`', '')) },
      { ...names, data: rows.map((row) => asText(relativeCost(row))), position: 'right' },
      { ...axis, type: 'log', gridIndex: 1 },
    ],
    series: [bars(rows), ticks(rows), ...lines(curves)],
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${titled(svg)}\n`
}
