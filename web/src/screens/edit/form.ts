// What a person has typed about a certificate, as the fields show it, and what is sent of it.
import type { Certificate, CertificateChanges, CertificateDraft, DeploymentDraft, KeyType, RenewalPolicy } from "@gen/api";
import { same } from "@/parts/differing";
import { readSpan, writeSpan } from "./spans";

export type PolicyKind = "" | "share" | "before-expiry" | "after-renewal";
export type KeySourceKind = "new" | "reuse" | "own" | "request";

export interface TargetForm {
  target: string;
  settings: Record<string, unknown>;
}

/** The fields as they are typed; the service checks them. */
export interface Form {
  identifiers: string[];
  name: string;
  notes: string;
  tags: string;
  authority: string;
  account: string;
  profile: string;
  profileMissing: "require" | "fall-back";
  keyType: string;
  challenge: "http-01" | "http-01-webroot";
  root: string;
  /** Where it is served: found by the service, nowhere, or these. */
  deploy: "found" | "these";
  deployments: TargetForm[];
  policy: PolicyKind;
  policyValue: string;
  /** "" is that of its tags or the default, "-" is none, else a name. */
  window: string;
  preferredChain: string;
  lifetime: string;
  stagingMayReplace: boolean;
  keySource: KeySourceKind;
  privateKey: string;
  passphrase: string;
  request: string;
}

export const EMPTY: Form = {
  identifiers: [], name: "", notes: "", tags: "", authority: "", account: "", profile: "", profileMissing: "require", keyType: "",
  challenge: "http-01", root: "", deploy: "found", deployments: [], policy: "", policyValue: "", window: "", preferredChain: "",
  lifetime: "", stagingMayReplace: false, keySource: "new", privateKey: "", passphrase: "", request: "",
};

/** The fields for a certificate that is there. */
export function formOf(certificate: Certificate): Form {
  const { challenge, renewal, window, key_source: source } = certificate;
  return {
    ...EMPTY,
    identifiers: certificate.identifiers_shown,
    name: certificate.name,
    notes: certificate.notes,
    tags: certificate.tags.join(" "),
    authority: certificate.authority,
    account: certificate.account ?? "",
    profile: certificate.profile ?? "",
    profileMissing: certificate.profile_missing,
    keyType: certificate.key_type ?? "",
    challenge: challenge.type,
    root: challenge.type === "http-01-webroot" ? challenge.root : "",
    deploy: "these",
    deployments: certificate.deployments.map(({ target, settings }) => ({ target, settings })),
    policy: renewal?.policy ?? "",
    policyValue: !renewal ? "" : renewal.policy === "share" ? String(renewal.percent) : writeSpan(renewal.seconds),
    window: !window ? "" : window.window === "unrestricted" ? "-" : window.name,
    preferredChain: certificate.preferred_chain ?? "",
    lifetime: certificate.lifetime_seconds ? writeSpan(certificate.lifetime_seconds) : "",
    stagingMayReplace: certificate.staging_may_replace,
    keySource: source.kind,
    request: source.kind === "request" ? source.pem : "",
  };
}

function renewalOf({ policy, policyValue }: Form): RenewalPolicy | null {
  if (!policy) return null;
  if (policy === "share") return { policy, percent: Number.parseInt(policyValue, 10) || 0 };
  return { policy, seconds: readSpan(policyValue) ?? 0 };
}

function challengeOf({ challenge, root }: Form): NonNullable<CertificateDraft["challenge"]> {
  return challenge === "http-01" ? { type: "http-01" } : { type: "http-01-webroot", root: root.trim() };
}

function windowOf({ window }: Form): CertificateDraft["window"] {
  if (!window) return null;
  return window === "-" ? { window: "unrestricted" } : { window: "named", name: window };
}

const words = (text: string) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];
const deploymentsOf = ({ deployments }: Form): DeploymentDraft[] => deployments.map(({ target, settings }) => ({ target, settings }));

/** A new certificate. What was left empty is left to the service. */
export function draftOf(form: Form): CertificateDraft {
  return {
    identifiers: form.identifiers,
    name: form.name.trim() || undefined,
    notes: form.notes.trim() || undefined,
    tags: form.tags.trim() ? words(form.tags) : undefined,
    authority: form.authority || undefined,
    account: form.account || undefined,
    profile: form.profile || undefined,
    profile_missing: form.profile ? form.profileMissing : undefined,
    key_type: (form.keyType || undefined) as KeyType | undefined,
    challenge: challengeOf(form),
    renewal: renewalOf(form) ?? undefined,
    window: windowOf(form) ?? undefined,
    preferred_chain: form.preferredChain.trim() || undefined,
    lifetime_seconds: form.lifetime.trim() ? (readSpan(form.lifetime) ?? 0) : undefined,
    staging_may_replace: form.stagingMayReplace || undefined,
    reuse_key: form.keySource === "reuse" || undefined,
    private_key: hasKey(form) ? form.privateKey : undefined,
    private_key_passphrase: hasKey(form) && form.passphrase ? form.passphrase : undefined,
    certificate_request: form.keySource === "request" ? form.request : undefined,
    deployments: form.deploy === "found" ? undefined : deploymentsOf(form),
    paused: false,
  };
}

/** What is different from `before`; empty when nothing is. */
export function changesOf(form: Form, before: Form): CertificateChanges {
  const changes: CertificateChanges = {};
  const differ = (...names: (keyof Form)[]) => names.some((name) => !same(form[name], before[name]));
  if (differ("identifiers")) changes.identifiers = form.identifiers;
  if (differ("name")) changes.name = form.name.trim();
  if (differ("notes")) changes.notes = form.notes.trim();
  if (differ("tags")) changes.tags = words(form.tags);
  if (differ("authority")) changes.authority = form.authority;
  if (differ("account")) changes.account = form.account || null;
  if (differ("profile")) changes.profile = form.profile || null;
  if (differ("profileMissing")) changes.profile_missing = form.profileMissing;
  if (differ("keyType")) changes.key_type = (form.keyType || null) as KeyType | null;
  if (differ("challenge", "root")) changes.challenge = challengeOf(form);
  if (differ("policy", "policyValue")) changes.renewal = renewalOf(form);
  if (differ("window")) changes.window = windowOf(form) ?? null;
  if (differ("preferredChain")) changes.preferred_chain = form.preferredChain.trim() || null;
  if (differ("lifetime")) changes.lifetime_seconds = form.lifetime.trim() ? (readSpan(form.lifetime) ?? 0) : null;
  if (differ("stagingMayReplace")) changes.staging_may_replace = form.stagingMayReplace;
  if (differ("deployments")) changes.deployments = deploymentsOf(form);
  if (differ("keySource", "privateKey", "request")) {
    if (form.keySource === "new" || form.keySource === "reuse") changes.reuse_key = form.keySource === "reuse";
    if (hasKey(form)) changes.private_key = form.privateKey;
    if (hasKey(form) && form.passphrase) changes.private_key_passphrase = form.passphrase;
    if (form.keySource === "request" && form.request !== before.request) changes.certificate_request = form.request;
  }
  return changes;
}

function hasKey({ keySource, privateKey }: Form): boolean {
  return (keySource === "own" || keySource === "request") && privateKey.trim() !== "";
}

/** What is kept while one looks elsewhere: everything but secrets. */
export function keepable(form: Form): Form {
  return { ...form, privateKey: "", passphrase: "" };
}
