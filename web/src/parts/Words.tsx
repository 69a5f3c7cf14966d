// The service's own sentences, made easier to read: moments in the reader's way, long ids cut in their middle, commands as code.
// What was cut is whole in the title, and in whatever is copied by a button.
import type { ReactNode } from "react";
import { dateTime } from "./Moment";
import { sentence } from "./Trouble";

const MARKED = /(`[^`]+`|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\b(?:cert|ver|run|dep|acct|order)-[0-9a-f]{32}\b)/;

export function Words({ text }: { text: string }) {
  return <>{sentence(text).split(MARKED).map((part, index) => (index % 2 ? marked(part, index) : part))}</>;
}

function marked(part: string, key: number): ReactNode {
  if (part.startsWith("`")) return <code key={key}>{part.slice(1, -1)}</code>;
  if (/^\d/.test(part)) return <time key={key} dateTime={part} title={part}>{dateTime(new Date(part))}</time>;
  return <code key={key} title={part}>{shortId(part)}</code>;
}

/** An id as one tells it from another: they begin with the time, so that the end is what differs. */
export function shortId(id: string): string {
  return id.replace(/-[0-9a-f]{24}([0-9a-f]{8})$/, "-…$1");
}
