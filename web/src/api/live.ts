// What happens at the service, as it happens: one stream of events for the whole browser (HTTP/1.1 gives a browser six
// connections to a host, and each open tab would take one). The tab that holds a lock has the stream and tells the others.
import type { Event } from "@gen/api";

/** Whether what is shown is kept up to date. */
export type Connection = "connecting" | "live" | "lost";

type Message = { kind: "event"; event: Event } | { kind: "connection"; connection: Connection } | { kind: "hello" };

/** Every kind: an `EventSource` hands over only what it was told to listen for, and a new kind must not be forgotten here. */
const KINDS = Object.keys({
  "run-started": true,
  "step-begun": true,
  "step-done": true,
  "step-skipped": true,
  "step-failed": true,
  "run-waiting": true,
  "run-ended": true,
  published: true,
  "certificate-changed": true,
  note: true,
  "incident-opened": true,
  "incident-closed": true,
} satisfies Record<Event["kind"], true>);
const LOCK = "certwright.events";
/** How long until a stream that the browser gave up is opened again, in milliseconds. */
const AGAIN = 3_000;

const eventListeners = new Set<(event: Event) => void>();
const connectionListeners = new Set<() => void>();
let connection: Connection = "connecting";
/** The last event this tab knows, so that a tab that takes over the stream misses none. */
let last: number | undefined;
let stop: (() => void) | undefined;

function became(now: Connection): void {
  if (now === connection) return;
  connection = now;
  for (const listener of connectionListeners) listener();
}

function happened(event: Event): void {
  if (last !== undefined && event.id <= last) return;
  last = event.id;
  for (const listener of eventListeners) listener(event);
}

/** Calls back with each event. Returns the way to stop that. */
export function onEvent(listener: (event: Event) => void): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}

/** Calls back when the connection changes. Returns the way to stop that. */
export function onConnection(listener: () => void): () => void {
  connectionListeners.add(listener);
  return () => connectionListeners.delete(listener);
}

/** How the connection is. */
export function currentConnection(): Connection {
  return connection;
}

/** Begins to listen, as the one tab that has the stream or as one that is told. */
export function listen(): void {
  if (stop) return;
  const channel = new BroadcastChannel(LOCK);
  const ended = new AbortController();
  const tell = (message: Message) => channel.postMessage(message);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === "event") happened(data.event);
    if (data.kind === "connection") became(data.connection);
  };
  tell({ kind: "hello" });
  navigator.locks
    .request(LOCK, { signal: ended.signal }, () => lead(channel, tell, ended.signal))
    .catch(() => undefined);
  stop = () => {
    ended.abort();
    channel.close();
    became("connecting");
  };
}

/** Ends listening: nobody is signed in any more. */
export function unlisten(): void {
  stop?.();
  stop = undefined;
}

/** Holds the stream until this tab ends. */
function lead(channel: BroadcastChannel, tell: (message: Message) => void, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const is = (now: Connection) => {
      became(now);
      tell({ kind: "connection", connection: now });
    };
    const open = () => {
      source = new EventSource(`/api/v1/events${last === undefined ? "" : `?after=${last}`}`);
      source.onopen = () => is("live");
      for (const kind of KINDS) {
        source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
          const event = JSON.parse(data) as Event;
          happened(event);
          tell({ kind: "event", event });
        });
      }
      source.onerror = () => {
        is("lost");
        // A browser gives up for good after an answer that is no stream (a proxy's 502 while the service restarts).
        if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN);
      };
    };
    open();
    channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      if (data.kind === "hello") tell({ kind: "connection", connection });
    });
    ended.addEventListener("abort", () => {
      source?.close();
      clearTimeout(again);
      resolve();
    });
  });
}
