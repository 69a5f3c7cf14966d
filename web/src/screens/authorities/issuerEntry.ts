// A built-in authority's settings as they stand in the form, and back.
import type { IssuerReach, IssuerSettings } from "@gen/api";
import { readSpan, writeSpan } from "@/screens/edit/spans";
import { policyOf, policyText } from "./policies";

export interface ProfileEntry {
  name: string;
  span: string;
  description: string;
}

export interface IssuerEntry {
  names: string;
  wildcards: boolean;
  anything: boolean;
  lifetime: string;
  profiles: ProfileEntry[];
  reach: IssuerReach["kind"];
  port: string;
  binding: boolean;
  terms: string;
}

export const EMPTY: IssuerEntry = {
  names: "home.arpa", wildcards: false, anything: false, lifetime: "90d", profiles: [], reach: "loopback", port: "80", binding: false, terms: "",
};

export function issuerEntryOf(settings: IssuerSettings): IssuerEntry {
  const { policy, reach } = settings;
  return {
    names: policy ? policyText(policy) : "",
    wildcards: policy?.wildcards ?? false,
    anything: policy?.anything ?? false,
    lifetime: writeSpan(settings.lifetime_seconds ?? 0),
    profiles: Object.entries(settings.profiles ?? {}).map(([name, profile]) => ({ name, span: writeSpan(profile.lifetime_seconds), description: profile.description })),
    reach: reach?.kind ?? "loopback",
    port: String(reach?.kind === "loopback" ? (reach.challenge_port ?? 80) : 80),
    binding: settings.external_account_required ?? false,
    terms: settings.terms_of_service ?? "",
  };
}

/** All settings; what is no number or no length of time is sent as 0, which the service refuses with its reason. */
export function issuerSettingsOf(entry: IssuerEntry) {
  return {
    policy: policyOf(entry.names, entry.wildcards, entry.anything),
    lifetime_seconds: readSpan(entry.lifetime) ?? 0,
    profiles: Object.fromEntries(entry.profiles.filter(({ name }) => name.trim()).map(({ name, span, description }) => [
      name.trim(), { lifetime_seconds: readSpan(span) ?? 0, description: description.trim() || name.trim() },
    ])),
    reach: (entry.reach === "network" ? { kind: "network" } : { kind: "loopback", challenge_port: Number.parseInt(entry.port, 10) || 0 }) as IssuerReach,
    external_account_required: entry.reach === "network" || entry.binding,
    terms_of_service: entry.terms.trim() || null,
  };
}
