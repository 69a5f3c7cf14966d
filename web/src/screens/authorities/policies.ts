// What a built-in authority certifies, as it is typed: names and networks one after another.
import type { IssuerPolicy } from "@gen/api";

const words = (text: string) => [...new Set(text.split(/[\s,;]+/).filter(Boolean))];

/** Names (`home.arpa`, with everything below it) and networks (`10.0.0.0/8`) told apart. */
export function policyOf(text: string, wildcards: boolean, anything: boolean): IssuerPolicy {
  if (anything) return { names: [], networks: [], wildcards: true, anything };
  const all = words(text);
  const isNetwork = (word: string) => /^[\da-f.:]+\/\d+$/i.test(word) || /^\d+\.\d+\.\d+\.\d+$/.test(word) || word.includes(":");
  return { names: all.filter((word) => !isNetwork(word)), networks: all.filter(isNetwork), wildcards, anything };
}

/** The same as text. Empty where everything is certified. */
export function policyText(policy: IssuerPolicy): string {
  return [...(policy.names ?? []), ...(policy.networks ?? [])].join(" ");
}

/** Whether its clients need a key: always, when it is reached from the network. */
export function binds({ reach, external_account_required }: { reach?: { kind: string }; external_account_required?: boolean }): boolean {
  return reach?.kind === "network" || !!external_account_required;
}
