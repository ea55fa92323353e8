// Tables of answers: sorting by column, and copying as CSV.

/** The number that a cell shows, if it shows one: `1,234.50`, `−12 %`, `€ 3`. */
export function figure(cell: string): number | null {
  const bare = cell.replace(/[€$£\s%]|EUR|USD|GBP/g, '').replaceAll('−', '-');
  if (!/^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(bare)) return null;
  return Number(bare.replaceAll(',', ''));
}

/** The order of the rows by a column: figures before words, figures by size. Equal rows keep their order. */
export function order(rows: readonly (readonly string[])[], column: number, descending: boolean): number[] {
  const keys = rows.map((row) => row[column] ?? '');
  const figures = keys.map(figure);
  const compare = (a: number, b: number) => {
    const [left, right] = [figures[a] ?? null, figures[b] ?? null];
    if (left !== null && right !== null) return left - right;
    if (left !== null || right !== null) return left !== null ? -1 : 1;
    return (keys[a] ?? '').localeCompare(keys[b] ?? '');
  };
  return rows.map((_, index) => index).sort((a, b) => (descending ? -compare(a, b) : compare(a, b)) || a - b);
}

/** RFC 4180. A cell that a spreadsheet would run as a formula is kept from it by a leading apostrophe. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && figure(text) === null ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
