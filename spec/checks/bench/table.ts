import { type Row, ratio, verdict } from './rows.ts'

const formatNumber = (value: number): string => {
  const fraction = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: fraction, maximumFractionDigits: fraction })
}

const formatFigure = (value: number, unit: Row['unit']): string => `${formatNumber(value)} ${unit}`

export const formatRatio = (value: number): string => value.toFixed(value < 0.1 ? 3 : 2)

const formatLimit = ({ judged }: Row, limit: number | undefined): string => {
  if (limit === undefined) return ''
  if (judged === 'ours') return `≤ ${limit.toLocaleString('en-US')} bytes`
  return `${judged === 'gain' ? '≥' : '≤'} ${limit.toLocaleString('en-US', { maximumFractionDigits: 2 })}`
}

const head = ['measurement', 'compared with', 'this library', 'other', 'ratio', 'limit', 'goal', 'meets']

const cells = (row: Row): readonly string[] => [
  row.what,
  row.against,
  formatFigure(row.ours, row.unit),
  formatFigure(row.theirs, row.unit),
  formatRatio(ratio(row)),
  formatLimit(row, row.limit),
  formatLimit(row, row.goal),
  { goal: 'goal', yes: 'limit', NO: 'neither', '-': '' }[verdict(row)],
]

const isNumeric = (column: number): boolean => column >= 2 && column <= 4

/** Formats the rows as a Markdown table. */
export const table = (rows: readonly Row[]): string => {
  const lines = [head, head.map((_, column) => (isNumeric(column) ? '---:' : '---')), ...rows.map(cells)]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}
