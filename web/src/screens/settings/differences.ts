// What somebody else has changed meanwhile, in words.
import type { RenewalPolicy, Settings } from "@gen/api";
import { span } from "@/parts/Moment";
import { t } from "@/text";

/** What differs between the settings as they were looked at and as they are. */
export function differences(before: Settings, now: Settings): string[] {
  const found: string[] = [];
  const told = (what: string, was: string, is: string) => {
    if (was !== is) found.push(t("settings.outdated.was", { what, was, is }));
  };
  told(t("settings.renewal"), policyWords(before.renewal), policyWords(now.renewal));
  told(t("settings.failover"), before.failover === false ? t("common.no") : t("common.yes"), now.failover === false ? t("common.no") : t("common.yes"));
  told(t("settings.windows.usual"), before.window ?? t("common.none"), now.window ?? t("common.none"));
  const old = new Map((before.windows ?? []).map((window) => [window.name, written(window)]));
  for (const window of now.windows ?? []) {
    const was = old.get(window.name);
    old.delete(window.name);
    if (was === undefined) found.push(t("settings.outdated.added", { name: window.name }));
    else if (was !== written(window)) found.push(t("settings.outdated.changed", { name: window.name }));
  }
  for (const name of old.keys()) found.push(t("settings.outdated.removed", { name }));
  if (written(before.tag_windows ?? []) !== written(now.tag_windows ?? [])) found.push(t("settings.outdated.tags"));
  return found;
}

/** As text that is the same for the same content, in whichever order its fields came. */
function written(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part);
}

/** When certificates are renewed, in words. */
export function policyWords(policy: RenewalPolicy | null | undefined): string {
  if (!policy) return t("edit.renewal.own");
  if (policy.policy === "share") return t("settings.renewal.shareOf", { percent: policy.percent });
  return t(policy.policy === "before-expiry" ? "settings.renewal.beforeBy" : "settings.renewal.afterBy", { span: span(policy.seconds) });
}
