/** The shortest decimal that reads back as the same float32. */
export function float32(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/** For reading at a glance: three significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replace('-', '−').replace('e+', 'e');
}

const grouped = new Intl.NumberFormat('en');
export const count = (value: number): string => grouped.format(value);

export function percent(fraction: number): string {
  if (!Number.isFinite(fraction)) return '–';
  const value = fraction * 100;
  return `${value === 0 || value === 100 ? value : value < 0.1 ? '< 0.1' : value > 99.9 ? '> 99.9' : value.toFixed(1)} %`;
}

export function bytes(value: number): string {
  if (value < 1e3) return `${value} B`;
  return value < 1e6 ? `${(value / 1e3).toFixed(0)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

export function shape(sizes: readonly (number | null)[]): string {
  return sizes.map((size) => size ?? '?').join(' × ');
}
