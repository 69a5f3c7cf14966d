// An authority as it stands in the form, and back: what the form does not show (its quirks, its end) stays as it was.
import type { Authority, AuthorityChanges, AuthorityDetails, AuthorityDraft, IssuingRoots, KeyType, LimitScope, NameCount } from "@gen/api";
import { differing, same } from "@/parts/differing";
import { KEY_TYPES } from "@/screens/edit/KeyFields";
import { readSpan, writeSpan } from "@/screens/edit/spans";

/** A rate limit as it is typed. */
export interface LimitEntry {
  scope: LimitScope;
  most: string;
  span: string;
  refill: "bucket" | "window";
}

export interface Entry {
  id: string;
  title: string;
  directory: string;
  description: string;
  tlsRoots: string;
  roots: IssuingRoots["kind"];
  rootsPem: string;
  chain: string;
  most: string;
  nameCount: NameCount;
  days: string;
  keys: KeyType[];
  stagingOf: string;
  flags: {
    internal_names: boolean;
    ip_addresses: boolean;
    wildcards: boolean;
    common_name: boolean;
    chosen_lifetime: boolean;
    reuses_validations: boolean;
    staging: boolean;
    disabled: boolean;
  };
  binding: boolean;
  bindingHelp: string;
  mail: boolean;
  website: string;
  terms: string;
  privacy: string;
  status: string;
  limits: LimitEntry[];
  open: string;
  openOfAccount: string;
  perSecond: string;
}

/** What the form begins with. */
export function entryOf(like: Authority | undefined, isNew: boolean): Entry {
  const details = like?.details;
  const profile = like?.profiles[0];
  return {
    id: isNew ? "" : (like?.id ?? ""),
    title: like?.title ?? "",
    directory: like?.directory ?? "",
    description: details?.description ?? "",
    tlsRoots: like?.directory_tls_roots ?? "",
    roots: like?.issuing_roots.kind ?? "unknown",
    rootsPem: like?.issuing_roots.kind === "pem" ? like.issuing_roots.pem : "",
    chain: like?.preferred_chain ?? "",
    most: String(profile?.max_identifiers ?? 100),
    nameCount: details?.name_count ?? "several",
    days: details?.lifetime_days ? String(details.lifetime_days) : "",
    keys: like?.key_types ?? KEY_TYPES.map(([type]) => type),
    stagingOf: like?.staging_of ?? "",
    flags: {
      internal_names: like?.internal_names ?? false,
      ip_addresses: profile?.ip_addresses ?? false,
      wildcards: details?.wildcards ?? true,
      common_name: profile?.common_name ?? true,
      chosen_lifetime: like?.chosen_lifetime ?? false,
      reuses_validations: details?.reuses_validations ?? false,
      staging: like?.staging ?? false,
      disabled: details?.disabled ?? false,
    },
    binding: like?.external_account_required ?? false,
    bindingHelp: details?.external_account_help ?? "",
    mail: details?.email_required ?? false,
    website: details?.website ?? "",
    terms: details?.terms ?? "",
    privacy: details?.privacy ?? "",
    status: details?.status ?? "",
    ...limitsOf(details?.rate_limits, details?.pace),
  };
}

/** Limits and pace as they are typed. */
function limitsOf(limits: AuthorityDetails["rate_limits"] | undefined, pace: AuthorityDetails["pace"] | undefined): Pick<Entry, "limits" | "open" | "openOfAccount" | "perSecond"> {
  return {
    limits: (limits ?? []).map(({ scope, most, seconds, refill }) => ({ scope, most: String(most), span: writeSpan(seconds), refill: refill ?? "bucket" })),
    open: String(pace?.open_orders ?? 100),
    openOfAccount: String(pace?.open_orders_of_account ?? 50),
    perSecond: String(pace?.orders_per_second ?? 10),
  };
}

/** What the catalogue says of one that came with the program, as it would be typed. */
export function catalogueOf({ details, catalogue }: Authority): ReturnType<typeof limitsOf> {
  return limitsOf(catalogue?.rate_limits ?? details?.rate_limits, catalogue?.pace ?? details?.pace);
}

/** A number as typed; what is none is sent as 0, which the service refuses with its reason. */
const number = (text: string) => Number.parseInt(text, 10) || 0;
const orNull = (text: string) => text.trim() || null;

/** What is sent. */
export function draftOf(entry: Entry, before: AuthorityDetails | undefined): AuthorityDraft {
  const { wildcards, reuses_validations, disabled, ...flags } = entry.flags;
  return {
    title: entry.title.trim(),
    directory: entry.directory.trim(),
    directory_tls_roots: orNull(entry.tlsRoots),
    issuing_roots: entry.roots === "pem" ? { kind: "pem", pem: entry.rootsPem } : { kind: entry.roots },
    max_identifiers: number(entry.most),
    key_types: entry.keys,
    preferred_chain: orNull(entry.chain),
    staging_of: flags.staging ? orNull(entry.stagingOf) : null,
    external_account_required: entry.binding,
    ...flags,
    details: {
      quirks: before?.quirks ?? [],
      ended: before?.ended ?? null,
      // A template becomes an entry by being filled in.
      directory_parts: [],
      description: entry.description.trim(),
      name_count: entry.nameCount,
      lifetime_days: entry.days.trim() ? number(entry.days) : null,
      wildcards,
      reuses_validations,
      disabled,
      email_required: entry.mail,
      external_account_help: orNull(entry.bindingHelp),
      website: orNull(entry.website),
      terms: orNull(entry.terms),
      privacy: orNull(entry.privacy),
      status: orNull(entry.status),
      rate_limits: entry.limits.map(({ scope, most, span, refill }) => ({ scope, most: number(most), seconds: readSpan(span) ?? 0, refill })),
      pace: { open_orders: number(entry.open), open_orders_of_account: number(entry.openOfAccount), orders_per_second: number(entry.perSecond) },
    },
  };
}

/** What differs, field by field. What is as the catalogue has it is set no more. */
export function changesOf(entry: Entry, base: Entry, authority: Authority): AuthorityChanges {
  const kept = authority.details;
  const { details: nowDetails, ...now } = draftOf(entry, kept);
  const { details: beforeDetails, ...before } = draftOf(base, kept);
  const details: Record<string, unknown> = differing(nowDetails ?? {}, beforeDetails ?? {});
  if (authority.built_in) {
    const catalogue = draftOf({ ...entry, ...catalogueOf(authority) }, kept).details;
    for (const field of ["pace", "rate_limits"] as const) {
      if (field in details && same(details[field], catalogue?.[field])) details[field] = null;
    }
  }
  return { ...differing(now, before), ...(Object.keys(details).length > 0 && { details }) } as AuthorityChanges;
}
