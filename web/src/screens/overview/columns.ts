// The days of a time line gathered into columns that fit on a screen.
import type { TimeLine } from "@gen/api";

export interface Column {
  from: Date;
  /** The first moment after it. */
  to: Date;
  due: number;
  ending: number;
}

/** One column for a day, or for a week where there are many days. */
export function columnsOf(line: TimeLine): Column[] {
  const gathered = line.buckets > 120 ? 7 : 1;
  const start = Date.parse(line.from);
  const size = line.bucket_seconds * gathered * 1000;
  const columns = Array.from({ length: Math.ceil(line.buckets / gathered) }, (_, index) => ({
    from: new Date(start + index * size),
    to: new Date(start + (index + 1) * size),
    due: 0,
    ending: 0,
  }));
  for (const bucket of line.items) {
    const column = columns[Math.floor(bucket.index / gathered)];
    if (!column) continue;
    column.due += bucket.due;
    column.ending += bucket.ending;
  }
  return columns;
}
