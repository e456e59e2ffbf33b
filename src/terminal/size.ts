/** How large the terminal is, as far as it can be believed. */

/** A terminal may say that it is larger (TIOCSWINSZ takes 65,535 of each): memory for that is not there. */
const MOST = { columns: 2000, rows: 1000 } as const;

/** The size in cells; a terminal that does not know its own (0x0: serial lines, `docker exec`) is taken for one of 80x24. */
export function sizeOf({ columns, rows }: { readonly columns?: number; readonly rows?: number }): {
  readonly columns: number;
  readonly rows: number;
} {
  return {
    columns: Math.min(MOST.columns, Math.max(1, columns || 80)),
    rows: Math.min(MOST.rows, Math.max(1, rows || 24)),
  };
}
