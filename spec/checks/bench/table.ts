import { type Row, verdict } from './rows.ts'

const digits = (value: number): number => (value >= 1000 ? 0 : value >= 100 ? 0 : value >= 10 ? 1 : 2)

const formatNumber = (value: number): string => {
  const fraction = digits(value)
  return value.toLocaleString('en-US', { minimumFractionDigits: fraction, maximumFractionDigits: fraction })
}

const figure = (value: number, unit: Row['unit']): string => `${formatNumber(value)} ${unit}`

const formatLimit = ({ reads, checked }: Row, value: number | undefined): string => {
  if (value === undefined) return ''
  const number = value.toLocaleString('en-US')
  if (checked === 'ours') return `<= ${number} bytes`
  return `${reads === 'times faster' ? '>=' : '<='} ${number}`
}

const head = ['benchmark', 'compared with', 'ours', 'theirs', 'ratio', 'limit', 'goal', 'result']

const cells = (row: Row): readonly string[] => [
  row.what,
  row.against,
  figure(row.ours, row.unit),
  figure(row.theirs, row.unit),
  row.ratio < 0.1 ? row.ratio.toFixed(3) : row.ratio.toFixed(2),
  formatLimit(row, row.limit),
  formatLimit(row, row.goal),
  verdict(row),
]

const numeric = (column: number): boolean => column >= 2 && column <= 4

/** Formats the rows as a Markdown table with aligned columns. */
export const table = (rows: readonly Row[]): string => {
  const lines = [head, ...rows.map(cells)]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const padded = (line: readonly string[]): string => {
    const texts = line.map((text, column) => {
      const width = widths[column] ?? 0
      return numeric(column) ? text.padStart(width) : text.padEnd(width)
    })
    return `| ${texts.join(' | ')} |`
  }
  const rule = widths.map((width, column) => (numeric(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  const [first = head, ...rest] = lines
  return [padded(first), `| ${rule.join(' | ')} |`, ...rest.map(padded)].join('\n')
}
